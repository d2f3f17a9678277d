"""A recipient speaks about a document it has: the hub writes the status message and takes it in like any other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from edxml import model, writer
from edxml.codes import StatusCode
from edxml.faults import Fault, Refusal
from hub import clock
from hub.flow import intake, visibility
from hub.states import DeliveryStatus
from hub.store import packages

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from sqlalchemy import Connection, Row

    from agency_registry.agency import System
    from hub.context import Hub


@dataclass(frozen=True, slots=True)
class Said:
    """What a recipient says of one delivery: 01–06, 15 or 16 with its words."""

    code: str
    description: str = ""
    reason: str = ""
    arrival_number: str = ""
    arrival_date: str = ""
    staff: model.Staff | None = None

    def text(self) -> str:
        """The Description of the status message: words, reason, and for 03 the arrival number and date (R-125)."""
        parts = [self.description, self.reason]
        if self.arrival_number:
            parts.append(f"Số đến: {self.arrival_number}")
        if self.arrival_date:
            parts.append(f"Ngày đến: {self.arrival_date}")
        return "; ".join(part.strip() for part in parts if part.strip())


SPOKEN = frozenset({"01", "02", "03", "04", "05", "06", "15", "16"})


async def say(hub: Hub, system: System, delivery_id: str, said: Said) -> intake.Accepted:
    """Send a status about one of the system's deliveries to the sender of the document.

    Raises Refusal: NOT_FOUND, STATE_CONFLICT, REASON_REQUIRED (02), SCHEMA_INVALID (another code), and accept()'s own.
    """
    if said.code not in SPOKEN:
        raise Refusal(Fault.SCHEMA_INVALID, "code must be one of 01-06, 15, 16", where="code")
    if StatusCode(said.code).needs_reason and not (said.reason.strip() or said.description.strip()):
        raise Refusal(Fault.REASON_REQUIRED, where="reason")  # law: R-127 HN Đ6.4

    def look(connection: Connection) -> tuple[Row[Any], Row[Any]]:
        row = visibility.own_delivery(connection, system, delivery_id)
        package = packages.get(connection, row.package_id)
        if package is None or package.message_type != "edoc":
            raise Refusal(Fault.NOT_FOUND)
        if row.status not in (DeliveryStatus.AVAILABLE, DeliveryStatus.DELIVERED):
            raise Refusal(Fault.STATE_CONFLICT, f"the delivery is {row.status}")
        return row, package

    row, package = await hub.db.read(look)
    message = _message(hub, row, package, said)
    return await intake.accept(hub, pieces(writer.write_status(message)), intake.Submission(system, "api"))


def take_back_message(hub: Hub, package: Row[Any], recipient: str, reason: str, staff: model.Staff | None) -> bytes:
    """Status 13: the sender of `package` asks `recipient` to give it back."""
    return writer.write_status(_about(hub, package, _named(hub, package.sender), recipient, "13", reason, staff))


async def pieces(data: bytes) -> AsyncIterator[bytes]:
    """Bytes as a body."""
    yield data


def _message(hub: Hub, row: Row[Any], package: Row[Any], said: Said) -> model.StatusMessage:
    sender = _named(hub, row.recipient)
    return _about(hub, package, sender, package.sender, said.code, said.text(), said.staff)


def _about(
    hub: Hub,
    package: Row[Any],
    sender: model.Organization,
    addressee: str,
    code: str,
    text: str,
    staff: model.Staff | None,
) -> model.StatusMessage:
    number = "/".join(part for part in (package.number, package.notation) if part)
    return model.StatusMessage(
        sender=sender,
        response_for=model.ResponseFor(addressee, number, package.document_id, package.promulgated),
        staff=staff,
        code=code,
        description=text,
        timestamp=clock.local(hub.clock.now()).strftime("%Y/%m/%d %H:%M:%S"),
    )


def _named(hub: Hub, organ_id: str) -> model.Organization:
    agency = hub.directory.agency(organ_id)
    return model.Organization(organ_id, agency.name if agency is not None else organ_id)
