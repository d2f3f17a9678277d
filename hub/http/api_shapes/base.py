"""What the shapes share: texts with their bounds, times, and the two kinds of shape."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, PlainSerializer, StringConstraints, WithJsonSchema

from edxml import dates
from hub import clock

MAX_LIMIT = 200
DEFAULT_LIMIT = 50
MAX_WAIT_SECONDS = 60

NO_NUL = r"^[^\x00]*$"

FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2199, 12, 31)
"""Days that a caller may ask about: computing with them leaves no calendar."""


def _said(value: object) -> datetime:
    """A moment as a caller writes it; Vietnamese time when no zone is written."""
    found = dates.parse_time(value) if isinstance(value, str) else None
    if found is None or not FIRST_DAY.year <= found.year <= LAST_DAY.year:
        message = "is a moment like 2026-11-21T09:15:00+07:00"
        raise ValueError(message)
    return found


Moment = Annotated[
    datetime,
    PlainSerializer(clock.local_text, return_type=str),
    WithJsonSchema({"type": "string", "format": "date-time", "examples": ["2026-11-21T09:15:00+07:00"]}),
]
MomentSaid = Annotated[
    datetime,
    BeforeValidator(_said),
    WithJsonSchema({"type": "string", "format": "date-time", "examples": ["2026-11-21T09:15:00+07:00"]}),
]
Word = Annotated[str, StringConstraints(max_length=64, pattern=NO_NUL)]
Line = Annotated[str, StringConstraints(max_length=500, pattern=NO_NUL)]
Text = Annotated[str, StringConstraints(max_length=4000, pattern=NO_NUL)]
Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-fA-F]{64}$")]
Day = Annotated[str, StringConstraints(max_length=10, pattern=r"^$|^[0-9]{4}[-/][0-9]{1,2}[-/][0-9]{1,2}$")]


class Answer(BaseModel):
    """What the hub says; fields may be added later."""

    model_config = ConfigDict(populate_by_name=True)


class Asked(BaseModel):
    """What a caller says; an unknown field is refused, so that a misspelt one is noticed."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)
