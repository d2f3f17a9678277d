"""A recipient speaks about a document it has: the hub writes the status message and takes it in like any other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from edxml import dates, model, status_words, writer
from edxml.codes import StatusCode
from edxml.faults import Fault, Refusal
from hub import clock
from hub.flow import intake, visibility
from hub.flow.addressing import second_system
from hub.flow.thread import refusals
from hub.states import DeliveryStatus, RecallState
from hub.store import packages

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from datetime import datetime

    from sqlalchemy import Connection, Row

    from agency_registry.agency import System
    from hub.context import Hub


@dataclass(frozen=True, slots=True)
class Said:
    """What a recipient says of one delivery: 01–06, 15 or 16 with its words.

    reason_code: of 02, in `codes.Refusal02`; '' counts as OTHER.
    arrival_number, arrival_date: of 03, số đến and ngày đến.
    """

    code: str
    description: str = ""
    reason: str = ""
    arrival_number: str = ""
    arrival_date: str = ""
    staff: model.Staff | None = None
    reason_code: str = ""
    destroyed: bool = False

    def words(self) -> str:
        """What it says in free words."""
        return status_words.joined(self.description, self.reason)

    def text(self) -> str:
        """The Description of the status message: its words, the reason code of 02, the arrival entry of 03."""
        if self.code == StatusCode.REFUSED:
            return status_words.refused(self.reason_code, self.words())  # law: R-128 HN Đ6.4
        if self.destroyed:
            return status_words.joined(status_words.DESTROYED, self.words())  # law: R-146 HN Đ9.2
        entry = status_words.Entry(self.arrival_number, self.arrival_date)
        return status_words.joined(self.words(), status_words.entered(entry))  # law: R-125 HN Đ9.1a


_NOT_ASKED = (RecallState.NONE.value, RecallState.NEVER_DELIVERED.value)
SPOKEN = frozenset({"01", "02", "03", "04", "05", "06", "15", "16"})


async def say(hub: Hub, system: System, delivery_id: str, said: Said) -> intake.Accepted:
    """Send a status about one of the system's deliveries to the sender of the document.

    Raises Refusal: NOT_FOUND, STATE_CONFLICT, REASON_REQUIRED (02), SCHEMA_INVALID (another code, another
    reason code), and accept()'s own.
    """
    if said.code not in SPOKEN:
        raise Refusal(Fault.SCHEMA_INVALID, "code must be one of 01-06, 15, 16", where="code")
    if said.destroyed and said.code != StatusCode.CHANGE_AGREED:
        raise Refusal(Fault.SCHEMA_INVALID, "destroyed goes with code 15", where="destroyed")
    if said.code == StatusCode.REFUSED:
        refusals.require(said.reason_code, said.words(), said.staff.name if said.staff is not None else "")

    def look(connection: Connection) -> tuple[Row[Any], Row[Any]]:
        row = visibility.own_delivery(connection, system, delivery_id)
        package = packages.get(connection, row.package_id)
        if package is None or not _is_spoken_of(package, said.code):
            raise Refusal(Fault.NOT_FOUND)
        has_left = row.exposed_at is not None or row.recall_state not in _NOT_ASKED  # whatever the transport came to
        if row.status not in (DeliveryStatus.AVAILABLE, DeliveryStatus.DELIVERED) and not has_left:
            raise Refusal(Fault.STATE_CONFLICT, f"the delivery is {row.status}")
        second_system.may_say(connection, hub, row, said.code)
        return row, package

    row, package = await hub.db.read(look)
    at = hub.clock.now()
    if said == Said(StatusCode.ARRIVED) and row.ended_at is not None:
        at = clock.from_text(row.ended_at)  # a bare 01 is the same bytes however often it is said
    message = _about(package, _named(hub, row.recipient), package.sender, said, at)
    return await intake.accept(hub, pieces(writer.write_status(message)), intake.Submission(system, "api"))


async def arrived(hub: Hub, system: System, delivery_id: str) -> intake.Accepted:
    """Say 01 for one of the system's deliveries, as its client does by itself once the document is stored there.

    Said again it is the same message, and arrives once. Raises as `say`.
    """
    return await say(hub, system, delivery_id, Said(StatusCode.ARRIVED))  # law: R-121 QĐ28 Đ10.2h


def take_back_message(hub: Hub, package: Row[Any], recipient: str, reason: str, staff: model.Staff | None) -> bytes:
    """Status 13: the sender of `package` asks `recipient` to give it back."""
    said = Said(StatusCode.TAKE_BACK, reason, staff=staff)
    return writer.write_status(_about(package, _named(hub, package.sender), recipient, said, hub.clock.now()))


async def pieces(data: bytes) -> AsyncIterator[bytes]:
    """Bytes as a body."""
    yield data


def _is_spoken_of(package: Row[Any], code: str) -> bool:
    """A document, or a take-back (13), which is answered like the document it is about."""
    taken_back = package.status_code == StatusCode.TAKE_BACK and code in {"15", "16"}
    return bool(package.message_type == "edoc" or taken_back)


def _about(
    package: Row[Any], sender: model.Organization, addressee: str, said: Said, at: datetime
) -> model.StatusMessage:
    number = status_words.joined(package.number, package.notation, by="/")
    return model.StatusMessage(
        sender=sender,
        response_for=model.ResponseFor(addressee, number, package.document_id, package.promulgated),
        staff=said.staff,
        code=said.code,
        description=said.text(),
        timestamp=dates.write_time(at),
    )


def _named(hub: Hub, organ_id: str) -> model.Organization:
    agency = hub.directory.agency(organ_id)
    return model.Organization(organ_id, agency.name if agency is not None else organ_id)
