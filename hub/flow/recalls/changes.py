"""A sender changes what it has sent: an update (type 2) of data and recipients, written from the document's own header.

The files of a sent document never change; another content is a replacement (type 3), a document of its own.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from edxml import model, writer
from edxml.codes import BusinessType, ReceiverType
from edxml.faults import Fault, Refusal
from hub.flow import intake
from hub.flow.recalls import withdraw
from hub.flow.thread import statuses
from hub.states import Copy, DeliveryStatus
from hub.store import deliveries

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection, Row

    from agency_registry.agency import System
    from hub.context import Hub


@dataclass(frozen=True, slots=True)
class Change:
    """What a sender changes and why. None = as it was. due_date: yyyy-mm-dd, '' for none.

    add, remove: codes of recipients that come in and go out.
    """

    reason: str
    subject: str | None = None
    content: str | None = None
    due_date: str | None = None
    sphere: str | None = None
    add: Sequence[str] = ()
    remove: Sequence[str] = ()
    staff: model.Staff | None = None

    @property
    def changes_data(self) -> bool:
        """Whether it changes anything beside the recipients."""
        return any(one is not None for one in (self.subject, self.content, self.due_date, self.sphere))


@dataclass(frozen=True, slots=True)
class Old:
    """A document that is to be replaced: its DocumentId and the codes it had gone to."""

    document_id: str
    recipients: tuple[str, ...]


async def update(hub: Hub, system: System, package_id: str, change: Change) -> intake.Accepted:
    """Send an update of the caller's own document to those who have it, those who come in and those who go out.

    Raises Refusal: NOT_FOUND, REASON_REQUIRED, SCHEMA_INVALID for no change at all, ORG_UNKNOWN, STATE_CONFLICT.
    """
    # law: R-161 QĐ28 Đ8.2, R-116 TT Đ7.2.3
    if not change.reason.strip():
        raise Refusal(Fault.REASON_REQUIRED, where="reason")  # law: R-160
    if not (change.changes_data or change.add or change.remove):
        raise Refusal(Fault.SCHEMA_INVALID, "nothing is changed", where="reason")
    package, rows = await hub.db.read(lambda connection: _own(hub, connection, system, package_id, change.remove))
    original = await withdraw.original_of(hub, package)
    assert original.header is not None, "original_of gives documents only"
    header = _header(hub, original.header, rows, change)
    added = [model.Receiver(code, ReceiverType.ADDED) for code in change.add]
    removed = [model.Receiver(code, ReceiverType.REMOVED) for code in change.remove]
    business = model.Business(
        document_id=original.document_id,
        type=BusinessType.UPDATE,
        reason=change.reason,
        document_info=int(change.changes_data),
        document_receiver=int(bool(added or removed)),
        receivers=(*removed, *added),
        staff=change.staff,
    )
    message = writer.write_edoc(header, business, (withdraw.hop(hub, package.sender),), ())
    return await intake.accept(hub, statuses.pieces(message), intake.Submission(system, "api"))


async def replaced(hub: Hub, system: System, package_id: str) -> Old:
    """The caller's own document as one that is to be replaced. Raises Refusal: NOT_FOUND, STATE_CONFLICT."""
    package, rows = await hub.db.read(lambda connection: withdraw.own(hub, connection, system, package_id, None))
    return Old(package.document_id, tuple(row.written_as for row in rows))


def _own(
    hub: Hub, connection: Connection, system: System, package_id: str, removed: Sequence[str]
) -> tuple[Row[Any], list[Row[Any]]]:
    package, _ = withdraw.own(hub, connection, system, package_id, removed)
    return package, list(deliveries.of_package(connection, package_id))


def _header(hub: Hub, header: model.MessageHeader, rows: Sequence[Row[Any]], change: Change) -> model.MessageHeader:
    """The document's header with what changes; to everybody who may have a copy, and to those who come in."""
    has = {row.recipient for row in rows if row.status != DeliveryStatus.CANCELLED}
    later = [row.written_as for row in rows if row.copy == Copy.ADDED]
    known = {withdraw.named(hub, one.organ_id) for one in header.recipients}
    recipients = [one for one in header.recipients if withdraw.named(hub, one.organ_id) in has]
    for code in (*later, *change.add):
        if withdraw.named(hub, code) not in known:
            known.add(withdraw.named(hub, code))
            agency = hub.directory.agency(code)
            recipients.append(model.Organization(code, agency.name if agency is not None else code))
    other = header.other if change.sphere is None else replace(header.other, sphere=change.sphere)
    return replace(
        header,
        recipients=tuple(recipients),
        subject=header.subject if change.subject is None else change.subject,
        content=header.content if change.content is None else change.content,
        due_date=header.due_date if change.due_date is None else change.due_date,
        other=other,
    )
