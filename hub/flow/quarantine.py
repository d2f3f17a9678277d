"""Quarantine: infected packages refused and sealed away, and packages stopped by name after they had travelled.

Nobody reaches the content but two officers together (`hub/flow/officers.py`). What was refused for a virus is erased
after a while; what was stopped by name stays until the officers release or erase it.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from edxml.faults import Fault, Refusal
from hub import log
from hub.flow import entries, hold
from hub.flow.recalls import sequels
from hub.states import DeliveryStatus, Hold, PackageMove, PackageStatus
from hub.store import deliveries, events, keeping, packages

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import Connection, Row

    from hub.context import Hub
    from hub.flow.arrival import Arrival
    from hub.flow.checks import Judgement
    from hub.flow.entries import Submission


async def seal_away(hub: Hub, arrival: Arrival, submission: Submission, judged: Judgement) -> Refusal:
    """Keep the bytes of a package that is refused for a virus, once; the refusal its sender gets."""
    # law: R-178 TT Đ5.1 BD Đ2.4
    finding = judged.quarantined
    assert finding is not None, "asked only for what a check wants sealed away"
    refusal = Refusal(finding.fault, finding.detail, where=finding.where or None, detail_vi=finding.detail_vi)
    now = hub.clock.now()
    plain = entries.refused(arrival, submission, refusal, now)
    identity = hashlib.sha256(f"quarantined {plain.sender} {plain.sha256}".encode()).digest()
    if await hub.db.read(lambda connection: packages.by_identity(connection, identity)) is not None:
        return refusal  # sealed away before; this one is an ordinary refusal
    await hub.in_thread(partial(arrival.seal, plain.id))
    row = replace(
        plain,
        identity=identity,
        status=PackageStatus.QUARANTINED.value,
        key=hub.keys.wrap(arrival.key, plain.id.encode()),
        held_for=Hold.VIRUS.value,
        checks=json.dumps(judged.records, ensure_ascii=False),
    )

    def record(connection: Connection) -> bool:
        if packages.by_identity(connection, identity) is not None:
            return False
        packages.add(connection, row)
        told = {"held_for": Hold.VIRUS.value, "reason": finding.detail}
        sealed = events.Event("package.quarantined", "hub", row.id, detail=told)
        hub.journal.record(connection, now, [entries.rejection(row, submission), sealed])
        return True

    kept = False
    try:
        kept = await hub.db.write(record)
    finally:
        if not kept and not await hub.db.read(lambda connection: packages.known_ids(connection, [row.id])):
            await hub.in_thread(partial(hub.blobs.delete, row.id))
    if kept:
        refusal.instance = row.id
    return refusal


@dataclass(frozen=True, slots=True)
class Holder:
    """One recipient whose copy left the hub, or was about to."""

    recipient: str
    system_id: str | None
    status: str
    exposed_at: str | None
    ended_at: str | None
    business_status: str | None


@dataclass(frozen=True, slots=True)
class Trace:
    """One package that is kept back, without a word of it. reached: those whose copy left. opened: content.opened."""

    package_id: str
    status: str
    held_for: tuple[str, ...]
    sender: str
    door: str
    size: int
    received_at: str
    fault: str | None
    reached: tuple[Holder, ...] = ()
    opened: tuple[dict[str, Any], ...] = ()


async def add(hub: Hub, package_id: str, operator: str, reason: str) -> PackageStatus:
    """Stop a package by name wherever it is, at once: nothing more of it leaves by any door, nobody opens it here.

    Sender, recipients that have it, and operators hear of it. Raises Refusal: NOT_FOUND, STATE_CONFLICT,
    REASON_REQUIRED.
    """
    # law: R-013 NĐ30 Đ21.2b
    reason = " ".join(reason.split())[:500]
    if not reason:
        raise Refusal(Fault.REASON_REQUIRED, where="reason")
    now, actor = hub.clock.now(), f"user:{operator}"

    def work(connection: Connection) -> int:
        row = packages.get(connection, package_id)
        if row is None:
            raise Refusal(Fault.NOT_FOUND)
        if Hold.DAMAGED in keeping.words(row.held_for) and row.status == PackageStatus.QUARANTINED:
            _stop_damaged(hub, connection, row, actor, reason)
        elif row.status in (PackageStatus.ACCEPTED, PackageStatus.HELD):
            stop(hub, connection, now, row, Hold.ORDER, actor, reason)
        else:
            raise Refusal(Fault.STATE_CONFLICT, f"the package is {row.status}")
        return sum(one.exposed_at is not None for one in deliveries.of_package(connection, package_id))

    try:
        reached = await hub.db.write(work)
    except events.StaleStatusError as stale:
        raise Refusal(Fault.STATE_CONFLICT, "the package was moved by somebody else") from stale
    log.get().warning("package quarantined", package=package_id, by=operator, reached=reached)
    return PackageStatus.QUARANTINED


def stop(hub: Hub, connection: Connection, now: datetime, row: Row[Any], why: Hold, actor: str, reason: str) -> None:
    """Quarantine one package and tell everybody who has to know. Raises StaleStatusError."""
    reasons = (*(word for word in keeping.words(row.held_for) if word is not why), why)
    if why is Hold.VIRUS:
        reasons = (why,)
    reached = [one for one in deliveries.of_package(connection, row.id) if one.exposed_at is not None]
    detail = {"held_for": why.value, "reason": reason, "reached": [one.recipient for one in reached]}
    values = {"held_for": " ".join(reasons)}
    events.change_package(
        connection, hub.journal, now, events.PackageChange(row.id, PackageMove.QUARANTINE, actor, values, detail)
    )
    sequels.arrange(connection, hub, row.id)
    told = () if why is Hold.DAMAGED else reached  # whoever has it whole is not concerned
    alarm(hub, connection, now, row.id, why, reason, told)


def alarm(
    hub: Hub,
    connection: Connection,
    now: datetime,
    package_id: str,
    why: Hold,
    reason: str,
    reached: Sequence[Row[Any]] = (),
) -> None:
    """Tell operators and the sender, and those of `reached` (deliveries) of their own copy."""
    detail = {"alarm": "package_damaged" if why is Hold.DAMAGED else "package_quarantined", "reason": reason}
    told = [events.Event("alarm.raised", "hub", package_id, detail=detail)]
    told += [events.Event("alarm.raised", "hub", package_id, one.id, one.recipient, detail) for one in reached]
    hub.journal.record(connection, now, told)


def lift_damage(hub: Hub, connection: Connection, package_id: str, detail: Mapping[str, Any]) -> list[str]:
    """The bytes of a quarantined package are whole again; which systems to wake when nothing else keeps it back.

    Raises StaleStatusError when it is not quarantined for that any more.
    """
    row = packages.get(connection, package_id)
    words = keeping.words(row.held_for) if row is not None and row.status == PackageStatus.QUARANTINED else ()
    if Hold.DAMAGED not in words:
        message = f"{package_id} is not quarantined for {Hold.DAMAGED}"
        raise events.StaleStatusError(message)
    left = tuple(word for word in words if word is not Hold.DAMAGED)
    told = {"held_for": Hold.DAMAGED.value, **detail}
    if left:
        keeping.set_reasons(connection, package_id, left)
        still = {**told, "lifted": True, "left": " ".join(left)}
        event = events.Event("package.quarantined", "hub", package_id, detail=still)
        hub.journal.record(connection, hub.clock.now(), [event])
        return []
    hold.release(hub, connection, package_id, "hub", told)
    return hold.waiting_systems(connection, package_id)


def _stop_damaged(hub: Hub, connection: Connection, row: Row[Any], actor: str, reason: str) -> None:
    """Stop by name what is kept back for its bytes alone: when they are whole again it must not go on by itself."""
    words = keeping.words(row.held_for)
    if Hold.ORDER in words:
        raise Refusal(Fault.STATE_CONFLICT, f"the package is {row.status}")
    now = hub.clock.now()
    keeping.set_reasons(connection, row.id, (*words, Hold.ORDER))
    reached = [one for one in deliveries.of_package(connection, row.id) if one.exposed_at is not None]
    detail = {"held_for": Hold.ORDER.value, "reason": reason, "reached": [one.recipient for one in reached]}
    hub.journal.record(connection, now, [events.Event("package.quarantined", actor, row.id, detail=detail)])
    alarm(hub, connection, now, row.id, Hold.ORDER, reason, reached)


async def kept_back(hub: Hub) -> tuple[Trace, ...]:
    """Everything held or quarantined, oldest first, 1,000 of each at most."""

    def look(connection: Connection) -> tuple[Trace, ...]:
        rows = [
            row
            for status in (PackageStatus.HELD, PackageStatus.QUARANTINED)
            for row in keeping.kept(connection, status)
        ]
        return tuple(_trace(row) for row in rows)

    return await hub.db.read(look)


async def trace(hub: Hub, package_id: str) -> Trace:
    """One package in any state: who has it, and who opened it. Raises Refusal(NOT_FOUND)."""
    # law: R-013

    def look(connection: Connection) -> Trace:
        row = packages.get(connection, package_id)
        if row is None:
            raise Refusal(Fault.NOT_FOUND)
        reached = tuple(
            Holder(one.recipient, one.system_id, one.status, one.exposed_at, one.ended_at, one.business_status)
            for one in deliveries.of_package(connection, package_id)
            if one.exposed_at is not None or one.status == DeliveryStatus.DELIVERED
        )
        opened = tuple(
            {"at": one.at, **json.loads(one.detail)}
            for one in events.of_package(connection, package_id)
            if one.type == "content.opened"
        )
        return replace(_trace(row), reached=reached, opened=opened)

    return await hub.db.read(look)


def _trace(row: Row[Any]) -> Trace:
    words = tuple((row.held_for or "").split())
    return Trace(row.id, row.status, words, row.sender, row.door, row.size, row.received_at, row.fault)
