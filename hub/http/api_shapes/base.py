"""What the shapes share: texts with their bounds, times, and the two kinds of shape."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, PlainSerializer, StringConstraints, WithJsonSchema

from connectors.forms.words import FIRST_DAY, LAST_DAY, NO_NUL, Asked, Code, Day, Line, MomentSaid, Text, Word
from hub import clock

__all__ = [
    "DEFAULT_LIMIT",
    "FIRST_DAY",
    "LAST_DAY",
    "MAX_LIMIT",
    "MAX_WAIT_SECONDS",
    "NO_NUL",
    "Answer",
    "Asked",
    "Code",
    "Day",
    "Line",
    "Moment",
    "MomentSaid",
    "Sha256",
    "Text",
    "Word",
]

MAX_LIMIT = 200
DEFAULT_LIMIT = 50
MAX_WAIT_SECONDS = 60

Moment = Annotated[
    datetime,
    PlainSerializer(clock.local_text, return_type=str),
    WithJsonSchema({"type": "string", "format": "date-time", "examples": ["2026-11-21T09:15:00+07:00"]}),
]
Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-fA-F]{64}$")]


class Answer(BaseModel):
    """What the hub says; fields may be added later."""

    model_config = ConfigDict(populate_by_name=True)
