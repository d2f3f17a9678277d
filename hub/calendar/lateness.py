"""How late something was, in working minutes or in days, and why so much."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final, Literal

from hub.calendar import words
from hub.calendar.receiving import undecided
from hub.calendar.words import Text
from hub.calendar.work_time import WorkTime, following, local

_TOLD: Final = timedelta(days=1000)
"""A longer time is not told day by day."""


@dataclass(frozen=True, slots=True)
class Lateness:
    """minutes: whole working minutes after the deadline; 0 = late, and nobody worked meanwhile."""

    minutes: int
    text_vi: str
    text_en: str


def lateness(work: WorkTime, due: datetime, done: datetime) -> Lateness | None:
    """How late; None when it was in time, the deadline itself included."""
    limit, at = local(due), local(done)
    if at <= limit:
        return None
    minutes = work.minutes_between(limit, at)
    long, by, then = words.length(minutes), words.moment(limit), words.moment(at)
    text = Text(
        f"muộn {long.vi} làm việc vì hạn là {by.vi} mà đến {then.vi} mới xong",
        f"{long.en} of working time late: due {by.en}, done {then.en}",
    )
    if at - limit < _TOLD:
        passed = words.days_off(work.days_off(limit.date(), at.date()))
        if passed is not None:
            text += Text(f"; không tính {passed.vi}", f"; not counted: {passed.en}")
    text += undecided(work, limit, at)
    return Lateness(minutes, text.vi, text.en)


def days_late(work: WorkTime, due: date, done: date, count: Literal["calendar", "working"]) -> int:
    """Days overdue, 0 when in time; calendar days, or working days after the deadline.  law: R-100 CB Đ6.2"""
    if done <= due:
        return 0
    if count == "calendar":
        return (done - due).days
    late, day = 0, due
    while day < done:
        day = following(day)
        late += bool(work.sessions(day))
    return late
