"""Until when a signed document is to be issued: on the day it is signed, at the latest on the next working day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Final

from hub.calendar import words
from hub.calendar.receiving import undecided
from hub.calendar.words import Text
from hub.calendar.work_time import WorkTime, following, local
from hub.clock import VIETNAM

_NOON: Final = time(12)


@dataclass(frozen=True, slots=True)
class IssueBy:
    """The latest moments to issue a document, both +07:00.

    strict: end of the morning of the next working day (HN Đ7.2, QĐ28 Đ6.2). wide: end of that day (NĐ30 Đ18.1).
    """

    strict: datetime
    wide: datetime
    why_vi: str
    why_en: str


def issue_by(work: WorkTime, signed: datetime) -> IssueBy:
    """The latest moments to issue what was signed then.  law: R-082 HN Đ7.2

    The day of signing is the day on the calendar, worked or not. The morning ends with the day's first session; when a
    day has one session only, that runs past noon, the morning ends at noon.
    """
    here = local(signed)
    day = work.working_day(following(here.date()))
    sessions = work.sessions(day)
    strict, wide = sessions[0].end, sessions[-1].end
    noon = datetime.combine(day, _NOON, VIETNAM)
    if len(sessions) == 1 and sessions[0].start < noon < strict:
        strict = noon
    why = _reason(work, here, day, strict, wide) + undecided(work, here, strict)
    return IssueBy(strict, wide, why.vi, why.en)


def _reason(work: WorkTime, here: datetime, day: date, strict: datetime, wide: datetime) -> Text:
    at, by, until = words.moment(here), words.moment(strict), words.moment(wide)
    passed = words.days_off(work.days_off(following(here.date()), day))
    free = Text(f" (nghỉ: {passed.vi})", f" (off: {passed.en})") if passed is not None else Text("", "")
    said = Text(f"Ký lúc {at.vi}; phát hành trong ngày ký", f"Signed {at.en}; issued that day")
    last = Text(
        f", chậm nhất hết buổi sáng ngày làm việc kế tiếp{free.vi}: {by.vi}; theo Nghị định 30/2020: {until.vi}",
        f", at the latest in the morning of the next working day{free.en}: {by.en}; by Decree 30/2020: {until.en}",
    )
    return said + last
