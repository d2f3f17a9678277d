"""One verb to have a document back: cancel what never left, ask back what did; the reason always travels along."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from edxml import dates, model, organ, writer
from edxml.codes import BusinessType
from edxml.faults import Fault, Refusal
from edxml.reader import Reader
from hub import clock, states
from hub.flow import content, intake, visibility
from hub.flow.addressing import beside
from hub.flow.recalls import policy
from hub.flow.recalls.effects import HANDLED, Kind
from hub.flow.recalls.stop import Stop
from hub.flow.thread import statuses
from hub.states import DeliveryStatus, PackageStatus, RecallState
from hub.store import deliveries, recalls

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection, Row

    from agency_registry.agency import System
    from hub.context import Hub

KINDS = ("auto", "cancel", "take_back", "recall")
_OPEN = (RecallState.NONE.value, RecallState.REFUSED.value)
_AT_ONCE = 8
"""Messages 13 on their way into the hub at the same time."""


@dataclass(frozen=True, slots=True)
class RecipientRecall:
    """What became of one recipient's copy.

    kept: why the recipient keeps it all the same (`handled`), else None. replied_by: the package by which it has
    answered the document already.
    """

    recipient: str
    recall_state: str
    business_status: str | None = None
    kept: str | None = None
    replied_by: str | None = None


@dataclass(frozen=True, slots=True)
class Wish:
    """Why and how a document is wanted back, and by which clerk."""

    reason: str
    kind: str
    staff: model.Staff | None


async def withdraw(
    hub: Hub,
    system: System,
    package_id: str,
    *,
    reason: str,
    kind: str = "auto",
    recipients: Sequence[str] | None = None,
    staff: model.Staff | None = None,
) -> tuple[RecipientRecall, ...]:
    """Withdraw the caller's own document from all or some recipients.

    kind: cancel = copies that never left, all of them or none; take_back = status 13 to the others; recall = recall
    type 1 to all; auto = cancel what never left, recall formally what is registered there (03 or higher), take back
    the rest. Nobody is asked twice for the same copy. staff: the clerk who asks for it.
    Raises Refusal: NOT_FOUND, REASON_REQUIRED, SCHEMA_INVALID, RECALL_TOO_LATE (cancel after exposure).
    """
    wish = Wish(reason, kind, staff)
    if not reason.strip():
        raise Refusal(Fault.REASON_REQUIRED, where="reason")  # law: R-145 R-160
    if kind not in KINDS:
        raise Refusal(Fault.SCHEMA_INVALID, f"kind must be one of {', '.join(KINDS)}", where="kind")
    package, wanted = await hub.db.read(lambda connection: own(hub, connection, system, package_id, recipients))
    if kind == "recall" and package.status != PackageStatus.HELD:  # of what is held nobody has seen anything
        await _recall(hub, system, package, [row for row in wanted if row.recall_state in _OPEN], wish)
    else:
        left = await _cancel(hub, system, wanted, wish)
        open_ = [row for row in left if row.recall_state in _OPEN]
        formal = [row for row in open_ if kind == "auto" and _registered(row)]
        await _recall(hub, system, package, formal, wish)
        await _take_back(hub, system, package, [row for row in open_ if row not in formal], wish)
    names = {row.recipient for row in wanted}
    after = await hub.db.read(lambda connection: deliveries.of_package(connection, package_id))
    return tuple(_told(hub, package.sender, row) for row in beside.one_each(after) if row.recipient in names)


def own(
    hub: Hub, connection: Connection, system: System, package_id: str, recipients: Sequence[str] | None
) -> tuple[Row[Any], list[Row[Any]]]:
    """A document the system itself sent, and those of its deliveries that go to `recipients`.

    Raises Refusal: NOT_FOUND, STATE_CONFLICT for what is no document, ORG_UNKNOWN for one who is no recipient.
    """
    package = visibility.sent_package(connection, system, package_id)  # law: R-154 QĐ28 Đ8.2
    if package.fault is not None:
        raise Refusal(Fault.NOT_FOUND)
    if package.message_type != "edoc" or package.business_type == BusinessType.RECALL:
        raise Refusal(Fault.STATE_CONFLICT, "only a document can be withdrawn, changed or replaced")
    rows = list(deliveries.of_package(connection, package_id))
    if recipients is None:
        return package, rows
    names = {named(hub, code) for code in recipients}
    unknown = names - {row.recipient for row in rows}
    if unknown:
        raise Refusal(Fault.ORG_UNKNOWN, f"not a recipient of this package: {', '.join(sorted(unknown))[:200]}")
    return package, [row for row in rows if row.recipient in names]


async def original_of(hub: Hub, package: Row[Any]) -> model.Package:
    """The document as its sender wrote it, read again. Raises Refusal(STATE_CONFLICT) when it was erased."""
    if package.key is None:
        raise Refusal(Fault.STATE_CONFLICT, "the content was erased")
    reader = Reader()
    async for piece in content.of_row(hub, package).chunks():
        await hub.in_thread(lambda piece=piece: reader.feed(piece))  # type: ignore[misc]
    read = await hub.in_thread(reader.close)
    if read.header is None:
        raise Refusal(Fault.STATE_CONFLICT, "only a document can be withdrawn, changed or replaced")
    return read


def named(hub: Hub, code: str) -> str:
    """The agency's own organ id behind a code as it was written."""
    agency = hub.directory.agency(code)
    return agency.organ_id if agency is not None else organ.normalise(code)


