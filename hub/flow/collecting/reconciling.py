"""What the axis took and then forgot is noticed and given once more: one document, one effect.

Its answer of success is our receipt, so nothing of ours says that it lost something. What its list of sent packages
does not name some time after the hand-over is asked for by its DocId; when the axis has no such thing, the same bytes
are sent again. An axis that has it after all answers with the first DocId, and so does every receiver that is one.
"""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from connectors import base
from hub import log
from hub.flow import content, routing
from hub.states import Audience, DeliveryStatus, RecallState
from hub.store import alarms, deliveries, events, packages, relayed

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator
    from datetime import datetime

    from sqlalchemy import Connection, Row

    from hub.context import Hub

MOST_ASKED = 100
"""Hand-overs asked for in one look: after days of outage the questions are no storm either."""

PATIENCE = 5
"""Hand-overs in a row that cannot be compared before the rest waits for the next look."""

MOST_AGAIN = 3
"""How often one hand-over is given again before only an operator can help."""


async def reconcile(hub: Hub, connector: base.Connector) -> int:
    """Compare what the axis took with what it has; how much was given again.

    Raises PeerTroubleError: then the rest waits for the next look.
    """
    # law: R-119 HN Đ12.3
    now = hub.clock.now()
    axis = hub.settings.axis
    assert axis is not None, "only a hub with an axis compares itself with it"
    before = now - timedelta(minutes=axis.reconcile_minutes)
    if not await hub.db.read(lambda connection: relayed.unseen(connection, routing.AXIS, before, 1)):
        return 0
    for message_type in ("edoc", "status"):
        named = await connector.remembered(message_type)
        await hub.db.write(partial(relayed.seen, system_id=routing.AXIS, remote_ids=named, now=now))
    waiting = await hub.db.read(lambda connection: relayed.unseen(connection, routing.AXIS, before, MOST_ASKED))
    given = in_a_row = 0
    for row in waiting:
        try:
            given += await _look(hub, connector, row)
            in_a_row = 0
        except base.PeerTroubleError as trouble:  # of this one, perhaps: those behind it have their turn
            log.get().warning("not compared with the axis", remote_id=row.remote_id, reason=str(trouble))
            in_a_row += 1
            if in_a_row >= PATIENCE or len(waiting) == 1:
                raise
    return given


async def _look(hub: Hub, connector: base.Connector, row: Row[Any]) -> int:
    """One hand-over that the axis has not listed: 1 when it was given again. Raises PeerTroubleError."""
    item = await hub.db.read(partial(_item, item_id=row.item_id))
    if item is None or not await connector.forgotten(item.package.message_type, row.remote_id):
        await _seen(hub, row.remote_id)
        return 0
    if row.again >= MOST_AGAIN:
        await _seen(hub, row.remote_id)
        await _tell(hub, item, row.remote_id, "axis_keeps_forgetting")
        return 0
    return await _give(hub, connector, item, row)


class _Item:
    """One hand-over of ours: the package and those of its deliveries that the axis took."""

    def __init__(self, package: Row[Any], rows: list[Row[Any]]) -> None:
        self.package, self.rows = package, rows

    def parcel(self, hub: Hub, item_id: str) -> base.Parcel:
        package = self.package

        async def pieces() -> AsyncGenerator[bytes, None]:
            async for piece in content.of_row(hub, package).chunks():
                yield piece

        return base.Parcel(
            item_id=item_id,
            package_id=package.id,
            message_type=package.message_type,
            document_id=package.document_id,
            sender=package.sender,
            recipients=tuple(row.written_as for row in self.rows),
            urgency=max(row.urgency for row in self.rows),
            size=package.size,
            sha256=package.sha256,
            open=pieces,
            delivery_ids=tuple(row.id for row in self.rows),
        )


def _item(connection: Connection, item_id: str) -> _Item | None:
    """None for what need not arrive any more: erased, asked back, or answered by every recipient."""
    rows = [row for row in deliveries.of_item(connection, item_id) if row.status == DeliveryStatus.DELIVERED]
    package = packages.get(connection, rows[0].package_id) if rows else None
    wanted_back = any(row.recall_state != RecallState.NONE for row in rows)
    if package is None or package.key is None or wanted_back or all(row.business_status for row in rows):
        return None
    return _Item(package, rows)


async def _give(hub: Hub, connector: base.Connector, item: _Item, row: Row[Any]) -> int:
    """Send it once more; the delivery stays as it is, the axis's new id and its second answer stand beside it."""
    outcome = await connector.deliver(item.parcel(hub, row.item_id))
    now = hub.clock.now()
    if isinstance(outcome, base.Deferred | base.Parked):
        reason = outcome.reason if isinstance(outcome, base.Deferred) else "parked"
        raise base.PeerTroubleError(reason)
    remote_id = outcome.remote_id if isinstance(outcome, base.Delivered) else ""
    await _tell(hub, item, row.remote_id, "axis_forgot")

    def work(connection: Connection) -> None:
        relayed.given_again(connection, routing.AXIS, row.remote_id, remote_id, row.item_id, now)
        if remote_id and remote_id != row.remote_id:
            _record(hub, connection, now, item, remote_id)

    await hub.db.write(work)
    log.get().warning("the axis had forgotten a package", remote_id=row.remote_id, now=remote_id)
    return 1


def _record(hub: Hub, connection: Connection, now: datetime, item: _Item, remote_id: str) -> None:
    package = item.package
    facts = {
        "sha256": package.sha256,
        "document_id": package.document_id,
        "sender": package.sender,
        "recipients": [row.recipient for row in item.rows],
        "remote_id": remote_id,
    }
    accepted = events.Event("relay.accepted", f"system:{routing.AXIS}", package.id, detail=facts)
    hub.journal.record(connection, now, [accepted])


async def _tell(hub: Hub, item: _Item, remote_id: str, kind: str) -> None:
    now = hub.clock.now()
    detail = {"system": routing.AXIS, "remote_id": remote_id}
    told = alarms.Alarm(kind, Audience.OPERATOR, package_id=item.package.id, mark=remote_id[:40], detail=detail)
    await hub.db.write(lambda connection: alarms.raise_(connection, hub.journal, now, told))


async def _seen(hub: Hub, remote_id: str) -> None:
    now = hub.clock.now()
    await hub.db.write(lambda connection: relayed.seen(connection, routing.AXIS, [remote_id], now))
