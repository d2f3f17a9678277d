"""What a party is shown of a package: its state, its life, its verdicts and receipts, as `visibility` allows."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from edxml.faults import Fault, Refusal
from hub import clock
from hub.flow import moments, visibility
from hub.flow.moments import IssuedLate, Received, Sent
from hub.flow.recalls import policy, shown
from hub.flow.visibility import Party, Thing, View
from hub.store import answers, dossiers, events, packages

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection, Row

    from agency_registry.agency import System
    from hub.context import Hub


@dataclass(frozen=True, slots=True)
class DeliveryState:
    """One recipient of a package. name: as the registry has it now. duplicate_of: for the recipient alone (I6)."""

    delivery_id: str
    recipient: str
    name: str
    role: str
    mode: str
    copy: str
    duplicate_of: str | None
    replied_by: str | None
    status: str
    fault: str | None
    reason: str | None
    recall_state: str
    business_status: str | None
    business_reason: str | None
    business_at: datetime | None
    exposed_at: datetime | None
    ended_at: datetime | None
    received: Received
    wanted: shown.Wanted | None
    refusal: str | None
    arrival_number: str | None
    arrival_date: str | None
    corrected_by: str | None
    keeps: bool = False  # wanted back now, it would be refused: the province's policy; for the sender alone
    days_overdue: int | None = None  # of the answer that was asked for


@dataclass(frozen=True, slots=True)
class Revision:
    """An update (2) or recall (1) of a document, oldest first."""

    package_id: str
    business_type: int
    received_at: datetime


@dataclass(frozen=True, slots=True)
class PackageState:
    """A package and those of its deliveries the caller may see."""

    package_id: str
    document_id: str
    message_type: str
    business_type: int
    status_code: str
    sender: str
    subject: str
    number: str
    notation: str
    urgency: int
    sha256: str
    size: int
    status: str
    held_for: tuple[str, ...]  # for the sender alone
    verdict: str
    received_at: datetime
    sent: Sent
    original_id: str | None
    attachments: tuple[dict[str, Any], ...]
    warnings: tuple[dict[str, Any], ...]
    deliveries: tuple[DeliveryState, ...]
    is_sender: bool
    has_content: bool  # False: it went by time, or was erased
    circulation: str
    dossier: str
    request: str
    reply_due: datetime | None
    sending: dict[str, Any]  # for the sender alone
    tombstone: shown.Tombstone | None
    replaced_by: str | None
    revisions: tuple[Revision, ...] = ()
    issued_late: IssuedLate | None = None  # for the sender alone
    sent_onward: tuple[str, ...] = ()  # to a recipient it is wanted back from: its own packages with the same files


@dataclass(frozen=True, slots=True)
class TimelineEvent:
    """One line of a package's life."""

    seq: int
    at: datetime
    type: str
    actor: str
    recipient: str | None
    detail: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Receipt:
    """A receipt with what its leaf hashes: enough to prove it offline."""

    type: str
    at: datetime
    recipient: str | None
    receipt: str
    canonical: str
    nonce: str
    leaf: str


async def package(hub: Hub, system: System, package_id: str) -> PackageState:
    """One package for one of its parties. Raises Refusal(NOT_FOUND) for everybody else."""

    def look(connection: Connection) -> PackageState:
        state = _state(hub, visibility.of_system(connection, system, package_id))
        revised = packages.revisions(connection, package_id)
        seen = [row for row in revised if any(packages.standing(connection, row.id, system.id))]
        older, newer = (
            other if other is not None and any(packages.standing(connection, other, system.id)) else None
            for other in (state.original_id, state.replaced_by)
        )  # what does not go to whoever looks is not named
        revisions = tuple(Revision(row.id, row.business_type, clock.from_text(row.received_at)) for row in seen)
        onward: tuple[str, ...] = ()
        if not state.is_sender and any(one.wanted is not None for one in state.deliveries):
            own = [one.recipient for one in state.deliveries]
            onward = tuple(packages.sent_onward(connection, package_id, own))  # law: R-155 QĐ28 Đ9.2
        state = replace(state, original_id=older, replaced_by=newer, revisions=revisions, sent_onward=onward)
        return replace(state, deliveries=_overdue(hub, connection, state))

    return await hub.db.read(look)


