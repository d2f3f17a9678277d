"""Days off and days worked: the table that comes with Truc, the operator's lines over it, the library under it."""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from datetime import date

import almanac
import pytest

from hub import calendar
from hub.calendar import DayKind, DayLine, DayState, expected, shipped

BESIDE = "shared/data/holidays.md"


def day(text: str, kind: str = "off", *, state: str = "decided", organ_id: str = "", place: int = 0) -> DayLine:
    return DayLine(date.fromisoformat(text), DayKind(kind), "ngày", DayState(state), "QĐ 1", organ_id, place)


def loaded(*lines: DayLine) -> calendar.Calendars:
    return calendar.load(almanac.national(), lines)


def is_worked(work: calendar.WorkCalendar, text: str) -> bool:
    return bool(work.sessions(date.fromisoformat(text)))


def test_the_table_that_comes_with_truc_is_the_known_one(project_root):
    """law: R-093: compared with the table beside the project, where it is; ours adds weekends inside holidays only."""
    beside = project_root.parent / BESIDE
    if not beside.is_file():
        pytest.skip(f"{BESIDE} is not beside the project")
    text = re.search(r"```csv\n(.*?)```", beside.read_text(encoding="utf-8"), re.DOTALL)
    known = {row["date"]: (row["kind"], row["state"]) for row in csv.DictReader(text.group(1).splitlines())}
    ours = {
        line.day.isoformat(): (line.kind.value, line.state.value)
        for lines in shipped.years().values()
        for line in lines.values()
    }

    assert known.items() <= ours.items()
    assert all(date.fromisoformat(one).weekday() >= 5 and ours[one][0] == "off" for one in ours.keys() - known.keys())


@pytest.mark.parametrize("year", [2024, 2025, 2026, 2027])
def test_a_year_of_the_table_is_whole(year):
    """law: R-093: eleven days off, and as many Saturdays worked as days were swapped"""
    lines = shipped.years()[year].values()
    kinds = defaultdict(list)
    for line in lines:
        kinds[line.kind].append(line)

    assert len(kinds[DayKind.OFF_SWAPPED]) == len(kinds[DayKind.WORKED_SWAPPED])
    assert all(line.day.weekday() == 5 for line in kinds[DayKind.WORKED_SWAPPED])
    assert all(line.source for line in lines)
    holidays = ("Tết Dương lịch", "Tết Nguyên đán", "Giỗ Tổ", "Ngày Chiến thắng", "Quốc tế Lao động", "Quốc khánh")
    assert all(any(name in line.name for line in lines) for name in holidays)


def test_the_swap_that_the_library_does_not_know_is_known_here():
    """law: R-093: 02/01/2026 for Saturday 10/01/2026"""
    work = loaded().province

    assert date(2026, 1, 10) not in expected.days(2026)
    assert not is_worked(work, "2026-01-02")
    assert is_worked(work, "2026-01-10")


def test_a_year_without_a_table_has_what_the_library_expects():
    work = loaded().province

    assert not is_worked(work, "2019-04-29")
    assert is_worked(work, "2019-05-04")
    assert is_worked(work, "2014-12-27")
    assert not is_worked(work, "2030-02-01")


@pytest.mark.parametrize(("year", "first"), [(2007, "2007-02-17"), (2030, "2030-02-02"), (2026, "2026-02-17")])
def test_the_lunar_year_begins_where_the_vietnamese_calendar_says(year, first):
    """In 2007 and 2030 the Chinese calendar begins it a day later."""
    assert expected.lunar_new_year(year) == date.fromisoformat(first)


def test_the_operators_newest_line_beats_table_and_library():
    work = loaded(
        day("2026-09-02", "worked", place=1), day("2026-09-03", place=2), day("2030-02-01", "worked")
    ).province

    assert is_worked(work, "2026-09-02")
    assert not is_worked(work, "2026-09-03")
    assert is_worked(work, "2030-02-01")
    assert not is_worked(
        loaded(day("2026-06-01", "worked", place=1), day("2026-06-01", place=2)).province, "2026-06-01"
    )


def test_an_agencys_own_day_is_nobody_elses():
    calendars = loaded(day("2026-06-01", organ_id=almanac.AGENCY, place=1), day("2026-06-01", "worked", place=2))

    assert not is_worked(calendars.of(almanac.AGENCY), "2026-06-01")
    assert is_worked(calendars.of("000.00.02.H99"), "2026-06-01")
    assert is_worked(calendars.of(None), "2026-06-01")


def test_a_day_that_waits_to_be_confirmed_counts_and_says_so():
    told = loaded().province.legal(almanac.at("2026-11-24T09:00:00+07:00"))

    assert told.legal.isoformat() == "2026-11-25T07:30:00+07:00"
    assert "chờ xác nhận" in told.why_vi
    assert "to be confirmed" in told.why_en


def test_a_year_is_decided_when_tet_and_national_day_are():
    """law: R-093"""
    work = loaded().province
    tet, national = day("2027-02-05"), day("2027-09-03")

    assert [year for year in range(2023, 2029) if work.undecided(year)] == [2023, 2027, 2028]
    assert loaded(tet).province.undecided(2027)
    assert loaded(national).province.undecided(2027)
    assert loaded(tet, day("2027-09-03", state="expected")).province.undecided(2027)
    assert loaded(tet, day("2027-09-03", organ_id=almanac.AGENCY)).province.undecided(2027)
    assert not loaded(tet, national).province.undecided(2027)


@pytest.mark.parametrize(
    ("now", "year"),
    [
        ("2026-10-31T16:59:59Z", None), ("2026-10-31T17:00:00Z", 2027), ("2026-12-31T16:59:59Z", 2027),
        ("2026-12-31T17:00:00Z", 2027), ("2025-11-15T00:00:00Z", None), ("2027-05-01T00:00:00Z", 2027),
    ],
)  # fmt: skip
def test_from_november_the_next_year_must_be_decided_and_this_one_always(now, year):
    """law: R-093: the month is Vietnam's"""
    assert loaded().undecided_from(almanac.at(now)) == year


def test_an_answer_about_a_year_that_is_not_decided_says_so():
    """law: R-093"""
    work = loaded().province
    due, done = almanac.at("2027-03-01T09:00:00+07:00"), almanac.at("2027-03-01T10:00:00+07:00")

    assert "2027" in work.legal(due).why_vi.rpartition("Chưa nạp quyết định")[2]
    assert "not loaded" in work.issue_by(due).why_en
    assert "Chưa nạp quyết định" in work.lateness(due, done).text_vi
    assert "Chưa nạp" not in work.legal(almanac.at("2026-03-02T09:00:00+07:00")).why_vi
    assert "2026" not in work.legal(almanac.at("2026-12-31T18:00:00+07:00")).why_en.rpartition("days off of")[2]


def test_beyond_what_the_library_knows_no_day_is_made_up():
    assert expected.days(1900) == expected.days(2101) == {}
    assert expected.lunar_new_year(2101) is None
    assert loaded().province.undecided(2101)
