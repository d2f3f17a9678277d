"""What the books keep of a verdict: its words, its event, the answers that decided it, and when to look again."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from hub import clock
from hub.flow import verify
from hub.store import answers, events, rechecks

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from edxml.verdict import DocumentReport

STEPS = (timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=2), timedelta(hours=6))
"""Waiting times between looks at an undecided verdict; the last one repeats."""

KEPT_UP = timedelta(days=7)
"""How long an undecided verdict is looked at again; the last look is at its end."""


def text(report: DocumentReport | None, at: datetime) -> str:
    """The verdict as JSON, with the moment it was made."""
    if report is None:
        return "{}"
    return json.dumps({**report.as_json(), "checked_at": clock.local_text(at)}, ensure_ascii=False)


def event(package_id: str, report: DocumentReport, at: datetime, source: str) -> events.Event:
    """The line of the journal for a verdict. source: arrival | recheck | last_recheck."""
    detail: dict[str, Any] = {
        "verdict": report.verdict.value,
        "sub_indication": report.sub_indication.value if report.sub_indication is not None else "",
        "checked_at": clock.local_text(at),
        "source": source,
    }
    return events.Event("verdict.recorded", "hub", package_id, detail=detail)


def keep(connection: Connection, package_id: str, report: DocumentReport | None, now: datetime) -> None:
    """Write down which answers decided a package that arrives, and have an undecided one looked at again.

    law: R-071 TT15/2025 Đ5, R-072 HN Đ9.1
    """
    answers.name(connection, package_id, verify.answers_in(report))
    waits_for = verify.waits_for(report)
    if waits_for is not None:
        until = now + KEPT_UP
        due = now + STEPS[0] if waits_for == verify.ANSWER else until
        rechecks.plan(connection, package_id, waits_for, clock.to_text(due), clock.to_text(until))
