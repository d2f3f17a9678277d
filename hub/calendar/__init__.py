"""The working calendar of state agencies: which days and hours are worked, and the legal times that follow.

Pure functions of aware datetimes; everything is decided on a Vietnamese clock (+07:00). Years 1 to 9999; a moment
that has no Vietnamese date, or no working time after it, raises BeyondCalendarError.
"""

from __future__ import annotations

from hub.calendar.calendars import Calendars, load
from hub.calendar.day_lines import DayKind, DayLine, DayState
from hub.calendar.hours import HoursLine, Session
from hub.calendar.issuing import IssueBy
from hub.calendar.lateness import Lateness
from hub.calendar.receiving import Legal
from hub.calendar.work_calendar import WorkCalendar
from hub.calendar.work_time import BeyondCalendarError, local

__all__ = [
    "BeyondCalendarError",
    "Calendars",
    "DayKind",
    "DayLine",
    "DayState",
    "HoursLine",
    "IssueBy",
    "Lateness",
    "Legal",
    "Session",
    "WorkCalendar",
    "load",
    "local",
]