async def sent(
    hub: Hub, system: System, *, before: int | None, limit: int
) -> tuple[tuple[PackageState, ...], int | None]:
    """The system's own packages, newest first, and where the next page begins."""

    def look(connection: Connection) -> tuple[tuple[PackageState, ...], int | None]:
        rows = packages.search(connection, system_id=system.id, before=before, limit=limit + 1)
        states = tuple(
            _state(hub, View(Party.SENDER, row, visibility.shown_to_sender(connection, row.id), frozenset()))
            for row in rows[:limit]
        )
        return states, rows[limit - 1].seq if len(rows) > limit else None

    return await hub.db.read(look)


async def of_dossier(hub: Hub, system: System, dossier: str, *, limit: int) -> tuple[PackageState, ...]:
    """What the system sent and was offered that is tied to one dossier, newest first."""  # law: R-233 HN Đ17.2

    def look(connection: Connection) -> tuple[PackageState, ...]:
        ids = dossiers.documents(connection, dossier, system.id, limit)
        return tuple(_state(hub, visibility.of_system(connection, system, one)) for one in ids)

    return await hub.db.read(look)


async def timeline(hub: Hub, system: System, package_id: str) -> tuple[TimelineEvent, ...]:
    """The journal of a package as far as the caller may see it. Raises Refusal(NOT_FOUND)."""

    def look(connection: Connection) -> tuple[TimelineEvent, ...]:
        view = visibility.of_system(connection, system, package_id)
        rows = events.of_package(connection, package_id)
        return tuple(_event(one, view.party) for one in rows if view.shows_event(one))

    return await hub.db.read(look)


async def whole_timeline(hub: Hub, package_id: str) -> tuple[Sequence[Row[Any]], tuple[TimelineEvent, ...]]:
    """For the operator: the deliveries of a package and all its events. Raises Refusal(NOT_FOUND)."""

    def look(connection: Connection) -> tuple[Sequence[Row[Any]], tuple[TimelineEvent, ...]]:
        view = visibility.of_operator(connection, package_id)
        rows = events.of_package(connection, package_id)
        return view.rows, tuple(_event(one, view.party) for one in rows if view.shows_event(one))

    return await hub.db.read(look)


async def verdicts(hub: Hub, system: System, package_id: str) -> dict[str, Any]:
    """The verdict on the package's PDFs (design 10 shape) and what the content checks found.

    Raises Refusal(NOT_FOUND).
    """

    def look(connection: Connection) -> dict[str, Any]:
        view = visibility.of_system(connection, system, package_id)
        view.require(Thing.VERDICT)
        row = view.package
        report: dict[str, Any] = json.loads(row.verdicts)
        empty = {"verdict": row.verdict, "sub_indication": None, "legal_value": "information", "files": []}
        used = [_answer(one) for one in answers.of_package(connection, package_id)]
        return {**empty, **report, "checks": json.loads(row.checks), "answers": used}

    return await hub.db.read(look)


async def receipt(hub: Hub, system: System, package_id: str) -> str:
    """The receipt of acceptance (sender) or of the caller's own hand-over (recipient). Raises Refusal(NOT_FOUND)."""

    def look(connection: Connection) -> str:
        view = visibility.of_system(connection, system, package_id)
        found = None
        if view.is_sender:
            kind = "package.accepted" if view.package.fault is None else "package.rejected"
            found = events.receipt_of(connection, kind, package_id=package_id)
        else:
            for delivery_id in sorted(view.own):
                found = found or events.receipt_of(
                    connection, "delivery.delivered", package_id=package_id, delivery_id=delivery_id
                )
        if found is None:
            raise Refusal(Fault.NOT_FOUND)
        return found

    return await hub.db.read(look)


