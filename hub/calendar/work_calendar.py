"""The working calendar of the province or of one agency: what the rest of the hub asks."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from hub.calendar import issuing, lateness, receiving
from hub.calendar.day_lines import DayLine
from hub.calendar.days import Days
from hub.calendar.hours import HoursLine, HoursTable
from hub.calendar.issuing import IssueBy
from hub.calendar.lateness import Lateness
from hub.calendar.receiving import Legal
from hub.calendar.work_time import WorkTime
from hub.profile.values import Profile


class WorkCalendar(WorkTime):
    """Working time, and the legal times that follow from it.

    lines, hours: the operator's, of any agency.
    """

    def __init__(
        self, profile: Profile, lines: Iterable[DayLine] = (), hours: Iterable[HoursLine] = (), organ_id: str = ""
    ) -> None:
        clocks = profile.clocks
        table = HoursTable(hours, profile.hours, organ_id)
        super().__init__(Days(lines, organ_id), table, breaks_count=not clocks.midday_is_outside)
        self._late_days = clocks.late_days
        self._strict = clocks.issue_rule == "morning"

    def legal(self, real: datetime) -> Legal:
        """What a moment of arrival counts as (R-090)."""
        return receiving.legal(self, real)

    def issue_by(self, signed: datetime) -> IssueBy:
        """Until when a document signed then is to be issued (R-082)."""
        return issuing.issue_by(self, signed)

    def issue_deadline(self, signed: datetime) -> datetime:
        """The one of both moments of `issue_by` that the profile holds senders to."""
        by = self.issue_by(signed)
        return by.strict if self._strict else by.wide

    def lateness(self, due: datetime, done: datetime) -> Lateness | None:
        """How late something was done, in working minutes; None when it was in time."""
        return lateness.lateness(self, due, done)

    def days_late(self, due: date, done: date) -> int:
        """Days overdue as the profile counts them (R-100)."""
        return lateness.days_late(self, due, done, self._late_days)

    def undecided(self, year: int) -> bool:
        """Whether that year's days off are not known by decision (R-093)."""
        return self.days.undecided(year)
