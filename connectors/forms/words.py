"""What the forms and the native API's bodies share: texts with their bounds, moments, and the shape of what is said."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, StringConstraints, WithJsonSchema

from edxml import dates

NO_NUL = r"^[^\x00]*$"

FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2199, 12, 31)
"""Days that somebody may speak of: computing with them leaves no calendar."""


def _said(value: object) -> datetime:
    """A moment as somebody writes it; Vietnamese time when no zone is written."""
    found = dates.parse_time(value) if isinstance(value, str) else None
    if found is None or not FIRST_DAY.year <= found.year <= LAST_DAY.year:
        message = "is a moment like 2026-11-21T09:15:00+07:00"
        raise ValueError(message)
    return found


MomentSaid = Annotated[
    datetime,
    BeforeValidator(_said),
    WithJsonSchema({"type": "string", "format": "date-time", "examples": ["2026-11-21T09:15:00+07:00"]}),
]
Word = Annotated[str, StringConstraints(max_length=64, pattern=NO_NUL)]
Line = Annotated[str, StringConstraints(max_length=500, pattern=NO_NUL)]
Text = Annotated[str, StringConstraints(max_length=4000, pattern=NO_NUL)]
Day = Annotated[str, StringConstraints(max_length=10, pattern=r"^$|^[0-9]{4}[-/][0-9]{1,2}[-/][0-9]{1,2}$")]
Code = Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=NO_NUL)]


class Asked(BaseModel):
    """What somebody says; an unknown field is refused, so that a misspelt one is noticed."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)
