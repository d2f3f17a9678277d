"""accept(): the one way in. Everything that arrives is a package and passes here, whatever the door.

Stream, hash and seal; read and check; may the system speak for From; verify; find the recipients; make the bytes
durable; then one commit of package, deliveries, events and the signed receipt. The answer leaves after the commit.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import uuid
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from edxml import model, organ, rules
from edxml.axis_view import Finding
from edxml.faults import Fault, Refusal
from hub import clock
from hub.flow import (
    admission,
    alarms,
    checks,
    entries,
    hold,
    moments,
    notes,
    package_signature,
    quarantine,
    recording,
    successors,
    verify,
)
from hub.flow.addressing import addressing, applications, asking, times
from hub.flow.arrival import Arrival
from hub.flow.checks.base import CheckedFile, Stage, Subject
from hub.states import BESIDE, DeliveryStatus, PackageStatus
from hub.store import packages
from hub.store.database import StorageDownError, StorageFullError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Coroutine, Mapping

    from edxml.verdict import DocumentReport
    from hub.context import Hub
    from hub.flow.arrival import Checkable
    from hub.flow.routing import Route

T = TypeVar("T")

PIECE_BYTES = 1 << 20
"""How much of a body is gathered before a worker thread takes it: one hop for an ordinary document."""

TURN_SECONDS = 30
"""Longest wait for a place among the packages in work."""


Submission = entries.Submission
Accepted = admission.Accepted
DeliveryView = admission.DeliveryView


@dataclass(frozen=True, slots=True)
class DryRun:
    """What accept() would say, nothing stored."""

    document_id: str
    sha256: str
    verdicts: DocumentReport | None
    warnings: tuple[model.Warning, ...]
    checks: tuple[Mapping[str, str], ...]
    recipients: tuple[DeliveryView, ...]
    axis: tuple[Finding, ...] | None = None  # None: nobody asked


@dataclass(frozen=True, slots=True)
class _Examined:
    package: model.Package
    sender: str
    routes: tuple[Route, ...]
    warnings: tuple[model.Warning, ...]
    report: DocumentReport | None
    judged: checks.Judgement
    asked: Mapping[str, Any]


async def accept(hub: Hub, body: AsyncIterator[bytes], submission: Submission) -> Accepted:
    """Take one package in; the first receipt again when the same package comes again.

    Raises Refusal: nothing of the body stays, the refusal itself is recorded. After success bytes and rows are on disk.
    """
    if hub.intake_stopped is not None:
        raise Refusal(Fault.INTAKE_STOPPED, hub.intake_stopped)
    if hub.clock.now() > hub.keys.receipt_ends:  # a receipt that proves nothing is none
        ended = f"the hub's receipt certificate ended on {hub.keys.receipt_ends:%Y-%m-%d}"
        raise Refusal(Fault.DEPENDENCY_DOWN, ended)
    arrival = Arrival(hub, submission.hash_file)
    try:
        await _stream(hub, arrival, body)
        async with _turn(hub):
            examined = await _examine(hub, arrival, submission)
            if examined.judged.quarantined is not None:
                raise await _unbroken(quarantine.seal_away(hub, arrival, submission, examined.judged))
            return await _unbroken(_commit(hub, arrival, examined, submission))
    except Refusal as refusal:
        await entries.keep_refusal(hub, arrival, submission, refusal)
        if refusal.fault is Fault.CONFLICT:
            await alarms.raise_alarm(hub, "other_content_same_id", submission.system.id, submission.address)
        raise
    except (OSError, StorageFullError) as error:
        raise Refusal(Fault.STORAGE_FULL, "the hub cannot store anything at the moment") from error
    except StorageDownError as error:
        raise Refusal(Fault.DEPENDENCY_DOWN, "the hub's database does not answer") from error
    finally:
        await _discard(hub, arrival)


async def dry_run(
    hub: Hub, body: AsyncIterator[bytes], submission: Submission, as_whom: Literal["hub", "axis"] = "hub"
) -> DryRun:
    """Everything accept() checks, nothing stored. as_whom: whose answer is wanted beside ours. Raises Refusal."""
    arrival = Arrival(hub, submission.hash_file)
    try:
        await _stream(hub, arrival, body)
        async with _turn(hub):
            examined = await _examine(hub, arrival, submission)
            axis = await _unbroken(hub.in_thread(arrival.as_axis)) if as_whom == "axis" else None
        views = tuple(
            DeliveryView("", route.recipient, route.status.value, route.fault, route.role, route.mode, route.copy)
            for route in examined.routes
            if route.copy not in BESIDE
        )
        package = examined.package
        found = examined.judged.records
        return DryRun(package.document_id, package.sha256, examined.report, examined.warnings, found, views, axis)
    finally:
        await _discard(hub, arrival)


async def _discard(hub: Hub, arrival: Arrival) -> None:
    """Drop what is left of an arrival; without scratch files that is one descriptor, not worth a thread."""
    if arrival.has_scratch:
        await asyncio.shield(hub.in_thread(arrival.discard))
    else:
        arrival.discard()


class _turn:  # noqa: N801 - reads as a verb: async with _turn(hub)
    """One of the places for packages in work; a crowd gets OVERLOADED instead of an endless wait.

    A body that comes in slowly holds no place while it is waited for.
    """

    def __init__(self, hub: Hub) -> None:
        self._hub = hub

    async def __aenter__(self) -> None:
        try:
            async with asyncio.timeout(TURN_SECONDS):
                await self._hub.gate.acquire()
        except TimeoutError:
            raise Refusal(Fault.OVERLOADED, "too many packages at once; try again in a minute") from None

    async def __aexit__(self, *_: object) -> None:
        self._hub.gate.release()


async def _unbroken(work: Coroutine[Any, Any, T]) -> T:
    """Work on the bytes goes on to its end even when the caller goes away: nothing is cleaned up under its hands."""
    task = asyncio.create_task(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        while not task.done():
            with contextlib.suppress(asyncio.CancelledError):  # cancelled once more: still not before the end
                await asyncio.wait([task])
        raise


async def _stream(hub: Hub, arrival: Arrival, body: AsyncIterator[bytes]) -> None:
    gathered: list[bytes] = []
    size = 0
    async for chunk in body:
        gathered.append(chunk)
        size += len(chunk)
        if size >= PIECE_BYTES:
            piece, gathered, size = b"".join(gathered), [], 0
            async with _turn(hub):
                await _unbroken(hub.in_thread(partial(arrival.feed, piece)))
    rest = b"".join(gathered)

    def last() -> None:
        arrival.feed(rest)
        arrival.finish()

    async with _turn(hub):
        await _unbroken(hub.in_thread(last))


async def _examine(hub: Hub, arrival: Arrival, submission: Submission) -> _Examined:
    package = arrival.package
    if package is None:
        raise Refusal(Fault.INTERNAL)
    warnings = [*package.warnings, *rules.check(package)]
    if submission.message_type and submission.message_type.lower() != package.message_type:
        warnings.append(notes.warning("profile_invalid", "messagetype"))
    sender = _sender(hub, package, submission)
    found, notices = addressing.routes(hub, package, submission)
    found = await applications.with_applications(hub, found, package)
    subject = Subject(
        package,
        sender,
        submission.system,
        submission.door,
        hub.clock.now(),
        declared=submission.declared,
        routes=found,
        sending=submission.sending,
        signed_only=submission.signed_only,
    )
    judged = await package_signature.check(hub, subject)
    judged = judged.then(await checks.run(hub, subject, Stage.HEADER))
    if submission.door != "axis" and not any(route.fault is None for route in found):
        await _require_repeat(hub, found, package, sender)
    asked = asking.columns(hub, package, sender, submission)
    warnings += [*notices, *moments.doubts(submission.sending.issued_at, hub.clock.now())]
    files = [CheckedFile(one) for one in package.attachments]
    pdfs: list[Checkable] = []
    if arrival.has_scratch:
        files, pdfs = await _unbroken(hub.in_thread(arrival.opened))
    report = await verify.report(hub, pdfs, sender)
    for pdf, verdict in zip(pdfs, report.files if report is not None else (), strict=True):
        files[pdf.number] = replace(files[pdf.number], report=verdict)
    judged = judged.then(await checks.run(hub, replace(subject, files=files, report=report), Stage.CONTENT))
    return _Examined(package, sender, found, (*warnings, *judged.warnings), report, judged, asked)


def _sender(hub: Hub, package: model.Package, submission: Submission) -> str:
    """The organ id in whose name the system speaks."""
    # law: R-008 HN Đ20.2d
    code = package.sender_id
    agency = hub.directory.agency(code)
    if submission.door == "axis":
        if agency is not None and agency.scope == "province":
            raise Refusal(Fault.SENDER_NOT_ALLOWED, "a package of our own came back from the axis")
        return agency.organ_id if agency is not None else organ.normalise(code)
    if submission.door == "hub":
        return agency.organ_id if agency is not None else organ.normalise(code)
    spoken = hub.directory.speaks_for(submission.system, code)
    if spoken is None:
        raise Refusal(Fault.SENDER_NOT_ALLOWED, f"this system does not speak for {code}")
    if spoken.state == "suspended":  # law: R-001 HN Đ2.1
        raise Refusal(Fault.ORG_SUSPENDED, f"{spoken.organ_id} is suspended")
    if spoken.state == "closed" or (
        spoken.valid_to is not None and spoken.valid_to < clock.local(hub.clock.now()).date()
    ):
        vi, en = successors.words(hub.directory, spoken.organ_id)
        raise Refusal(Fault.ORG_CLOSED, en, detail_vi=vi)
    return spoken.organ_id


async def _require_repeat(hub: Hub, found: tuple[Route, ...], package: model.Package, sender: str) -> None:
    """Nobody can get it: refused for the reason of the first recipient, unless it was taken in while somebody could."""
    # law: R-001 R-111 HN Đ6.2
    identity = packages.identity(
        sender, package.message_type, package.business.type, package.document_id, package.sha256
    )
    if not found or await hub.db.read(lambda connection: packages.by_identity(connection, identity)) is not None:
        return
    first = found[0]
    raise Refusal(
        first.fault or Fault.ORG_UNKNOWN,
        "; ".join(route.detail or route.written_as for route in found[:20]),
        detail_vi="; ".join(route.detail_vi or route.written_as for route in found[:20]),
    )


async def _commit(hub: Hub, arrival: Arrival, examined: _Examined, submission: Submission) -> Accepted:
    """Bytes first, then the one transaction; bytes no row stands for are removed again.  law: R-172 HN Đ7.1"""
    package, report = examined.package, examined.report
    package_id = str(uuid.uuid4())
    await hub.in_thread(partial(arrival.seal, package_id))
    now = hub.clock.now()
    row = packages.NewPackage(
        id=package_id,
        identity=packages.identity(
            examined.sender, package.message_type, package.business.type, package.document_id, package.sha256
        ),
        **entries.reading(package, examined.sender, examined.warnings, submission),
        **examined.asked,
        status=examined.judged.status.value,
        held_for=examined.judged.held_for,
        checks=json.dumps(examined.judged.records, ensure_ascii=False),
        received_at=clock.to_text(now),
        key=hub.keys.wrap(arrival.key, package_id.encode()),
        verdict=report.verdict.value if report is not None else "UNSIGNED",
        verdicts=recording.text(report, now),
        signed_at=times.signed_at(report),
    )
    admitted = admission.Admission(hub, now, submission.actor, package, row, examined.routes, examined.warnings, report)
    try:
        outcome = await hub.db.write(admitted)
    except Exception:
        await _forget(hub, package_id)
        raise
    if outcome.repeated:
        await _forget(hub, package_id)
    elif examined.judged.status is PackageStatus.ACCEPTED:
        hub.bell.ring({route.system_id for route in examined.routes if route.system_id})
        if any(route.status is DeliveryStatus.QUEUED for route in examined.routes):
            hub.bell.call()
    hold.wake(hub, list(outcome.woken))
    return outcome


async def _forget(hub: Hub, package_id: str) -> None:
    """Remove sealed bytes no row stands for; when the outcome of the commit is unknown it is read back first."""
    if not await hub.db.read(lambda connection: packages.known_ids(connection, [package_id])):
        await hub.in_thread(partial(hub.blobs.delete, package_id))