async def receipts(hub: Hub, system: System, package_id: str) -> tuple[Receipt, ...]:
    """Every receipt the caller may see, with canonical event and nonce. Raises Refusal(NOT_FOUND)."""

    def look(connection: Connection) -> tuple[Receipt, ...]:
        view = visibility.of_system(connection, system, package_id)
        return tuple(
            Receipt(
                one.type,
                clock.from_text(one.at),
                one.recipient,
                one.receipt,
                one.canonical,
                one.nonce.hex() if one.nonce else "",
                one.leaf,
            )
            for one in events.receipts_of(connection, package_id)
            if view.shows_event(one)
        )

    return await hub.db.read(look)


def _event(row: Row[Any], party: Party) -> TimelineEvent:
    actor = visibility.actor_shown(party, row.actor)
    return TimelineEvent(row.seq, clock.from_text(row.at), row.type, actor, row.recipient, json.loads(row.detail))


def _answer(row: Row[Any]) -> dict[str, Any]:
    """An authority's answer that decided the verdict.  law: R-071 TT15/2025 Đ5"""
    stored = {"as_of": row.as_of, "next_at": row.next_at, "fetched_at": row.fetched_at}
    times = {name: clock.local_text(clock.from_text(at)) if at else None for name, at in stored.items()}
    return {"sha256": row.sha256, "kind": row.kind, "url": row.url, **times}


def _moment(text: str | None) -> datetime | None:
    return clock.from_text(text) if text else None


def _state(hub: Hub, view: View) -> PackageState:
    row = view.package
    open_words = view.shows(Thing.WORDS)
    parts = json.loads(row.attachments)
    return PackageState(
        row.id,
        row.document_id,
        row.message_type,
        row.business_type,
        row.status_code,
        row.sender,
        row.subject if open_words else "",
        row.number,
        row.notation,
        row.priority,
        row.sha256,
        row.size,
        row.status,
        tuple((row.held_for or "").split()) if view.shows(Thing.HOLD) else (),
        row.verdict,
        clock.from_text(row.received_at),
        moments.sent(hub, row),
        row.original_id,
        tuple(parts if open_words else ({**one, "name": ""} for one in parts)),
        tuple(json.loads(row.warnings)) if open_words else (),
        tuple(_delivery(hub, one, view) for one in view.rows),
        view.is_sender,
        row.key is not None,
        row.circulation,
        row.dossier,
        row.request,
        _moment(row.reply_due),
        json.loads(row.sending) if view.is_sender else {},
        shown.tombstone(row, view.rows),
        row.replaced_by,
        issued_late=moments.issued_late(hub, row.sender, moments.sent(hub, row)) if view.is_sender else None,
    )


def _overdue(hub: Hub, connection: Connection, state: PackageState) -> tuple[DeliveryState, ...]:
    """The deliveries, with the days by which each answer is late: the one that was given, or the one that is owed."""
    due = state.reply_due
    if due is None:
        return state.deliveries
    ids = {one.replied_by for one in state.deliveries if one.replied_by is not None}
    answered = packages.arrivals(connection, ids) if ids else {}
    today = clock.to_text(hub.clock.now())

    def days(one: DeliveryState) -> int:
        done = clock.from_text(answered.get(one.replied_by or "", today))
        return hub.calendars.of(one.recipient).days_late(clock.local(due).date(), clock.local(done).date())

    return tuple(replace(one, days_overdue=days(one)) for one in state.deliveries)  # law: R-100 CB Đ6.2


def _delivery(hub: Hub, row: Row[Any], view: View) -> DeliveryState:
    agency = hub.directory.agency(row.recipient)
    return DeliveryState(
        row.id,
        row.recipient,
        agency.name if agency is not None else "",  # law: R-104 HN Đ10.2c
        row.role,
        row.mode,
        row.copy,
        None if view.is_sender else row.duplicate_of,
        row.replied_by,
        row.status,
        row.fault,
        row.reason,
        row.recall_state,
        row.business_status,
        row.business_reason,
        _moment(row.business_at),
        _moment(row.exposed_at),
        _moment(row.ended_at),
        moments.received_of(row),
        shown.wanted(row),
        row.refusal,
        row.arrival_number,
        row.arrival_date,
        row.corrected_by,
        # law: R-147 CB Đ7.5: said before anybody asks
        view.is_sender
        and policy.keeps(hub.profile.flows, hub.directory, view.package.sender, row.recipient, row.business_status),
    )
