"""The review queue: messages that fit no document here, and what a person decides about them.

Nothing is thrown away. A message is matched with a document that is here, let travel as it is (its document is older
than the hub), or sent back: then nothing of it leaves, and the hub tells its sender so in its own name.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from agency_registry.agency import System
from edxml import dates, model, writer
from edxml.faults import Fault, Refusal
from hub.flow import hold, intake
from hub.flow.thread import match, statuses, waiting
from hub.states import MOVES, DeliveryStatus, Move
from hub.store import deliveries, events, originals, packages, reviews

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import Connection, Row

    from edxml.model import Package
    from hub.context import Hub

OWN_ID = "(hub)"
"""The hub as a system of its own; no registered system can be called so."""

REASON_CHARACTERS = 500
MOST_CANDIDATES = 20


@dataclass(frozen=True, slots=True)
class Candidate:
    """A document that a waiting message may speak of: same organisation, same number."""

    package_id: str
    sender: str
    document_id: str
    promulgated: str


@dataclass(frozen=True, slots=True)
class Waiting:
    """A message of the queue as an operator may see it: no words of the parties. row: columns of the package."""

    row: Any
    recipients: tuple[str, ...]
    candidates: tuple[Candidate, ...] = ()


async def queue(
    hub: Hub, *, sender: str | None = None, before: datetime | None = None, after: int = 0, limit: int = 1000
) -> list[Any]:
    """What waits, oldest first, from behind sequence number `after`; of one sender, received before a moment."""
    code = _code(hub, sender) if sender else None
    return list(
        await hub.db.read(
            lambda connection: reviews.waiting(connection, sender=code, before=before, after=after, limit=limit)
        )
    )


async def show(hub: Hub, package_id: str) -> Waiting:
    """One message, whom it is for, and the documents it may speak of. Raises Refusal(NOT_FOUND)."""

    def look(connection: Connection) -> Waiting:
        row = _waiting(connection, package_id)
        recipients = tuple(one.recipient for one in deliveries.of_package(connection, package_id))
        asker = recipients[0] if row.message_type == "status" and row.status_code != "13" else row.sender
        return Waiting(row, recipients, tuple(_candidates(connection, hub, asker, row.number)))

    return await hub.db.read(look)


async def match_with(hub: Hub, package_id: str, original_id: str, operator: str) -> None:
    """The message speaks of that package: it takes its effect and travels.

    Raises Refusal: NOT_FOUND, STATE_CONFLICT when that document never went between the two parties.
    """
    now = hub.clock.now()

    def work(connection: Connection) -> list[str]:
        row = _waiting(connection, package_id)
        original = originals.by_id(connection, original_id)
        if original is None or original.id == row.id:
            raise Refusal(Fault.NOT_FOUND, f"no document {original_id}")
        waits = reviews.get(connection, package_id)
        named = partial(_naming, original)
        woken = waiting.resettle(connection, hub, now, waits, f"user:{operator}", named) if waits else None
        if woken is None:
            raise Refusal(Fault.STATE_CONFLICT, "that document did not go between these two parties")
        return woken

    hold.wake(hub, await hub.db.write(work))


async def release(hub: Hub, package_ids: Sequence[str], operator: str, reason: str) -> int:
    """Let messages travel as they are; how many. Raises Refusal: REASON_REQUIRED, NOT_FOUND for one alone."""
    reason, now = _reason(reason), hub.clock.now()

    def work(connection: Connection) -> tuple[int, list[str]]:
        released, woken = 0, []
        for package_id in package_ids:
            if reviews.shown(connection, package_id) is None and len(package_ids) > 1:
                continue  # freed meanwhile
            _waiting(connection, package_id)
            row = packages.get(connection, package_id)
            assert row is not None, "it waits"
            told = {"reason": reason, "decision": "travels"}
            if waiting.lift(connection, hub, now, row, f"user:{operator}", told):
                woken += hold.waiting_systems(connection, row.id)
                woken += waiting.arrived(connection, hub, now, row)
            released += 1
        return released, woken

    released, woken = await hub.db.write(work)
    hold.wake(hub, woken)
    return released


async def send_back(hub: Hub, package_id: str, operator: str, reason: str) -> None:
    """Close a message: nothing of it leaves, and the hub tells its sender why, in its own name.

    Raises Refusal: REASON_REQUIRED, NOT_FOUND.
    """
    reason, now = _reason(reason), hub.clock.now()

    def work(connection: Connection) -> Row[Any]:
        _waiting(connection, package_id)
        row = packages.get(connection, package_id)
        assert row is not None, "it waits"
        actor = f"user:{operator}"
        for one in deliveries.of_package(connection, package_id):
            if DeliveryStatus(one.status) in MOVES[Move.CANCEL]:
                told = {"reason": reason}
                change = events.Change(one.id, Move.CANCEL, actor, told, told, unexposed=True)
                events.change_status(connection, hub.journal, now, change)
        waiting.lift(connection, hub, now, row, actor, {"reason": reason, "decision": "returned"})
        return row

    row = await hub.db.write(work)
    submission = intake.Submission(System(OWN_ID, hub.settings.hub.name or hub.settings.hub.organ_id), "hub")
    await intake.accept(hub, statuses.pieces(_notice(hub, row, reason, now)), submission)


def _waiting(connection: Connection, package_id: str) -> Any:
    row = reviews.shown(connection, package_id)
    if row is None:
        raise Refusal(Fault.NOT_FOUND, "no such message waits")
    return row


def _candidates(connection: Connection, hub: Hub, asker: str, number: str) -> list[Candidate]:
    if not number.strip():
        return []
    plain = match.entry_of(number, "").partition("/")[0]
    spellings = {number, plain, plain.zfill(2), plain.zfill(3)}
    rows = originals.by_number(connection, tuple(match.voices(hub.directory, asker)), spellings)
    return [Candidate(one.id, one.sender, one.document_id, one.promulgated) for one in rows[:MOST_CANDIDATES]]


def _naming(original: Any, package: Package) -> Package:
    """The message with the DocumentId as the document has it; what travels are its own bytes."""
    if package.status is not None:
        answered = replace(package.status.response_for, document_id=original.document_id)
        return replace(package, status=replace(package.status, response_for=answered))
    assert package.header is not None, "a package is a document or a status"
    return replace(package, header=replace(package.header, document_id=original.document_id))


def _notice(hub: Hub, row: Row[Any], reason: str, now: datetime) -> bytes:
    own = hub.settings.hub
    number = "/".join(part for part in (row.number, row.notation) if part)
    return writer.write_status(
        model.StatusMessage(
            sender=model.Organization(own.organ_id, own.name or own.organ_id),
            response_for=model.ResponseFor(row.sender, number, row.document_id, row.promulgated),
            code="02",
            description=f"Trục trả lại bản tin vì không tìm thấy văn bản được nhắc đến: {reason}",
            timestamp=dates.write_time(now),
        )
    )


def _reason(reason: str) -> str:
    text = " ".join(reason.split())[:REASON_CHARACTERS]
    if not text:
        raise Refusal(Fault.REASON_REQUIRED, where="reason")
    return text


def _code(hub: Hub, text: str) -> str:
    agency = hub.directory.agency(text)
    return agency.organ_id if agency is not None else text
