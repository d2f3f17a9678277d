"""A system's own events in order, for software that follows what happens to its documents."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hub import clock
from hub.flow import visibility
from hub.flow.views import TimelineEvent
from hub.flow.visibility import Party
from hub.store import feed

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from agency_registry.agency import System
    from hub.context import Hub


@dataclass(frozen=True, slots=True)
class FeedEvent:
    """One line of the feed and the package and delivery it is about."""

    event: TimelineEvent
    package_id: str | None
    delivery_id: str | None


async def own(hub: Hub, system: System, *, after: int, limit: int) -> tuple[tuple[FeedEvent, ...], int | None]:
    """The system's events behind `after`, oldest first, and where to go on at once; None when there is no more now.

    A page may be empty and still have more behind it: only a part of the journal is looked at in one call.
    """

    def look(connection: Connection) -> tuple[tuple[FeedEvent, ...], int | None]:
        rows, following = feed.of_system(connection, system.id, after=after, limit=limit)
        found = []
        for row in rows:
            actor = visibility.actor_shown(Party.RECIPIENT, row.actor)
            moment = clock.from_text(row.at)
            event = TimelineEvent(row.seq, moment, row.type, actor, row.recipient, json.loads(row.detail))
            found.append(FeedEvent(event, row.package_id, row.delivery_id))
        return tuple(found), following

    return await hub.db.read(look)
