"""One verb to have a document back: cancel what never left, ask back what did; the reason always travels along."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from edxml import model, organ, writer
from edxml.codes import BusinessType
from edxml.faults import Fault, Refusal
from edxml.reader import Reader
from hub.flow import content, intake, visibility
from hub.flow.recalls.stop import Stop
from hub.flow.thread import statuses
from hub.states import DeliveryStatus, RecallState
from hub.store import deliveries, events

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection, Row

    from agency_registry.agency import System
    from hub.context import Hub

KINDS = ("auto", "cancel", "take_back", "recall")
_OPEN = (RecallState.NONE.value, RecallState.REFUSED.value)


@dataclass(frozen=True, slots=True)
class RecipientRecall:
    """What became of one recipient's copy."""

    recipient: str
    recall_state: str


async def withdraw(
    hub: Hub,
    system: System,
    package_id: str,
    *,
    reason: str,
    kind: str = "auto",
    recipients: Sequence[str] | None = None,
) -> tuple[RecipientRecall, ...]:
    """Withdraw the caller's own document from all or some recipients.

    kind: cancel = only copies that never left; take_back = status 13 to the others; recall = recall type 1 to all;
    auto = cancel what never left and take back the rest.
    Raises Refusal: NOT_FOUND, REASON_REQUIRED, SCHEMA_INVALID, RECALL_TOO_LATE (cancel after exposure).
    """
    if not reason.strip():
        raise Refusal(Fault.REASON_REQUIRED, where="reason")
    if kind not in KINDS:
        raise Refusal(Fault.SCHEMA_INVALID, f"kind must be one of {', '.join(KINDS)}", where="kind")
    package, wanted = await hub.db.read(lambda connection: _own(hub, connection, system, package_id, recipients))
    if kind == "recall":
        await _recall(hub, system, package, [row.recipient for row in wanted], reason)
    else:
        left = await _cancel(hub, system, wanted, reason)
        if kind == "cancel" and left:
            raise Refusal(Fault.RECALL_TOO_LATE, ", ".join(row.recipient for row in left[:20]))
        for row in left:
            if row.recall_state in _OPEN:
                message = statuses.take_back_message(hub, package, row.recipient, reason)
                await intake.accept(hub, statuses.pieces(message), intake.Submission(system, "api"))
    names = {row.recipient for row in wanted}
    after = await hub.db.read(lambda connection: deliveries.of_package(connection, package_id))
    return tuple(RecipientRecall(row.recipient, row.recall_state) for row in after if row.recipient in names)


def _own(
    hub: Hub, connection: Connection, system: System, package_id: str, recipients: Sequence[str] | None
) -> tuple[Row[Any], list[Row[Any]]]:
    package = visibility.sent_package(connection, system, package_id)
    if package.fault is not None:
        raise Refusal(Fault.NOT_FOUND)
    if package.message_type != "edoc" or package.business_type == BusinessType.RECALL:
        raise Refusal(Fault.STATE_CONFLICT, "only a document can be withdrawn")
    rows = list(deliveries.of_package(connection, package_id))
    if recipients is None:
        return package, rows
    known = {code: agency.organ_id for code in recipients if (agency := hub.directory.agency(code)) is not None}
    names = {known.get(code, code) for code in recipients}
    unknown = names - {row.recipient for row in rows}
    if unknown:
        raise Refusal(Fault.ORG_UNKNOWN, f"not a recipient of this package: {', '.join(sorted(unknown))[:200]}")
    return package, [row for row in rows if row.recipient in names]


async def _cancel(hub: Hub, system: System, rows: Sequence[Row[Any]], reason: str) -> list[Row[Any]]:
    """Stop, in one transaction, every copy no byte of which has left; those that are too late."""
    now = hub.clock.now()

    def work(connection: Connection) -> list[Row[Any]]:
        late = []
        together = frozenset(row.id for row in rows)
        stop = Stop(connection, hub.journal, now, f"system:{system.id}", reason, together)
        for row in rows:
            try:
                stop.cancel(row.id, recall_state=RecallState.NEVER_DELIVERED.value, recall_kind="cancel")
            except events.StaleStatusError:
                fresh = deliveries.get(connection, row.id)
                if fresh is not None and fresh.status != DeliveryStatus.CANCELLED:
                    late.append(fresh)
        stop.settle()
        return late

    return await hub.db.write(work)


async def _recall(hub: Hub, system: System, package: Row[Any], recipients: Sequence[str], reason: str) -> None:
    """Recall type 1: the document's own header again, with the reason and without its attachments."""
    reader = Reader()
    original = content.of_row(hub, package)
    async for piece in original.chunks():
        await hub.in_thread(lambda piece=piece: reader.feed(piece))  # type: ignore[misc]
    read = await hub.in_thread(reader.close)
    if read.header is None:
        raise Refusal(Fault.STATE_CONFLICT, "only a document can be withdrawn")
    asked = tuple(one for one in read.header.recipients if _named(hub, one.organ_id) in recipients)
    business = model.Business(read.document_id, BusinessType.RECALL, reason)
    message = writer.write_edoc(replace(read.header, recipients=asked), business, read.trace, ())
    await intake.accept(hub, statuses.pieces(message), intake.Submission(system, "api"))


def _named(hub: Hub, code: str) -> str:
    agency = hub.directory.agency(code)
    return agency.organ_id if agency is not None else organ.normalise(code)
