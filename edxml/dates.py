"""Dates as edXML files write them: `yyyy/MM/dd` by the standard, dashes and ISO forms in practice."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Final

VIETNAM: Final = timezone(timedelta(hours=7))
_DAY: Final = re.compile(r"([0-9]{4})([/-])([0-9]{1,2})\2([0-9]{1,2})(?:[T ][0-9:.,+Z-]{1,24})?")
_OLD_DAY: Final = re.compile(r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})")
_TIME: Final = re.compile(
    r"([0-9]{4})([/-])([0-9]{1,2})\2([0-9]{1,2})[T ]([0-9]{1,2}):([0-9]{2})(?::([0-9]{2})(?:[.,][0-9]{1,9})?)?"
    r"[ ]?(Z|[+-][0-9]{2}:?[0-9]{2})?"
)
_FIRST_YEAR: Final = 1900


def parse_day(text: str) -> date | None:
    """The day meant; None when it is no day of the calendar or lies before 1900."""
    if match := _DAY.fullmatch(text):
        year, month, day = match[1], match[3], match[4]
    elif match := _OLD_DAY.fullmatch(text):
        day, month, year = match.groups()
    else:
        return None
    try:
        found = date(int(year), int(month), int(day))
    except ValueError:
        return None
    return found if found.year >= _FIRST_YEAR else None


def parse_time(text: str) -> datetime | None:
    """The moment meant, Vietnamese time when no zone is written; None when it is no time."""  # law: R-095
    match = _TIME.fullmatch(text)
    if match is None:
        return None
    year, _, month, day, hour, minute, second, zone = match.groups()
    try:
        return datetime(int(year), int(month), int(day), int(hour), int(minute), int(second or 0), tzinfo=_zone(zone))
    except ValueError:
        return None


def write_day(day: date) -> str:
    """A date as the standard writes it."""
    return f"{day.year:04d}/{day.month:02d}/{day.day:02d}"


def write_time(moment: datetime) -> str:
    """A time as the standard writes it: Vietnamese time without a zone."""
    local = moment.astimezone(VIETNAM)
    return f"{write_day(local.date())} {local.hour:02d}:{local.minute:02d}:{local.second:02d}"


def _zone(text: str | None) -> timezone:
    if text is None:
        return VIETNAM
    if text == "Z":
        return UTC
    sign = -1 if text[0] == "-" else 1
    return timezone(sign * timedelta(hours=int(text[1:3]), minutes=int(text[-2:])))
