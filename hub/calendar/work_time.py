"""Time that is worked: sessions of a day, the next of them, and sums of working minutes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Final

from hub.calendar.day_lines import DayKind, DayLine
from hub.calendar.days import Days
from hub.calendar.hours import HoursTable, Session
from hub.clock import VIETNAM

_SEARCH_DAYS: Final = 366
"""Days after which it is certain that nobody works any more."""

SATURDAY: Final = 5
_MONDAY: Final = 0
_REMEMBERED: Final = 4096
_MINUTE: Final = timedelta(minutes=1)
_DAY: Final = timedelta(days=1)
_NONE: Final = timedelta()


class BeyondCalendarError(ValueError):
    """A moment without a Vietnamese date in years 1 to 9999, or without working time after it."""


class WorkTime:
    """Working days and hours of the province, or of one agency.

    breaks_count: whether what arrives between two sessions of a day arrives inside working hours.  law: R-091
    """

    def __init__(self, days: Days, hours: HoursTable, *, breaks_count: bool = False) -> None:
        self.days = days
        self._hours, self._breaks_count = hours, breaks_count
        self._known: dict[date, tuple[Session, ...]] = {}

    def sessions(self, day: date) -> tuple[Session, ...]:
        """The sessions of a date, in order; empty on a day off."""
        found = self._known.get(day)
        if found is None:
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            found = self._known[day] = self._decide(day)
        return found

    def is_open(self, at: datetime) -> bool:
        """Whether a moment lies inside working hours."""
        here = local(at)
        return _open(self.sessions(here.date()), here, breaks_count=self._breaks_count)

    def opening(self, at: datetime) -> datetime:
        """The moment itself when it lies inside working hours, else the beginning of the next session."""
        here = local(at)
        for day in self._days_from(here.date()):
            sessions = self.sessions(day)
            if day == here.date() and _open(sessions, here, breaks_count=self._breaks_count):
                return here
            for session in sessions:
                if session.start > here:
                    return session.start
        raise BeyondCalendarError(f"no working time after {here.isoformat()}")

    def working_day(self, day: date) -> date:
        """The day itself when it is worked, else the next one that is."""
        for one in self._days_from(day):
            if self.sessions(one):
                return one
        raise BeyondCalendarError(f"no working day after {day.isoformat()}")

    def add_days(self, day: date, number: int) -> date:
        """The `number`-th working day after a day, which itself is not counted; 0 = `working_day(day)`."""
        if number == 0:
            return self.working_day(day)
        for _ in range(number):
            day = self.working_day(following(day))
        return day

    def end_of_day(self, at: datetime) -> datetime:
        """The end of the working day on which a moment counts: of the next one for a moment after hours.

        Until then a document is accepted "on the same day".  law: R-097 HN Đ9.1a
        """
        return self.sessions(self.opening(at).date())[-1].end

    def end_after_days(self, at: datetime, number: int) -> datetime:
        """The end of the `number`-th working day after the one on which a moment counts."""
        return self.sessions(self.add_days(self.opening(at).date(), number))[-1].end

    def add_minutes(self, start: datetime, number: int) -> datetime:
        """The first moment at which so many working minutes have passed; it may be the end of a session."""
        if number < 0:
            raise ValueError(f"minutes are added, not taken away: {number}")
        here, left = local(start), number * _MINUTE
        if not left:
            return here
        for day in _on(here.date()):
            for session in self.sessions(day):
                begin = max(session.start, here)
                if begin + left <= session.end:
                    return begin + left
                left -= max(session.end - begin, _NONE)
        raise BeyondCalendarError(f"{number} working minutes after {here.isoformat()}")

    def worked(self, first: datetime, last: datetime) -> timedelta:
        """Working time between two moments, breaks not counted; negative when `last` is the earlier one."""
        begin, end = local(first), local(last)
        if end < begin:
            return -self.worked(last, first)
        total = _NONE
        for day in _on(begin.date()):
            if day > end.date():
                break
            for session in self.sessions(day):
                total += max(min(session.end, end) - max(session.start, begin), _NONE)
        return total

    def minutes_between(self, first: datetime, last: datetime) -> int:
        """Whole working minutes between two moments; negative when `last` is the earlier one."""
        total = self.worked(first, last)
        return total // _MINUTE if total >= _NONE else -(-total // _MINUTE)

    def days_off(self, first: date, last: date) -> Iterator[tuple[date, DayLine | None]]:
        """The days from `first` to `last` on which nobody works, each with the line that says so, if one does."""
        for day in _on(first):
            if day > last:
                return
            if not self.sessions(day):
                yield day, self.days.of(day)

    def _decide(self, day: date) -> tuple[Session, ...]:
        line = self.days.of(day)
        if line is None or line.kind is DayKind.WORKED:
            return self._hours.on(day, day.weekday())
        if line.kind in (DayKind.OFF, DayKind.OFF_SWAPPED):
            return ()
        if line.kind is DayKind.HALF_DAY:
            return (self._hours.on(day, day.weekday()) or self._hours.on(day, _MONDAY))[:1]
        return self._hours.on(day, _MONDAY if day.weekday() >= SATURDAY else day.weekday())

    def _days_from(self, day: date) -> Iterator[date]:
        for number, one in enumerate(_on(day)):
            if number > _SEARCH_DAYS:
                return
            yield one


def local(at: datetime) -> datetime:
    """A moment on a Vietnamese clock. Raises ValueError for a naive time, BeyondCalendarError."""
    offset = at.utcoffset()
    if offset is None:
        raise ValueError(f"a time without an offset has no meaning here: {at.isoformat()}")
    try:
        here = at.replace(tzinfo=None, fold=0) + (VIETNAM.utcoffset(None) - offset)
    except OverflowError as cause:
        raise BeyondCalendarError(f"{at.isoformat()} has no date in Vietnam") from cause
    return here.replace(tzinfo=VIETNAM)  # law: R-094 HN Đ12.3


def following(day: date) -> date:
    """The next day. Raises BeyondCalendarError."""
    try:
        return day + _DAY
    except OverflowError as cause:
        raise BeyondCalendarError(f"no day after {day.isoformat()}") from cause


def _on(day: date) -> Iterator[date]:
    """A day and all that follow it."""
    while True:
        yield day
        if day == date.max:
            return
        day += _DAY


def _open(sessions: Sequence[Session], here: datetime, *, breaks_count: bool) -> bool:
    if breaks_count and sessions:
        return sessions[0].start <= here < sessions[-1].end
    return any(session.start <= here < session.end for session in sessions)
