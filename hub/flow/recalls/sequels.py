"""An update never reaches a recipient before the document it changes.

While the earlier copy is kept back (held by an operator, or its package held or under quarantine) and no byte of it
left, the update waits behind it, held by the hub; it goes on by itself when the earlier one does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from edxml.codes import BusinessType
from hub.flow.recalls import stop
from hub.states import DeliveryStatus, Move, PackageStatus
from hub.store import deliveries, events, packages

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from hub.context import Hub
    from hub.store.packages import Earlier

BEHIND: Final = "behind_original"
"""Why the hub holds the delivery of an update."""

_KEPT_BACK: Final = (PackageStatus.HELD, PackageStatus.QUARANTINED)


def arrange(connection: Connection, hub: Hub, package_id: str) -> list[str]:
    """Hold the updates of a document that would overtake it, let those go that need not wait; systems to wake."""
    package = packages.get(connection, package_id)
    if package is None or package.message_type != "edoc":
        return []
    thread = packages.thread(connection, package.sender, package.document_id)
    if not any(one.business_type == BusinessType.UPDATE for one in thread):
        return []
    updates = [one for one in thread if one.business_type == BusinessType.UPDATE]
    kept_back = {one.recipient for one in thread if one not in updates and _is_kept_back(one)}
    woken = (_follow(connection, hub, one, waits=one.recipient in kept_back) for one in updates)
    return [system_id for system_id in woken if system_id]


def _is_kept_back(one: Earlier) -> bool:
    unseen = one.exposed_at is None and one.status not in (DeliveryStatus.CANCELLED, DeliveryStatus.DELIVERED)
    return unseen and (one.status == DeliveryStatus.HELD or one.package_status in _KEPT_BACK)


def _follow(connection: Connection, hub: Hub, one: Earlier, *, waits: bool) -> str | None:
    row = deliveries.get(connection, one.delivery_id)
    if row is None or row.exposed_at is not None:
        return None
    now, told = hub.clock.now(), {"reason": BEHIND}
    if waits and row.status in (DeliveryStatus.AVAILABLE, DeliveryStatus.QUEUED):
        change = events.Change(row.id, Move.HOLD, "hub", told, told)
    elif not waits and row.status == DeliveryStatus.HELD and row.reason == BEHIND:
        fetched = row.due_at is None
        move = Move.RELEASE_TO_FETCH if fetched else Move.RELEASE
        change = events.Change(row.id, move, "hub", {"reason": None}, told)
    else:
        return None
    events.change_status(connection, hub.journal, now, change)
    if row.item_id is not None:
        stop.settle_item(connection, row.item_id, now)
    return str(row.system_id) if change.move is not Move.HOLD else None
