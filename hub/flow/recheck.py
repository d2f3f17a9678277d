"""Verdicts that could not be decided are made again, from the sealed bytes, until they can or a week is over.

Receipt, `package.accepted` and the bytes stay as they are: a new verdict is a new event.  law: R-072 HN Đ9.1
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from edxml.faults import Refusal
from edxml.verdict import Verdict
from hub import clock, log, states
from hub.flow import content, recording, verify
from hub.flow.arrival import Arrival
from hub.store import answers, deliveries, events, packages, rechecks

if TYPE_CHECKING:
    from sqlalchemy import Connection, Row

    from edxml.verdict import DocumentReport
    from hub.context import Hub

SEEN = frozenset({states.DeliveryStatus.AVAILABLE, states.DeliveryStatus.DELIVERED})


class Reopened(Arrival):
    """The sealed bytes of a package read once more; nothing is sealed again."""

    def _take(self, data: bytes) -> None:
        self.size += len(data)
        if data:
            self._reader.feed(data)


async def due(hub: Hub, limit: int) -> list[Row[Any]]:
    """Packages whose verdict is to be made again now, longest waiting first."""
    now = clock.to_text(hub.clock.now())
    return list(await hub.db.read(lambda connection: rechecks.due(connection, now, limit)))


async def again(hub: Hub, row: Row[Any]) -> Verdict | None:
    """Make the verdict of one of `due` again; None when somebody else does, or there is nothing to verify any more."""
    now = hub.clock.now()
    following = clock.to_text(
        min(now + _step(row.tries + 1), max(clock.from_text(row.until), now + recording.STEPS[0]))
    )
    package = await hub.db.write(partial(_claim, row, following))
    if package is None:
        return None
    try:
        report = await report_again(hub, package)
    except Refusal as trouble:  # a damaged copy: kept back by now
        log.get().error("recheck impossible", package=package.id, error=type(trouble).__name__)
        return None
    if report is None:
        return None
    return await hub.db.write(partial(_record, hub, row, report, hub.clock.now()))


def _claim(row: Row[Any], following: str, connection: Connection) -> Row[Any] | None:
    """Take the row for oneself; the package when it still has bytes to look at."""
    if not rechecks.claim(connection, row, following):
        return None
    package = packages.get(connection, row.package_id)
    if package is None or package.key is None or package.status in _OVER:
        rechecks.end(connection, row.package_id)
        return None
    return package if package.status != states.PackageStatus.QUARANTINED else None


_OVER = frozenset({states.PackageStatus.REJECTED, states.PackageStatus.ERASED})


async def report_again(hub: Hub, package: Row[Any]) -> DocumentReport | None:
    """The verdict on a sealed package by today's trust and today's answers."""
    reopened = Reopened(hub, None)
    try:
        async for piece in content.of_row(hub, package).chunks():
            await hub.in_thread(partial(reopened.feed, piece))
        await hub.in_thread(reopened.finish)
        _, pdfs = await hub.in_thread(reopened.opened)
        return await verify.report(hub, pdfs, package.sender)
    finally:
        await hub.in_thread(reopened.discard)


def _record(hub: Hub, row: Row[Any], report: DocumentReport, now: datetime, connection: Connection) -> Verdict | None:
    """One event when something changed or this was the last look; then the books say what the event says."""
    package = packages.get(connection, row.package_id)
    if package is None or package.status in _OVER:
        rechecks.end(connection, row.package_id)
        return None
    last = clock.to_text(now) >= row.until
    waits_for = verify.waits_for(report)
    if waits_for is None or last:
        rechecks.end(connection, row.package_id)
    else:
        rechecks.wait_for(connection, row.package_id, waits_for)
    if _summary(report.as_json()) == _summary(json.loads(package.verdicts)) and not last:
        return report.verdict
    packages.set_verdict(connection, package.id, report.verdict.value, recording.text(report, now))
    answers.name(connection, package.id, verify.answers_in(report))
    told = [recording.event(package.id, report, now, "last_recheck" if last else "recheck")]
    if report.verdict is Verdict.FAILED and package.verdict != Verdict.FAILED:
        told += _alarms(connection, package, report)
    hub.journal.record(connection, now, told)
    return report.verdict


def _alarms(connection: Connection, package: Row[Any], report: DocumentReport) -> list[events.Event]:
    """A document already under way is proven not valid: operator, sender and whoever may have it are told.

    Nothing is called back by itself: that is the sender's decision.  law: R-073 HN Đ9.1b
    """
    detail = {
        "alarm": "verdict_failed",
        "sub_indication": report.sub_indication.value if report.sub_indication is not None else "",
        "sha256": package.sha256,
    }
    reached = [
        one for one in deliveries.of_package(connection, package.id) if one.status in SEEN or one.exposed_at is not None
    ]
    return [
        events.Event("alarm.raised", "hub", package.id, detail=detail),
        *(events.Event("alarm.raised", "hub", package.id, one.id, one.recipient, detail) for one in reached),
    ]


def _step(tries: int) -> timedelta:
    return recording.STEPS[min(tries, len(recording.STEPS) - 1)]


def _summary(report: dict[str, Any]) -> list[tuple[Any, ...]]:
    """What of a verdict is worth a new event: not the age of an answer, not a warning."""
    facts = [(report.get("verdict"), report.get("sub_indication"), report.get("legal_value"))]
    for file in report.get("files", ()):
        facts.append((file["name"], file["verdict"], file["sub_indication"]))
        facts += [(one["verdict"], one["sub_indication"], one["role"]) for one in file["signatures"]]
    return facts
