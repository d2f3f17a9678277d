"""Which line counts for a day.

The operator's newest line of an agency, else of the province; else the table that comes with Truc, which holds whole
years; else what the library expects of the year.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Final

from hub.calendar import expected, shipped
from hub.calendar.day_lines import DayKind, DayLine, DayState

_TET_DAYS: Final = 7
"""Days before and after the lunar New Year's Day within which a decision on Tết speaks."""


class Days:
    """The days of the province, or of one agency.

    lines: the operator's, of any agency; of several for one day and agency that with the highest place counts.
    """

    def __init__(self, lines: Iterable[DayLine], organ_id: str = "") -> None:
        mine = [line for line in lines if line.organ_id in ("", organ_id)]
        mine.sort(key=lambda line: (line.organ_id != "", line.place))  # the last one of a day counts
        self._own = {line.day: line for line in mine}

    def of(self, day: date) -> DayLine | None:
        """The line that counts; None = an ordinary day of its week."""
        own = self._own.get(day)
        return own if own is not None else _known(day.year).get(day)  # law: R-093

    def of_year(self, year: int) -> list[DayLine]:
        """Every line that counts in a year, by day."""
        found = {**_known(year), **{day: line for day, line in self._own.items() if day.year == year}}
        return [found[day] for day in sorted(found)]

    def undecided(self, year: int) -> bool:
        """Whether the days off of a year are not known by decision: those of Tết, or of National Day.

        The others follow from the labour code; these two are decided for each year (Bộ luật Lao động Điều 112).
        """
        first = expected.lunar_new_year(year)
        if first is None:
            return True
        tet = (first - timedelta(days=_TET_DAYS), first + timedelta(days=_TET_DAYS))
        national_day = (date(year, 8, 30), date(year, 9, 4))
        return not (self._decided(*tet) and self._decided(*national_day))

    def _decided(self, first: date, last: date) -> bool:
        """Whether a decided line makes any of these days a day off."""
        return any(
            line.state is DayState.DECIDED and line.kind is DayKind.OFF and first <= line.day <= last
            for line in self.of_year(first.year)
        )


def _known(year: int) -> Mapping[date, DayLine]:
    found = shipped.years().get(year)
    return found if found is not None else expected.days(year)
