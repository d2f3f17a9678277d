"""What `truc calendar legal` and `show` answer: worked out here, from profile, table and the hub's own lines."""

from __future__ import annotations

import argparse
import csv
import io
import json
import re
import sys
from calendar import monthrange
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hub.cli import line
from hub.cli.errors import EXIT_DONE, EXIT_NO, WrongUseError

if TYPE_CHECKING:
    from hub.calendar import Calendars, DayLine, HoursLine, WorkCalendar

_NAMES = ("time", "agency", "profile")
_END_OF_DAY = re.compile(r"[T ](24:00)(?=$|:00|[Z+-])")


class Source:
    """Where calendars come from: a profile by name, under the lines of the hub beside, if there is one."""

    def __init__(self, config: Path, profile: str | None) -> None:
        file = config / "hub.toml" if config.is_dir() else config
        if not file.is_file() and profile is None:
            raise WrongUseError(
                f"Không có tệp cấu hình {file}. Chọn hồ sơ: --profile TÊN (xem `truc profile list`).",
                f"No settings file {file}. Choose a profile: --profile NAME (see `truc profile list`).",
            )
        self._folder = file.absolute().parent
        lines = line.call(config, "calendar.lines", {}) if file.is_file() else {"days": [], "hours": []}
        self._profile = profile or lines["profile"]
        self.days, self.hours = _days(lines["days"]), _hours(lines["hours"])
        self._made = cache(self._make)

    def of(self, agency: str | None = None, profile: str | None = None) -> WorkCalendar:
        """The calendar of an agency, else of the province. Raises SettingsProblem for an unknown profile."""
        from edxml import organ

        return self._made(profile or self._profile).of(organ.normalise(agency) if agency else None)

    def _make(self, profile: str) -> Calendars:
        from hub import calendar
        from hub.flow import checks
        from hub.profile import load

        return calendar.load(load(profile, checks.SETTABLE, self._folder), self.days, self.hours)


def legal(arguments: argparse.Namespace) -> int:
    """One moment, or a file of them with one line of output for each row."""
    source = Source(arguments.config, arguments.profile)
    if arguments.file is None:
        found = _answer(source.of(arguments.agency), arguments.time, signed=arguments.signed)
        line.show(arguments, found, lambda: _text(found))
        return EXIT_DONE
    wrong = 0
    for row in _rows(arguments.file):
        try:
            work = source.of(row.get("agency") or arguments.agency, row.get("profile"))
            found = _answer(work, row.get("time") or "", signed=arguments.signed)
        except (WrongUseError, ValueError) as problem:
            wrong += 1
            found = {"signed" if arguments.signed else "real": row.get("time") or "", "error": str(problem)}
        print(json.dumps(found, ensure_ascii=False) if arguments.json else _text(found))
    return EXIT_NO if wrong else EXIT_DONE


def show(arguments: argparse.Namespace) -> int:
    """A year: every day that is not as its week says. A month: every day with its sessions."""
    source = Source(arguments.config, arguments.profile)
    work = source.of(arguments.agency)
    when = arguments.when or str((datetime.now(UTC) + timedelta(hours=7)).year)
    first = _first(when)
    if len(when) == len("2026"):
        found = {
            "year": first.year,
            "undecided": work.undecided(first.year),
            "days": [_day(one) for one in work.days.of_year(first.year)],
            "hours": [_hours_line(one) for one in source.hours],
        }
        line.show(arguments, found, lambda: _year_text(found))
    else:
        found = {"month": when, "undecided": work.undecided(first.year), "days": list(_month(work, first))}
        line.show(arguments, found, lambda: _month_text(found))
    return EXIT_DONE


def _answer(work: WorkCalendar, text: str, *, signed: bool) -> dict[str, str]:
    from hub.calendar import BeyondCalendarError, local

    at = moment(text)
    try:
        if signed:
            by = work.issue_by(at)
            return {
                "signed": local(at).isoformat(),
                "issue_by": work.issue_deadline(at).isoformat(),
                "explanation": f"{by.why_vi} / {by.why_en}",
            }
        found = work.legal(at)
        return {
            "real": found.real.isoformat(),
            "received_legal": found.legal.isoformat(),
            "accept_by": work.end_of_day(at).isoformat(),
            "explanation": f"{found.why_vi} / {found.why_en}",
        }
    except BeyondCalendarError as cause:
        raise _beyond(text) from cause


