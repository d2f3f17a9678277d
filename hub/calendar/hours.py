"""Hours of a working day: whose decision counts, and the sessions of a date."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final

from hub.clock import VIETNAM
from hub.profile.rules import WEEKDAYS, Hours

_MIDNIGHT: Final = time()


@dataclass(frozen=True, slots=True)
class Session:
    """A time of work without a break; its first second belongs to it, `end` does not. Both aware, +07:00."""

    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class HoursLine:
    """Hours the operator set over the profile's.

    organ_id: whose, '' = the whole province's. place: of several that hold the highest counts.
    """

    hours: Hours
    source: str
    organ_id: str = ""
    place: int = 0


class HoursTable:
    """Which hours hold on a day: the agency's newest that speak of it, else the province's, else the profile's.

    A line speaks of the days of its season, of its validity and of its weekdays only, so an agency's line for
    Saturdays leaves the rest of its week to the province.
    """

    def __init__(self, lines: Iterable[HoursLine], profile: Sequence[Hours], organ_id: str = "") -> None:
        mine = [line for line in lines if line.organ_id in ("", organ_id)]
        mine.sort(key=lambda line: (line.organ_id != "", line.place), reverse=True)
        self._lines = (*(line.hours for line in mine), *profile)
        self._profile = tuple(profile)

    def on(self, day: date, weekday: int) -> tuple[Session, ...]:
        """The sessions of a date if it is that day of the week (0 = Monday); empty when nobody works then."""
        name = WEEKDAYS[weekday]
        holding = [hours for hours in self._lines if _holds(hours, day)]  # law: R-092
        for hours in holding or self._nearest(day):
            if name in hours.days:
                return tuple(Session(_at(day, start), _end(day, end)) for start, end in hours.times())
        return ()

    def _nearest(self, day: date) -> list[Hours]:
        """The profile's lines when no decision holds on a day: the one in force nearest to it comes first."""
        return sorted(self._profile, key=lambda hours: (_distance(hours, day), not _in_season(hours, day)))


def _holds(hours: Hours, day: date) -> bool:
    return _distance(hours, day) == 0 and _in_season(hours, day)


def _distance(hours: Hours, day: date) -> int:
    """Days between a date and the validity of some hours; 0 = they are in force."""
    if hours.valid_from is not None and day < hours.valid_from:
        return (hours.valid_from - day).days
    if hours.valid_to is not None and day > hours.valid_to:
        return (day - hours.valid_to).days
    return 0


def _in_season(hours: Hours, day: date) -> bool:
    today = f"{day.month:02}-{day.day:02}"
    if hours.start <= hours.end:
        return hours.start <= today <= hours.end
    return today >= hours.start or today <= hours.end  # a winter that passes 31 December


def _at(day: date, moment: time) -> datetime:
    return datetime.combine(day, moment, VIETNAM)


def _end(day: date, moment: time) -> datetime:
    if moment != _MIDNIGHT:
        return _at(day, moment)
    if day == date.max:  # the last midnight a clock can show has no date
        return datetime.max.replace(tzinfo=VIETNAM)
    return _at(day + timedelta(days=1), moment)
