"""Calendars written as one line, and the table of cases that a person can check by hand."""

from __future__ import annotations

import csv
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cache
from pathlib import Path

from hub import profile
from hub.calendar import DayKind, DayLine, DayState, HoursLine, WorkCalendar
from hub.flow import checks
from hub.profile import Hours

TABLE = Path(__file__).parent / "data" / "calendar-cases.csv"
ORDINARY = "07:30-11:30 13:30-17:30"
AGENCY = "000.00.01.H99"


@dataclass(frozen=True, slots=True)
class Case:
    """One row of the table.

    hours: seasons apart by `|`, each `MM-DD..MM-DD from=DATE to=DATE days=LIST SESSION…`, everything but the sessions
    may be absent. agency: hours of the agency over those of the province. days: `DATE kind` of the operator, apart
    by `;`. midday: whether the break counts as inside or outside working hours.
    """

    case: str
    hours: str
    agency: str
    days: str
    midday: str
    input: str
    legal: str
    accept_by: str
    why: str

    def calendar(self) -> WorkCalendar:
        return work(self.hours, agency=self.agency, days=self.days, midday=self.midday)


def table() -> list[Case]:
    with TABLE.open(encoding="utf-8", newline="") as file:
        return [Case(**row) for row in csv.DictReader(file)]


@cache
def national() -> profile.Profile:
    return profile.load(profile.NATIONAL, checks.SETTABLE)


@cache
def work(hours: str = ORDINARY, *, agency: str = "", days: str = "", midday: str = "outside") -> WorkCalendar:
    """The calendar of an agency in a province with these hours."""
    clocks = national().clocks.model_copy(update={"midday_is_outside": midday == "outside"})
    province = replace(national(), hours=seasons(hours), clocks=clocks)
    own = [HoursLine(one, "quyết định", AGENCY, place) for place, one in enumerate(seasons(agency))] if agency else []
    return WorkCalendar(province, operator_days(days), own, AGENCY)


def counting(days: str) -> WorkCalendar:
    """A calendar of a profile that counts days overdue as `calendar` or as `working` days."""
    clocks = national().clocks.model_copy(update={"late_days": days})
    return WorkCalendar(replace(national(), clocks=clocks))


def seasons(text: str) -> tuple[Hours, ...]:
    return tuple(_season(one) for one in text.split("|"))


def operator_days(text: str) -> list[DayLine]:
    found = []
    for place, one in enumerate(part.split() for part in text.split(";") if part.strip()):
        day, kind = date.fromisoformat(one[0]), DayKind(one[1])
        found.append(DayLine(day, kind, "theo quyết định", DayState.DECIDED, "QĐ 1", "", place))
    return found


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _season(text: str) -> Hours:
    said: dict[str, object] = {"sessions": [word for word in text.split() if word[0].isdigit() and ".." not in word]}
    for word in text.split():
        name, _, value = word.partition("=")
        if ".." in word:
            said["start"], _, said["end"] = word.partition("..")
        elif name in ("from", "to"):
            said[f"valid_{name}"] = value
        elif name == "days":
            said["days"] = value.split(",")
    return Hours.model_validate(said)
