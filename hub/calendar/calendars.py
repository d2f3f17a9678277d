"""All calendars of a hub: the province's, and those of agencies that differ."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from hub.calendar.day_lines import DayLine
from hub.calendar.hours import HoursLine
from hub.calendar.work_calendar import WorkCalendar
from hub.calendar.work_time import local
from hub.profile.values import Profile

_ASKED_FROM: Final = 11
"""Month from which the next year must be decided."""


@dataclass(frozen=True, slots=True)
class Calendars:
    """The province's calendar, and by organ id those of agencies with lines of their own."""

    province: WorkCalendar
    own: Mapping[str, WorkCalendar]

    def of(self, organ_id: str | None) -> WorkCalendar:
        """The calendar an agency works by."""
        return self.own.get(organ_id or "", self.province)

    def undecided_from(self, now: datetime) -> int | None:
        """The year whose days off must be entered now: this one, or from 1 November the next; None when all is known.

        law: R-093
        """
        today = local(now)
        years = [today.year] + ([today.year + 1] if today.month >= _ASKED_FROM else [])
        return next((year for year in years if self.province.undecided(year)), None)


def load(profile: Profile, days: Sequence[DayLine] = (), hours: Sequence[HoursLine] = ()) -> Calendars:
    """The calendars of a profile under what the operator entered."""
    agencies = ({line.organ_id for line in days} | {line.organ_id for line in hours}) - {""}
    own = {organ_id: WorkCalendar(profile, days, hours, organ_id) for organ_id in agencies}
    return Calendars(WorkCalendar(profile, days, hours), own)
