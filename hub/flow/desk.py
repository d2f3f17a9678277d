"""What waits for an operator: the counts that stand beside the links of every page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from agency_registry import edit
from hub.states import Audience
from hub.store import alarms, confirmations, reviews

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from hub.context import Hub

MOST = 99
"""Counting ends here; one more means "more than that"."""


@dataclass(frozen=True, slots=True)
class Desk:
    """How many open alarms, changes that need two persons, and messages that fit no document; each at most MOST + 1."""

    alarms: int = 0
    confirmations: int = 0
    reviews: int = 0


async def read(hub: Hub) -> Desk:
    """What waits now."""

    def look(connection: Connection) -> Desk:
        asked = len(confirmations.listed(connection, limit=MOST + 1, state=confirmations.OPEN))
        proposed = sum(len(edit.list_proposals(connection, state=state)) for state in ("proposed", "approved"))
        return Desk(
            len(alarms.open_for(connection, Audience.OPERATOR, limit=MOST + 1)),
            min(asked + proposed, MOST + 1),
            len(reviews.waiting(connection, limit=MOST + 1)),
        )

    return await hub.db.read(look)
