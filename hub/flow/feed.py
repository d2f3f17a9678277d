"""A system's own events in order, for software that follows what happens to its documents."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hub import clock
from hub.flow import visibility
from hub.flow.views import TimelineEvent
from hub.flow.visibility import Party
from hub.states import Audience
from hub.store import alarms, feed

if TYPE_CHECKING:
    from sqlalchemy import Connection, Row

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
            if not _is_told(row, system):
                continue
            actor = visibility.actor_shown(Party.RECIPIENT, row.actor)
            moment = clock.from_text(row.at)
            event = TimelineEvent(row.seq, moment, row.type, actor, row.recipient, json.loads(row.detail))
            found.append(FeedEvent(event, row.package_id, row.delivery_id))
        return tuple(found), following

    return await hub.db.read(look)


def _is_told(row: Row[Any], system: System) -> bool:
    """Whether an alarm calls this system's own clerks; any other event it may read is for it."""
    told = alarms.audience_of(row.detail) if row.type == alarms.EVENT else None
    if told is None:
        return True
    ours = {Audience.SENDER: row.sender_system, Audience.RECIPIENT: row.delivery_system}
    return told in ours and ours[Audience(told)] == system.id
