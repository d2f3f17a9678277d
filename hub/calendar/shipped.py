"""The table of days that comes with Truc: what was decided, year by year, and by which decision."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Final

from hub.calendar.day_lines import DayKind, DayLine, DayState

_INSTALLED: Final = Path(__file__).with_name("data")
_CHECKOUT: Final = Path(__file__).parents[2] / "config" / "calendar"
FILE: Final = (_INSTALLED if _INSTALLED.is_dir() else _CHECKOUT) / "vietnam.csv"
"""Packed beside this package; in a checkout the one of config/."""


@lru_cache(maxsize=1)
def years() -> Mapping[int, Mapping[date, DayLine]]:
    """Its lines by year; a year that stands in it stands there whole."""
    found: defaultdict[int, dict[date, DayLine]] = defaultdict(dict)
    with FILE.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            day = date.fromisoformat(row["date"])
            found[day.year][day] = DayLine(
                day, DayKind(row["kind"]), row["name"], DayState(row["state"]), row["source"]
            )
    return MappingProxyType(dict(found))