def hop(hub: Hub, sender: str) -> model.TraceHop:
    """A trace of this moment: the same wish at another time is another message."""
    return model.TraceHop(sender, dates.write_time(clock.local(hub.clock.now())))


async def _cancel(hub: Hub, system: System, rows: Sequence[Row[Any]], wish: Wish) -> list[Row[Any]]:
    """Stop, in one transaction, every copy no byte of which has left; those that are too late.

    Under `cancel` one that is too late undoes the others. Raises Refusal(RECALL_TOO_LATE).
    """
    now = hub.clock.now()

    def work(connection: Connection) -> list[Row[Any]]:
        facts = {
            "recall_state": RecallState.NEVER_DELIVERED.value,
            "recall_kind": Kind.CANCEL.value,
            "recall_reason": wish.reason,
            "recall_at": clock.to_text(now),
        }
        stop = Stop(connection, hub.journal, now, f"system:{system.id}", wish.reason)
        stop.cancel([row.id for row in rows], **facts)
        ids = {row.id for row in rows}
        fresh = deliveries.of_package(connection, rows[0].package_id)
        late = [row for row in fresh if row.id in ids and row.status != DeliveryStatus.CANCELLED]
        before = [row.id for row in fresh if row.id in ids and row not in late]
        recalls.write_once(connection, before, facts)
        if wish.kind == "cancel" and late:
            raise Refusal(Fault.RECALL_TOO_LATE, ", ".join(row.recipient for row in late[:20]))
        return late

    return await hub.db.write(work) if rows else []


async def _take_back(hub: Hub, system: System, package: Row[Any], rows: Sequence[Row[Any]], wish: Wish) -> None:
    """Status 13 to each recipient; each is asked in the commit that takes its message in."""
    places = asyncio.Semaphore(_AT_ONCE)

    async def ask(recipient: str) -> None:
        message = statuses.take_back_message(hub, package, recipient, wish.reason, wish.staff)
        async with places:
            await intake.accept(hub, statuses.pieces(message), intake.Submission(system, "api"))

    done = await asyncio.gather(
        *(ask(one) for one in dict.fromkeys(row.recipient for row in rows)), return_exceptions=True
    )
    for outcome in done:
        if isinstance(outcome, BaseException):
            raise outcome


async def _recall(hub: Hub, system: System, package: Row[Any], rows: Sequence[Row[Any]], wish: Wish) -> None:
    """Recall type 1: the document's own header again, with the reason and without its attachments."""
    if not rows:
        return
    read = await original_of(hub, package)
    assert read.header is not None, "original_of gives documents only"
    recipients = {row.recipient for row in rows}
    asked = tuple(one for one in read.header.recipients if named(hub, one.organ_id) in recipients)
    beyond = recipients - {named(hub, one.organ_id) for one in asked}  # copies beside To: by a rule, of a successor
    asked += tuple(model.Organization(code, _name(hub, code)) for code in sorted(beyond))
    business = model.Business(read.document_id, BusinessType.RECALL, wish.reason, staff=wish.staff)
    message = writer.write_edoc(replace(read.header, recipients=asked), business, (hop(hub, package.sender),), ())
    await intake.accept(hub, statuses.pieces(message), intake.Submission(system, "api"))


def _name(hub: Hub, code: str) -> str:
    agency = hub.directory.agency(code)
    return agency.name if agency is not None else code


def _registered(row: Row[Any]) -> bool:
    return states.STATUS_RANK.get(row.business_status or "", 0) >= states.STATUS_RANK["03"]


def _told(hub: Hub, sender: str, row: Row[Any]) -> RecipientRecall:
    keeps = policy.keeps(hub.profile.flows, hub.directory, sender, row.recipient, row.business_status)
    kept = HANDLED if keeps and row.recall_state == RecallState.REFUSED else None
    return RecipientRecall(row.recipient, row.recall_state, row.business_status, kept, row.replied_by)