def moment(text: str) -> datetime:
    """A moment as people and systems write it; Vietnamese time when no zone is written.  law: R-095

    Raises WrongUseError.
    """
    from edxml import dates
    from hub.clock import VIETNAM

    said = text.strip()
    midnight = _END_OF_DAY.search(said)
    if midnight is not None:  # the end of a day is the beginning of the next
        said = said[: midnight.start(1)] + "00:00" + said[midnight.end(1) :]
    try:
        at = datetime.fromisoformat(said)
    except ValueError:
        found = dates.parse_time(said)
        if found is None:
            raise WrongUseError(
                f"Không đọc được thời điểm: {text[:60]!r}. Viết như 2026-02-13T17:31:00+07:00.",
                f"Not a moment: {text[:60]!r}. Write it like 2026-02-13T17:31:00+07:00.",
            ) from None
        at = found
    at = at if at.tzinfo is not None else at.replace(tzinfo=VIETNAM)
    try:
        return at + timedelta(days=1) if midnight is not None else at
    except OverflowError as cause:
        raise _beyond(text) from cause


def _beyond(text: str) -> WrongUseError:
    return WrongUseError(f"Ngoài lịch (năm 1–9999): {text}.", f"Beyond the calendar (years 1-9999): {text}.")


def _rows(file: str) -> Iterator[dict[str, str]]:
    data = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
    try:
        read = list(csv.reader(io.StringIO(data.decode("utf-8-sig"))))
    except (UnicodeDecodeError, csv.Error) as cause:
        raise WrongUseError(f"Không phải tệp CSV (UTF-8): {file}", f"Not a CSV file in UTF-8: {file}") from cause
    rows = [row for row in read if any(cell.strip() for cell in row)]
    names = [cell.strip().lower() for cell in rows[0]] if rows else []
    if "time" not in names:
        names = list(_NAMES)
    else:
        rows = rows[1:]
    for row in rows:
        yield dict(zip(names, (cell.strip() for cell in row), strict=False))


def _text(found: dict[str, str]) -> str:
    return "  ".join(found.values())


def _first(when: str) -> date:
    try:
        return date.fromisoformat(f"{when}-01-01" if len(when) == len("2026") else f"{when}-01")
    except ValueError as cause:
        raise WrongUseError(f"Không phải năm hay tháng: {when}", f"Not a year or a month: {when}") from cause


def _month(work: WorkCalendar, first: date) -> Iterator[dict[str, Any]]:
    for number in range(monthrange(first.year, first.month)[1]):
        day = first + timedelta(days=number)
        known = work.days.of(day)
        sessions = [f"{one.start:%H:%M}-{one.end:%H:%M}".replace("-00:00", "-24:00") for one in work.sessions(day)]
        yield {"date": day.isoformat(), "weekday": day.isoweekday(), "sessions": sessions} | (
            _day(known) if known is not None else {}
        )


def _day(known: DayLine) -> dict[str, str]:
    return {
        "date": known.day.isoformat(),
        "kind": known.kind.value,
        "name": known.name,
        "state": known.state.value,
        "source": known.source,
    } | ({"agency": known.organ_id} if known.organ_id else {})


def _hours_line(known: HoursLine) -> dict[str, Any]:
    hours = known.hours.model_dump(mode="json")
    return {"number": known.place, "agency": known.organ_id, "source": known.source, **hours}


def _year_text(found: dict[str, Any]) -> str:
    rows = [(one["date"], one["kind"], one["state"], one["name"], one["source"]) for one in found["days"]]
    hours = [
        f"{one['number']}: {', '.join(one['sessions'])} ({','.join(one['days'])}; {one['start']}..{one['end']}) "
        f"{one['agency'] or 'cả tỉnh / all'} {one['source']}"
        for one in found["hours"]
    ]
    return "\n".join([*_undecided(found, found["year"]), line.columns(rows), *hours])


def _month_text(found: dict[str, Any]) -> str:
    names = ("T2", "T3", "T4", "T5", "T6", "T7", "CN")
    rows = [
        (one["date"], names[one["weekday"] - 1], ", ".join(one["sessions"]) or "–", one.get("name", ""))
        for one in found["days"]
    ]
    return "\n".join([*_undecided(found, found["month"]), line.columns(rows)])


def _undecided(found: dict[str, Any], when: object) -> list[str]:
    if not found["undecided"]:
        return []
    return [f"{when}: chưa nạp quyết định về ngày nghỉ / the decision on days off is not loaded"]


def _days(rows: list[dict[str, Any]]) -> list[DayLine]:
    if not rows:
        return []
    from hub.calendar import DayKind, DayLine, DayState

    return [
        DayLine(
            date.fromisoformat(row["date"]),
            DayKind(row["kind"]),
            row["name"],
            DayState(row["state"]),
            row["source"],
            row["agency"],
            row["place"],
        )
        for row in rows
    ]


def _hours(rows: list[dict[str, Any]]) -> list[HoursLine]:
    if not rows:
        return []
    from hub.calendar import HoursLine
    from hub.profile import Hours

    return [HoursLine(Hours.model_validate(row["hours"]), row["source"], row["agency"], row["number"]) for row in rows]
