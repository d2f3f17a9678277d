"""Stopping copies before any byte leaves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hub import clock
from hub.states import Move
from hub.store import deliveries, events, items, recalls

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import Connection

    from hub.store.events import Journal


class Stop:
    """One act of stopping copies before any byte leaves: who does it, when and why."""

    def __init__(self, connection: Connection, journal: Journal, now: datetime, actor: str, reason: str) -> None:
        self._connection, self._journal, self._now = connection, journal, now
        self._actor, self._reason = actor, reason

    def cancel_one(self, delivery_id: str) -> None:
        """Stop one delivery. Raises StaleStatusError when it leaves, left, or was stopped before."""
        if not self.cancel([delivery_id]):
            message = f"{delivery_id} cannot be stopped any more"
            raise events.StaleStatusError(message)

    def cancel(self, delivery_ids: Sequence[str], **facts: str | None) -> list[str]:
        """Stop those of the deliveries that still can be, and write `facts` beside them; their ids.

        The bytes of an item leave once for all agencies of one system, and To is never shortened: its copies are
        stopped all together, before any of them was exposed, or not at all; with them goes a copy that was asked for
        before because another agency of its system kept the document. A copy that is being sent is stopped too
        while no byte of it left: the attempt finds its claim gone when it asks for the first one.
        """
        rows = recalls.copies(self._connection, delivery_ids)
        item_ids = {row.item_id for row in rows if row.item_id is not None}
        beside = recalls.asked_unexposed(self._connection, item_ids)
        rows += [row for row in recalls.copies(self._connection, beside) if row.id not in delivery_ids]
        parted = recalls.parted_items(self._connection, item_ids, [row.id for row in rows])
        able = [row.id for row in rows if row.item_id not in parted]
        detail = {"reason": self._reason}
        values = {**detail, "lease": None, "due_at": None, "watch_at": clock.to_text(self._now), **facts}
        batch = events.BatchChange(able, Move.CANCEL, self._actor, values, detail, unexposed=True)
        stopped = events.change_batch(self._connection, self._journal, self._now, batch)
        gone = set(stopped)
        closed = {row.item_id for row in rows if row.id in gone and row.item_id is not None}
        recalls.close_items(self._connection, closed, self._now)
        return stopped


def settle_item(connection: Connection, item_id: str, now: datetime) -> None:
    """Take an item out of the lists when none of its deliveries waits to be fetched, and put it back when one does.

    Also one that was answered: what was held meanwhile, or is sent again after a `fail`, would else never be offered.
    """
    item = items.get(connection, item_id)
    if item is None:
        return
    waits = deliveries.waits(connection, item_id)
    if waits and item.state not in items.OPEN:
        items.set_state(connection, item_id, "initial", "", now)
    elif not waits and item.state in items.OPEN:
        items.set_state(connection, item_id, "", "", now)
