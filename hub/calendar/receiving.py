"""When a document legally arrives: at once inside working hours, else when the next working period begins."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from hub.calendar import words
from hub.calendar.day_lines import DayKind, DayLine
from hub.calendar.words import Text
from hub.calendar.work_time import WorkTime, local


@dataclass(frozen=True, slots=True)
class Legal:
    """A moment of arrival and the moment it counts as; both +07:00, the second never before the first."""

    real: datetime
    legal: datetime
    why_vi: str
    why_en: str


def legal(time: WorkTime, real: datetime) -> Legal:
    """What a moment of arrival counts as.  law: R-090 HN Đ12.2"""
    here, counts = local(real), time.opening(real)
    why = _reason(time, here, counts) + undecided(time, here, counts)
    return Legal(here, counts, why.vi, why.en)


def undecided(time: WorkTime, *moments: datetime) -> Text:
    """What is said when the days off of the years in question are not known by decision."""
    years = sorted({at.year for at in moments if time.days.undecided(at.year)})
    if not years:
        return Text("", "")
    named = ", ".join(f"{year:04}" for year in years)
    return Text(
        f". Chưa nạp quyết định về ngày nghỉ năm {named}: tính theo ngày dự kiến",
        f". The decision on days off of {named} is not loaded: expected days are used",
    )


def _reason(time: WorkTime, here: datetime, counts: datetime) -> Text:
    sessions, at, line = time.sessions(here.date()), words.moment(here), time.days.of(here.date())
    day = words.hours(sessions)
    if here == counts:
        inside = Text(f"{at.vi}, trong giờ làm việc ({day})", f"{at.en}, inside working hours ({day})")
        return inside + _kind(line)
    if not sessions:
        where = Text("", "")
    elif here < sessions[0].start:
        where = Text(f", trước giờ làm việc ({day})", f", before working hours ({day})")
    elif here < sessions[-1].start:
        where = Text(f", giờ nghỉ giữa hai buổi ({day})", f", in the break between sessions ({day})")
    else:
        where = Text(f", sau giờ làm việc ({day})", f", after working hours ({day})")
    passed = words.days_off(time.days_off(here.date(), counts.date()))
    free = Text(f", nghỉ: {passed.vi}", f", off: {passed.en}") if passed is not None else Text("", "")
    then = words.moment(counts)
    to = Text(f"; tính từ {then.vi}", f"; counts from {then.en}")
    return at + where + _kind(line) + free + to


def _kind(line: DayLine | None) -> Text:
    """What is special about a day on which people work."""
    if line is None or line.kind in (DayKind.OFF, DayKind.OFF_SWAPPED):
        return Text("", "")
    if line.kind is DayKind.WORKED_SWAPPED:
        return Text(f", {line.name}", f", worked for another day: {line.name}")
    if line.kind is DayKind.WORKED:
        return Text(f", vẫn làm việc: {line.name}", f", worked after all: {line.name}")
    return Text(f", làm việc nửa ngày: {line.name}", f", half a working day: {line.name}")
