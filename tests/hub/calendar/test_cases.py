"""The table of cases, each worked out by hand, and a walk minute by minute that agrees with it."""

from __future__ import annotations

import csv
from datetime import date, datetime, time, timedelta, timezone
from functools import cache
from pathlib import Path

import almanac
import pytest

CASES = almanac.table()
ONE_SEASON = [one for one in CASES if not any(word in one.hours for word in ("..", "from=", "to="))]
VIETNAM = timezone(timedelta(hours=7))
MINUTE = timedelta(minutes=1)


def test_the_table_is_long_enough_and_no_moment_stands_twice():
    assert len(CASES) >= 300
    assert len({(one.hours, one.agency, one.days, one.midday, one.input) for one in CASES}) == len(CASES)


@pytest.mark.parametrize("case", CASES, ids=lambda one: one.case)
def test_a_moment_of_arrival_counts_as_the_table_says(case):
    """law: R-090 HN Đ12.2, R-091, R-092, R-093, R-094 HN Đ12.3"""
    found = case.calendar().legal(almanac.at(case.input))

    assert found.legal.isoformat() == case.legal
    assert found.real == almanac.at(case.input)
    assert found.real.utcoffset() == timedelta(hours=7)


@pytest.mark.parametrize("case", CASES, ids=lambda one: one.case)
def test_a_document_is_to_be_accepted_until_the_end_of_the_working_day_on_which_it_counts(case):
    """law: R-097 HN Đ9.1a"""
    assert case.calendar().end_of_day(almanac.at(case.input)).isoformat() == case.accept_by


@pytest.mark.parametrize("case", ONE_SEASON, ids=lambda one: one.case)
def test_a_walk_minute_by_minute_comes_to_the_same_moment(case):
    """Nothing of the hub's is asked here but the table of days, as a text."""
    assert walk(case).isoformat() == case.legal


def walk(case: almanac.Case) -> datetime:
    now = almanac.at(case.input).astimezone(VIETNAM)
    if inside(case, now):
        return now
    now = now.replace(second=0, microsecond=0) + MINUTE
    while not inside(case, now):
        now += MINUTE
    return now


def inside(case: almanac.Case, now: datetime) -> bool:
    kind = own_days(case.days).get(now.date(), known_days().get(now.date(), ""))
    if kind.startswith("off"):
        return False
    weekday = 0 if kind == "worked-swapped" else now.weekday()
    sessions = sessions_of(case.agency, weekday, saturday="days=sat") or sessions_of(case.hours, weekday)
    if kind == "half-day":
        sessions = sessions[:1]
    if case.midday == "inside" and sessions:
        sessions = [(sessions[0][0], sessions[-1][1])]
    return any(start <= now.time() and (now.time() < end or end == time()) for start, end in sessions)


def sessions_of(text: str, weekday: int, *, saturday: str = "never") -> list[tuple[time, time]]:
    worked = {5} if saturday in text else set(range(7)) if "sun" in text else set(range(5))
    if not text or weekday not in worked:
        return []
    pairs = [word.replace("24:00", "00:00").split("-") for word in text.split() if word[0].isdigit()]
    return [(time.fromisoformat(start), time.fromisoformat(end)) for start, end in pairs]


@cache
def own_days(text: str) -> dict[date, str]:
    pairs = [part.split() for part in text.split(";") if part.strip()]
    return {date.fromisoformat(day): kind for day, kind in pairs}


@cache
def known_days() -> dict[date, str]:
    file = Path(__file__).parents[3] / "config" / "calendar" / "vietnam.csv"
    with file.open(encoding="utf-8", newline="") as rows:
        found = {date.fromisoformat(row["date"]): row["kind"] for row in csv.DictReader(rows)}
    return found | dict.fromkeys((date(2028, 1, 1), date(2028, 1, 3)), "off")
