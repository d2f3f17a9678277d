"""From routes to deliveries: the queue rows of a new package, and what each receiving system gets of it."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from hub.flow.addressing import recipients
from hub.flow.watch import birth
from hub.states import BESIDE, DeliveryStatus, Mode
from hub.store import deliveries

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from hub.flow.routing import Route
    from hub.profile.rules import Watch
    from hub.store.packages import NewPackage


def plan(
    row: NewPackage,
    routes: Sequence[Route],
    settled: Mapping[str, str],
    watch: Watch,
    doubled: Mapping[str, str],
) -> tuple[list[deliveries.NewDelivery], list[deliveries.NewItem]]:
    """The deliveries of a new package, and the items that group them by receiving system.

    settled: recipient -> why nothing leaves for it: it never held the original this package is about, or it keeps it.
    doubled: recipient -> its earlier delivery of what seems to be the same document (R-134).
    """
    at = row.received_at
    watch_at = birth.first_look(row, watch)
    items: dict[str, deliveries.NewItem] = {}
    new = []
    for route in routes:
        status, fault = route.status, route.fault.slug if route.fault else None
        reason = recipients.PAPER_ONLY if route.mode is Mode.PAPER else None
        if route.detail:
            reason = f"{route.detail_vi} / {route.detail}"
        if route.recipient in settled and route.deliverable:
            status, reason = DeliveryStatus.CANCELLED, settled[route.recipient]
        item_id = None
        if route.system_id is not None and status in (DeliveryStatus.AVAILABLE, DeliveryStatus.QUEUED):
            key = f"{route.system_id} {route.recipient}" if route.item_per_agency else route.system_id
            if key not in items:
                items[key] = _item(row, route, "initial" if status is DeliveryStatus.AVAILABLE else "")
            item_id = items[key].id
        new.append(
            deliveries.NewDelivery(
                id=str(uuid.uuid4()),
                package_id=row.id,
                item_id=item_id,
                recipient=route.recipient,
                written_as=route.written_as,
                system_id=route.system_id,
                connector=route.connector,
                status=status.value,
                message_type=row.message_type,
                urgency=row.priority,
                created_at=at,
                due_at=at if status is DeliveryStatus.QUEUED else None,
                fault=fault,
                reason=reason,
                ended_at=at if status in (DeliveryStatus.CANCELLED, DeliveryStatus.FAILED) else None,
                role=route.role.value,
                mode=route.mode.value,
                copy=route.copy.value,
                duplicate_of=doubled.get(route.recipient),
                watch_at=watch_at if status in birth.ARRIVING and route.copy not in BESIDE else None,
            )
        )
    return new, list(items.values())


def _item(row: NewPackage, route: Route, state: str) -> deliveries.NewItem:
    at = row.received_at
    return deliveries.NewItem(
        id=str(uuid.uuid4()),
        package_id=row.id,
        system_id=route.system_id or "",
        message_type=row.message_type,
        state=state,
        urgency=row.priority,
        created_at=at,
        updated_at=at,
    )
