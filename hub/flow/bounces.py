"""What the axis took and could not hand on: a signed `relay.rejected` for that recipient, with the axis's reason.

Our own delivery stays `delivered` (the axis has it, and our receipt says so); what happened beyond stands beside it.
The axis answers `sendEdoc` with one DocId as soon as one recipient is deliverable; what became of the others, and of
those whose system says `fail` days later, stands only in its list of sent packages.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from connectors import base
from hub.context import Hub
from hub.flow import routing
from hub.states import Alarm, Audience, DeliveryStatus
from hub.store import alarms, deliveries, events, packages, relayed

if TYPE_CHECKING:
    from sqlalchemy import Connection, Row

REASON = "relay: "


async def record(hub: Hub, bounces: Sequence[base.Bounce]) -> int:
    """Write down which recipients the axis could not reach, and tell an operator; how many were not known before.

    What a recipient has answered itself (a business status) it has: its word beats that of the axis.
    """
    # law: R-119 HN Đ12.3
    now = hub.clock.now()
    if not bounces:
        return 0
    return await hub.db.write(lambda connection: sum(_one(hub, connection, now, one) for one in bounces))


def _one(hub: Hub, connection: Connection, now: datetime, bounce: base.Bounce) -> int:
    item_id = relayed.item_of(connection, routing.AXIS, bounce.remote_id)
    if item_id is None:
        return 0
    agency = hub.directory.agency(bounce.recipient)
    names = {bounce.recipient.upper(), agency.organ_id if agency is not None else ""}
    actor = f"system:{routing.AXIS}"
    made = 0
    for row in deliveries.of_item(connection, item_id):
        if not names & {row.written_as.upper(), row.recipient}:
            continue
        if row.status != DeliveryStatus.DELIVERED or row.business_status or (row.reason or "").startswith(REASON):
            continue
        deliveries.set_facts(connection, row.id, reason=(REASON + bounce.reason)[:500])
        facts = {"remote_id": bounce.remote_id, "reason": bounce.reason}
        alarm = {"system": routing.AXIS, **facts}
        rejected = events.Event("relay.rejected", actor, row.package_id, row.id, row.recipient, facts)
        hub.journal.record(connection, now, [rejected])
        about = {"package_id": row.package_id, "delivery_id": row.id, "recipient": row.recipient, "detail": alarm}
        told = alarms.Alarm("axis_could_not_hand_on", Audience.OPERATOR, **about)
        alarms.raise_(connection, hub.journal, now, told)
        _call_for_paper(hub, connection, now, row, bounce.reason)
        made += 1
    return made


def _call_for_paper(hub: Hub, connection: Connection, now: datetime, row: Row[Any], reason: str) -> None:
    """The axis has it and cannot hand it on: the sending clerks issue paper."""
    # law: R-111 HN Đ6.2
    package = packages.get(connection, row.package_id)
    sender = hub.directory.agency(package.sender) if package is not None else None
    if package is None or sender is None or sender.scope != "province":
        return
    facts = {"document_id": package.document_id, "recipient": row.recipient, "reason": reason[:300]}
    told = alarms.Alarm(
        Alarm.PAPER_DUE, Audience.SENDER, sender.organ_id, row.package_id, row.id, "relay", None, row.recipient, facts
    )
    alarms.raise_(connection, hub.journal, now, told)
