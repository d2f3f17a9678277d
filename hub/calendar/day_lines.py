"""A day of a table: what it is, how sure, and by which decision."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class DayKind(StrEnum):
    """What a line makes of its day."""

    OFF = "off"
    OFF_SWAPPED = "off-swapped"  # off, and a Saturday is worked for it
    WORKED_SWAPPED = "worked-swapped"  # worked for another day, with the hours of a Monday
    WORKED = "worked"  # an ordinary day of its week after all: it was expected to be off
    HALF_DAY = "half-day"  # only its first session is worked


class DayState(StrEnum):
    """How sure a line is. All of them count; what is not decided is said."""

    DECIDED = "decided"
    EXPECTED = "expected"
    TO_CONFIRM = "to-confirm"


@dataclass(frozen=True, slots=True)
class DayLine:
    """One day of a table.

    source: number and date of the decision. organ_id: whose day, '' = the whole province's. place: of several lines
    for one day and agency the highest counts.
    """

    day: date
    kind: DayKind
    name: str
    state: DayState
    source: str
    organ_id: str = ""
    place: int = 0
