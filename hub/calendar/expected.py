"""What the `holidays` library expects of a year: its Vietnamese calendar, in Vietnamese, without any network.

Lunar days are those of the Vietnamese calendar (UTC+7), which in some years is not the Chinese one (2007, 2030).
"""

from __future__ import annotations

import re
from datetime import date
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from holidays.countries.vietnam import Vietnam

from hub.calendar.day_lines import DayKind, DayLine, DayState

if TYPE_CHECKING:
    from collections.abc import Mapping

SOURCE: Final = "thư viện holidays (VN)"
_NEW_YEAR: Final = "Tết Nguyên Đán"
_SWAPPED: Final = re.compile(r"thay cho ngày (\d\d)/(\d\d)/(\d{4})")
_KNOWN: Final = range(1901, 2101)
"""Years of which the library knows the lunar days."""


@lru_cache(maxsize=64)
def days(year: int) -> Mapping[date, DayLine]:
    """The days off it expects, and the Saturdays worked for some of them; nothing for years it does not know."""
    found: dict[date, DayLine] = {}
    if year not in _KNOWN:
        return MappingProxyType(found)
    for near in (year, year + 1):  # a Saturday worked for a day off of the following year
        told = Vietnam(years=near, language="vi")  # type: ignore[no-untyped-call]
        for day, name in told.items():
            swapped = _SWAPPED.search(name)
            if day.year == year and near == year:
                kind = DayKind.OFF_SWAPPED if swapped else DayKind.OFF
                found[day] = DayLine(day, kind, name, DayState.EXPECTED, SOURCE)
            if swapped:
                worked = date(int(swapped.group(3)), int(swapped.group(2)), int(swapped.group(1)))
                if worked.year == year:
                    text = f"Làm bù cho ngày {day:%d/%m/%Y}"
                    found[worked] = DayLine(worked, DayKind.WORKED_SWAPPED, text, DayState.EXPECTED, SOURCE)
    return MappingProxyType(found)


def lunar_new_year(year: int) -> date | None:
    """The first day of the first lunar month; None for years the library does not know."""
    return next((day for day, line in days(year).items() if line.name == _NEW_YEAR), None)
