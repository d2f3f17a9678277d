"""Stopping copies before any byte leaves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hub.states import DeliveryStatus, Move
from hub.store import deliveries, events, items

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from sqlalchemy import Connection

    from hub.store.events import Journal

_TO_LEAVE = frozenset(
    {
        DeliveryStatus.QUEUED.value,
        DeliveryStatus.SENDING.value,
        DeliveryStatus.AVAILABLE.value,
        DeliveryStatus.HELD.value,
        DeliveryStatus.DELIVERED.value,
    }
)
"""Statuses in which a system gets, or got, the bytes of an item for one of its agencies."""


class Stop:
    """One act of stopping copies before any byte leaves; ends with `settle`.

    together: the deliveries this act is about. The bytes of an item leave once for all agencies of one system, and To
    is never shortened: its copies are stopped all together, before any of them was exposed, or not at all.
    """

    def __init__(
        self,
        connection: Connection,
        journal: Journal,
        now: datetime,
        actor: str,
        reason: str,
        together: Collection[str],
    ) -> None:
        self._connection, self._journal, self._now = connection, journal, now
        self._actor, self._reason, self._together = actor, reason, together
        self._items: dict[str, bool] = {}

    def cancel(self, delivery_id: str, **facts: str | None) -> None:
        """Stop one delivery and write `facts` beside it; raises StaleStatusError when it is too late."""
        row = deliveries.get(self._connection, delivery_id)
        if row is not None and row.item_id is not None and not self._whole(row.item_id):
            message = f"{delivery_id} leaves, or left, together with others"
            raise events.StaleStatusError(message)
        detail = {"reason": self._reason}
        change = events.Change(delivery_id, Move.CANCEL, self._actor, {**detail, **facts}, detail, unexposed=True)
        events.change_status(self._connection, self._journal, self._now, change)

    def settle(self) -> None:
        """Take the items that were stopped out of the lists."""
        for item_id in self._items:
            settle_item(self._connection, item_id, self._now)

    def _whole(self, item_id: str) -> bool:
        whole = self._items.get(item_id)
        if whole is None:
            rows = deliveries.of_item(self._connection, item_id)
            whole = all(
                row.exposed_at is None
                and row.status != DeliveryStatus.SENDING
                and (row.id in self._together or row.status not in _TO_LEAVE)
                for row in rows
            )
            self._items[item_id] = whole
        return whole


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
