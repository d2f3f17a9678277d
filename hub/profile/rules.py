"""What a profile decides beside the content checks: clocks, flows, watches, keeping, working hours, paper."""

from __future__ import annotations

import re
from datetime import date, time
from enum import StrEnum
from itertools import pairwise
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, field_validator

LEVELS: Final = 5
"""Levels of urgency: 0 thường, 1 khẩn, 2 thượng khẩn, 3 hỏa tốc, 4 hỏa tốc hẹn giờ (R-037)."""

WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_WORKED: Final = WEEKDAYS[:5]

_SESSION: Final = re.compile(r"([01]\d|2[0-3]):[0-5]\d-(([01]\d|2[0-3]):[0-5]\d|24:00)")
_MONTH_DAY: Final = re.compile(r"(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])")


def _by_level(values: tuple[int, ...]) -> tuple[int, ...]:
    if len(values) != LEVELS or any(one < 0 for one in values):
        message = f"is {LEVELS} figures, none below 0: one for each level of urgency, from normal to the fixed hour"
        raise ValueError(message)
    return values


ByLevel = Annotated[tuple[int, ...], AfterValidator(_by_level)]


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class RecallPolicy(StrEnum):
    """When a sender may have a document back.  law: R-147 CB Đ7.5, R-148 HN Đ9.2"""

    ALWAYS = "always"  # the recipient must comply, whatever it has done with the document
    BEFORE_HANDLED = "before_handled"  # only from recipients that have not handled it yet


class Hours(_Table):
    """Working hours of a season. start, end: month and day, both included, any year; a winter may pass 31 December.

    sessions: "HH:MM-HH:MM", in order, not overlapping; a session includes its first second and not its last.
    days: the days of the week it speaks of. valid_from, valid_to: days on which the decision holds, both included.
    """

    start: str = "01-01"
    end: str = "12-31"
    days: Annotated[tuple[Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"], ...], Field(min_length=1)] = _WORKED
    sessions: tuple[str, ...]
    valid_from: date | None = None
    valid_to: date | None = None

    @field_validator("start", "end")
    @classmethod
    def _month_day(cls, value: str) -> str:
        if not _MONTH_DAY.fullmatch(value):
            message = "is a month and a day, as `04-16`"
            raise ValueError(message)
        return value

    @field_validator("sessions")
    @classmethod
    def _in_order(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        ends = [end for one in value if _SESSION.fullmatch(one) for end in one.split("-")]
        if not value or len(ends) != 2 * len(value) or any(a >= b for a, b in pairwise(ends)):
            message = "is a list like [`07:30-11:30`, `13:30-17:00`], in order"
            raise ValueError(message)
        return value

    def times(self) -> tuple[tuple[time, time], ...]:
        """The sessions as (start, end); 24:00 is given as 00:00."""
        pairs = (one.replace("24:00", "00:00").split("-") for one in self.sessions)
        return tuple((time.fromisoformat(first), time.fromisoformat(last)) for first, last in pairs)


class Clocks(_Table):
    """How legal times are read.

    midday_is_outside: whether the break between two sessions is outside working hours.  law: R-091 HN Đ12.2
    sending_time: the clerk's click once a success answer is there, or the moment of that answer.  law: R-087 HN Đ12.1
    issue_rule: late after the morning of the next working day, or after that day.  law: R-082 HN Đ7.2
    late_days: whether days overdue are counted as calendar or working days.  law: R-100 CB Đ6.2
    """

    midday_is_outside: bool
    sending_time: Literal["click", "answer"]
    issue_rule: Literal["morning", "day"]
    late_days: Literal["calendar", "working"]


class Flows(_Table):
    """How documents come back, and where those for closed codes go.

    recall: under BEFORE_HANDLED a recipient whose business status is `handled_from` or higher keeps its copy.
    destroy_working_days: until a recalled copy must be confirmed destroyed; the law names none.  law: R-146 HN Đ9.2
    closed_code: refused naming the successor, or delivered to it with a notice.  law: R-026 QĐ28 Đ16.1
    """

    recall: RecallPolicy
    handled_from: Literal["03", "04"]
    destroy_working_days: int = Field(ge=0, le=60)
    closed_code: Literal["refuse", "successor"]


class Watch(_Table):
    """What must not stay unnoticed. Five figures: by level of urgency; 0 = not watched.

    confirm_minutes: until the recipient's system has it; normal ones in working minutes, urgent ones in any minutes.
        law: R-101 HN Đ10.2c
    open_minutes: until somebody at the recipient has opened an urgent one.  law: R-084 HN Đ7.2
    issue_minutes: from signature to sending of an urgent one.  law: R-083 HN Đ7.2
    hour_minutes: before the hour of level 4, when an unopened one is called again.  law: R-086
    close_minutes: before the end of the working day, when what is not accepted is called again.  law: R-096 HN Đ9.1a
    give_up_days: after which what nobody fetched is given up, with a signed statement of non-delivery.
    """

    confirm_minutes: ByLevel
    open_minutes: ByLevel
    issue_minutes: ByLevel
    hour_minutes: tuple[Annotated[int, Field(ge=1)], ...]
    close_minutes: int = Field(ge=0, le=480)
    give_up_days: int = Field(ge=1, le=3650)


class Keeping(_Table):
    """How long the hub keeps what.

    content_days: content, after the last recipient has confirmed.  law: R-226 QĐ28 Đ6.1
    record_years: data, hashes, receipts, evidence, the journal.  law: R-226 S-01
    personal_days: subjects, file names and people's words in the books, after the content went.  law: P-04 Luật 91/2025
    """

    content_days: int = Field(ge=1, le=3650)
    record_years: int = Field(ge=1, le=100)
    personal_days: int = Field(ge=0, le=36500)


class PaperRule(_Table):
    """Documents that also go on paper, or that need none.  law: R-163 HN Đ6.5, R-164 R-165 CB Đ8

    types: first words of the type's name, or its abbreviation; subjects: words in the subject; recipients: kinds of
    agency or organ ids; normative: legal normative documents alone, whose number carries the year (R-032). A list that
    is empty asks nothing; a document matches when all that is asked does (`hub.profile.paper`).
    paper: with = sent on paper too; never = a paper copy is asked for without need.
    """

    name: str
    paper: Literal["with", "never"]
    types: tuple[str, ...] = ()
    subjects: tuple[str, ...] = ()
    recipients: tuple[str, ...] = ()
    normative: bool = False
