"""Days, moments and lengths of time as people read them, in Vietnamese and in English."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from hub.calendar.day_lines import DayLine, DayState
from hub.calendar.hours import Session

_DAYS_VI: Final = ("thứ Hai", "thứ Ba", "thứ Tư", "thứ Năm", "thứ Sáu", "thứ Bảy", "Chủ nhật")
_DAYS_EN: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_SURE_VI: Final = {DayState.DECIDED: "", DayState.EXPECTED: ", dự kiến", DayState.TO_CONFIRM: ", chờ xác nhận"}
_SURE_EN: Final = {DayState.DECIDED: "", DayState.EXPECTED: ", expected", DayState.TO_CONFIRM: ", to be confirmed"}
_MOST_NAMED: Final = 4


@dataclass(frozen=True, slots=True)
class Text:
    """One sentence in both languages."""

    vi: str
    en: str

    def __add__(self, other: Text) -> Text:
        return Text(self.vi + other.vi, self.en + other.en)


def moment(at: datetime) -> Text:
    """`17:31 thứ Sáu 20/11/2026`; seconds when there are any."""
    hour = f"{at:%H:%M:%S}" if at.second or at.microsecond else f"{at:%H:%M}"
    on = f"{at.day:02}/{at.month:02}/{at.year:04}"
    return Text(f"{hour} {_DAYS_VI[at.weekday()]} {on}", f"{hour} {_DAYS_EN[at.weekday()]} {on}")


def length(minutes: int) -> Text:
    """`1 giờ 12 phút` of a number of minutes, none below 0."""
    hours, rest = divmod(minutes, 60)
    vi, en = [], []
    if hours:
        vi.append(f"{hours} giờ")
        en.append(f"{hours} h")
    if rest or not hours:
        vi.append(f"{rest} phút")
        en.append(f"{rest} min")
    return Text(" ".join(vi), " ".join(en))


def hours(sessions: Iterable[Session]) -> str:
    """`07:30–11:30, 13:30–17:30`; midnight at the end is 24:00."""
    return ", ".join(f"{one.start:%H:%M}–{_end(one)}" for one in sessions)


def _end(session: Session) -> str:
    return f"{session.end:%H:%M}" if session.end.date() == session.start.date() and session.end.year < 9999 else "24:00"


def days_off(days: Iterable[tuple[date, DayLine | None]]) -> Text | None:
    """What was not worked: named days with their dates, one after the other as one, then the weekly days off."""
    named: list[list[tuple[date, DayLine]]] = []
    weekly = 0
    for day, line in days:
        if line is None:
            weekly += 1
        elif named and _same(named[-1][-1], (day, line)):
            named[-1].append((day, line))
        else:
            named.append([(day, line)])
    parts = [_named(one) for one in named[:_MOST_NAMED]]
    if len(named) > _MOST_NAMED:
        parts.append(Text("…", "…"))
    if weekly:
        parts.append(
            Text(f"{weekly} ngày nghỉ hằng tuần", f"{weekly} weekly days off" if weekly > 1 else "1 weekly day off")
        )
    if not parts:
        return None
    return Text("; ".join(one.vi for one in parts), "; ".join(one.en for one in parts))


def _same(before: tuple[date, DayLine], now: tuple[date, DayLine]) -> bool:
    following = (now[0] - before[0]).days == 1
    return following and (before[1].name, before[1].state) == (now[1].name, now[1].state)


def _named(days: list[tuple[date, DayLine]]) -> Text:
    (first, line), (last, _) = days[0], days[-1]
    on = f"{last:%d/%m}/{last.year:04}" if first == last else f"{first:%d/%m}–{last:%d/%m}/{last.year:04}"
    return Text(f"{line.name} ({on}{_SURE_VI[line.state]})", f"{line.name} ({on}{_SURE_EN[line.state]})")
