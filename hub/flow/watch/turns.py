"""One turn of the watchdog: read what is due, look, write what was found.

Reading and looking hold up nobody; what was found is written in one transaction, and only where nobody has looked or
asked for another look in between (`watching.settle`): two processes raise nothing twice, and no change is overlooked.
"""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from hub import clock
from hub.context import Hub
from hub.flow.watch import non_delivery
from hub.flow.watch.facts import Facts, Look, Reason, Rules
from hub.flow.watch.look import look
from hub.states import DeliveryStatus, PackageStatus
from hub.store import alarms, events, watching

if TYPE_CHECKING:
    from sqlalchemy import Connection, Row

_KEPT_BACK = frozenset({PackageStatus.HELD, PackageStatus.QUARANTINED})
_WORDS = {
    Reason.NOT_FETCHED: "Hết hạn, nơi nhận chưa lấy văn bản",
    Reason.NOT_CONFIRMED: "Hết hạn, nơi nhận đã lấy nhưng chưa xác nhận",
    Reason.SUSPENDED: "Nơi nhận hoặc hệ thống của nơi nhận đang tạm dừng",
}


@dataclass(frozen=True, slots=True)
class Turn:
    """What one turn did; looked: deliveries looked at, raised: new alarms."""

    looked: int
    raised: int
    given_up: int


@dataclass(frozen=True, slots=True)
class _Found:
    row: Row[Any]
    look: Look
    standing: frozenset[str]  # kinds of its open alarms


async def turn(hub: Hub, limit: int) -> Turn:
    """Look at what is due, at most `limit` deliveries."""
    now = hub.clock.now()
    found = await hub.db.read(lambda connection: _look(hub, connection, now, limit))
    if not found:
        return Turn(0, 0, 0)
    return await hub.db.write(lambda connection: _write(hub, connection, now, found))


def _look(hub: Hub, connection: Connection, now: datetime, limit: int) -> list[_Found]:
    rows = watching.due(connection, now, limit)
    if not rows:
        return []
    packages = [row.package_id for row in rows]
    again = watching.begun_again(connection, packages)
    corrected = watching.corrected(connection, [row.package_id for row in rows if row.business_status == "02"])
    standing = watching.alarmed(connection, [row.id for row in rows])
    found = []
    for row in rows:
        if row.message_type != "edoc":
            found.append(_Found(row, Look((), frozenset(), None), frozenset()))
            continue
        began = max(row.created_at, again.get((row.package_id, row.id), ""), again.get((row.package_id, None), ""))
        known = _facts(hub, row, clock.from_text(began), reacted=(row.package_id, row.recipient) in corrected)
        rules = Rules(hub.profile.watch, hub.calendars.of(row.sender), hub.calendars.of(row.recipient))
        found.append(_Found(row, look(known, now, rules), frozenset(standing.get(row.id, ()))))
    return found


def _write(hub: Hub, connection: Connection, now: datetime, found: Sequence[_Found]) -> Turn:
    looked = raised = given_up = 0
    for one in found:
        if not watching.settle(connection, one.row.id, one.row.watch_at, one.look.next_at):
            continue
        looked += 1
        raised += sum(alarms.raise_(connection, hub.journal, now, alarm) for alarm in one.look.alarms)
        over = one.look.over & one.standing
        if over:
            alarms.clear(connection, now, kinds=over, delivery_id=one.row.id)
        if one.look.give_up is not None:
            words = _WORDS[one.look.give_up]
            ending = non_delivery.Ending(one.look.give_up, words, values={"reason": words})
            with contextlib.suppress(events.StaleStatusError):  # it was fetched or withdrawn this very moment
                non_delivery.end(hub, connection, now, one.row, one.row, ending)
                given_up += 1
    return Turn(looked, raised, given_up)


def _facts(hub: Hub, row: Row[Any], since: datetime, *, reacted: bool) -> Facts:
    sender, recipient = hub.directory.agency(row.sender), hub.directory.agency(row.recipient)
    system = hub.directory.system(row.system_id) if row.system_id else None
    open_ = recipient is not None and recipient.state == "active" and system is not None and system.state == "active"
    status = DeliveryStatus(row.status)
    if row.package_status == PackageStatus.ERASED and status is not DeliveryStatus.DELIVERED:
        status = DeliveryStatus.CANCELLED  # there is nothing left that could arrive
    return Facts(
        delivery_id=row.id,
        package_id=row.package_id,
        document_id=row.document_id,
        sender=row.sender,
        recipient=row.recipient,
        status=status,
        business_type=row.business_type,
        urgency=row.urgency,
        since=since,
        issued_at=clock.from_text(row.issued_at or row.sent_at),
        travels=row.package_status not in _KEPT_BACK and status is not DeliveryStatus.HELD,
        sender_here=sender is not None and sender.scope == "province",
        recipient_here=recipient is not None and recipient.scope == "province",
        role=row.role,
        copy=row.copy,
        exposed=row.exposed_at is not None,
        suspended=not open_,
        received_at=_moment(row.received_at),
        accept_by=_moment(row.accept_by),
        business_status=row.business_status,
        business_at=_moment(row.business_at),
        recall_state=row.recall_state,
        destroy_by=_moment(row.destroy_by),
        replied=row.replied_by is not None,
        reacted=reacted,
        reply_due=_moment(row.reply_due),
        hour_at=_moment(row.hour_at),
        signed_at=_moment(row.signed_at),
    )


def _moment(text: str | None) -> datetime | None:
    return None if text is None else clock.from_text(text)
