"""Paper for those whom the electronic document does not reach, or not alone: the list, and the clerk's entries."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any, Final

from edxml.codes import BusinessType
from edxml.faults import Fault, Refusal
from hub import clock
from hub.flow import visibility
from hub.flow.addressing import recipients
from hub.states import BESIDE, Alarm, DeliveryStatus, Mode
from hub.store import alarms, deliveries, paper

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection, Row

    from agency_registry.agency import System
    from hub.context import Hub

MOST_COPIES: Final = 100_000


@dataclass(frozen=True, slots=True)
class Line:
    """One recipient of one document on the paper list.  law: R-111 BD Đ3.3, R-220 NĐ30 PL IV.III

    why: paper_only | both | not_connected | given_up. copies, envelopes: issued so far, 0 = none yet.
    decided_by, reason: who ordered paper, and why (R-167). open_return: recalled, and its paper is not back (R-150).
    """

    seq: int
    delivery_id: str
    package_id: str
    document_id: str
    number: str
    notation: str
    promulgated: str
    subject: str
    sent_at: datetime
    recipient: str
    name: str
    role: str
    why: str
    copies: int
    envelopes: int
    issued_on: str
    issued_by: str
    note: str
    returned_on: str
    returned_by: str
    open_return: bool
    reason: str
    decided_by: str


@dataclass(frozen=True, slots=True)
class Issued:
    """Paper that a clerk printed, stamped and sent.  law: R-169 NĐ30 Đ18.5"""

    recipient: str
    copies: int
    on: date
    by: str
    envelopes: int = 1
    note: str = ""


@dataclass(frozen=True, slots=True)
class Returned:
    """Paper of a recalled document that came back.  law: R-150 NĐ30 Đ18.4a"""

    recipient: str
    on: date
    by: str


async def of_package(hub: Hub, system: System, package_id: str) -> tuple[Line, ...]:
    """The paper list of one document the system sent. Raises Refusal(NOT_FOUND)."""

    def look(connection: Connection) -> tuple[Line, ...]:
        visibility.sent_package(connection, system, package_id)
        return tuple(_line(hub, row) for row in paper.of_package(connection, package_id))

    return await hub.db.read(look)


async def listed(
    hub: Hub, system: System, *, first: date | None, last: date | None, before: int | None, limit: int
) -> tuple[tuple[Line, ...], int | None]:
    """The lines of what the system sent from `first` to `last`, both included, newest first; where to go on."""
    since = clock.to_text(_midnight(first)) if first is not None else ""
    until = clock.to_text(_midnight(last) + timedelta(days=1)) if last is not None else ""

    def look(connection: Connection) -> Sequence[Row[Any]]:
        return paper.sent_by(connection, system.id, since=since, until=until, before=before, limit=limit + 1)

    rows = await hub.db.read(look)
    return tuple(_line(hub, row) for row in rows[:limit]), rows[limit - 1].seq if len(rows) > limit else None


async def record(hub: Hub, system: System, package_id: str, entry: Issued | Returned) -> tuple[Line, ...]:
    """Write down what the clerk did; the paper list of the document afterwards.

    Raises Refusal: NOT_FOUND; ORG_UNKNOWN for nobody among its recipients; STATE_CONFLICT for paper that comes back
    before any went out; SCHEMA_INVALID for figures nobody can mean.
    """
    if isinstance(entry, Issued) and not 1 <= entry.copies <= MOST_COPIES:
        raise Refusal(Fault.SCHEMA_INVALID, f"1 to {MOST_COPIES} copies", where="copies")
    if not entry.by.strip():
        raise Refusal(Fault.REASON_REQUIRED, "who did it", where="by")
    now = hub.clock.now()

    def work(connection: Connection) -> tuple[Line, ...]:
        package = visibility.sent_package(connection, system, package_id)
        if package.fault is not None:
            raise Refusal(Fault.NOT_FOUND)
        if package.message_type != "edoc" or package.business_type == BusinessType.RECALL:
            raise Refusal(Fault.STATE_CONFLICT, "only a document goes on paper")
        row = _recipient(hub, connection, package_id, entry.recipient)
        known = json.loads(row.paper) if row.paper else {}
        paper.write(connection, row.id, json.dumps(_written(known, entry), ensure_ascii=False), clock.to_text(now))
        alarms.clear(connection, now, kinds=[Alarm.PAPER_DUE], delivery_id=row.id)
        return tuple(_line(hub, one) for one in paper.of_package(connection, package_id))

    return await hub.db.write(work)


def _recipient(hub: Hub, connection: Connection, package_id: str, code: str) -> Row[Any]:
    wanted = recipients.organ_id(hub, code)
    for row in deliveries.of_package(connection, package_id):
        if row.recipient == wanted and row.copy not in BESIDE:
            return row
    raise Refusal(Fault.ORG_UNKNOWN, f"not a recipient of this package: {code[:64]}", where="recipient")


def _written(known: dict[str, Any], entry: Issued | Returned) -> dict[str, Any]:
    """The entry beside what stood there: further copies are added up, a return is written once."""
    if isinstance(entry, Returned):
        if not known.get("copies"):
            raise Refusal(Fault.STATE_CONFLICT, "no paper was issued to this recipient")
        return {**known, "returned_on": entry.on.isoformat(), "returned_by": entry.by}
    return {
        **known,
        "copies": known.get("copies", 0) + entry.copies,
        "envelopes": known.get("envelopes", 0) + entry.envelopes,
        "issued_on": entry.on.isoformat(),
        "issued_by": entry.by,
        "note": entry.note or known.get("note", ""),
    }


def _line(hub: Hub, row: Row[Any]) -> Line:
    agency = hub.directory.agency(row.recipient)
    written = json.loads(row.paper) if row.paper else {}
    said = json.loads(row.sending)
    recalled = row.recall_state not in ("none", "refused")
    return Line(
        seq=row.seq,
        delivery_id=row.id,
        package_id=row.package_id,
        document_id=row.document_id,
        number=row.number,
        notation=row.notation,
        promulgated=row.promulgated,
        subject=row.subject,
        sent_at=clock.from_text(row.received_at),
        recipient=row.recipient,
        name=agency.name if agency is not None else "",
        role=row.role,
        why=_why(row),
        copies=written.get("copies", 0),
        envelopes=written.get("envelopes", 0),
        issued_on=written.get("issued_on", ""),
        issued_by=written.get("issued_by", ""),
        note=written.get("note", ""),
        returned_on=written.get("returned_on", ""),
        returned_by=written.get("returned_by", ""),
        open_return=recalled and bool(written.get("copies")) and not written.get("returned_on"),
        reason=said.get("paper_reason", ""),
        decided_by=said.get("paper_decided_by", ""),
    )


def _why(row: Row[Any]) -> str:
    if row.mode == Mode.PAPER:
        return recipients.PAPER_ONLY
    if row.status == DeliveryStatus.NOT_CONNECTED:
        return "not_connected"
    if row.status == DeliveryStatus.FAILED:
        return "given_up"
    return "both"


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), clock.VIETNAM)
