"""What holds for every moment, every calendar and every zone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import almanac
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.calendar import BeyondCalendarError
from hub.clock import VIETNAM

MINUTE = timedelta(minutes=1)
FIRST, LAST = datetime(2018, 1, 1), datetime(2034, 12, 31)  # noqa: DTZ001 - hypothesis adds the zone
HOURS = (
    almanac.ORDINARY,
    "04-16..10-15 07:00-11:30 13:30-17:00 | 10-16..04-15 07:30-11:30 13:30-17:00",
    "00:00-24:00",
    "days=mon,tue,wed,thu 18:00-24:00",
    "07:00-19:00 | days=sat,sun 08:00-11:00",
    "to=2025-12-31 07:00-11:30 | from=2026-01-01 08:00-12:00 13:00-17:00",
)
calendars = st.builds(
    almanac.work,
    st.sampled_from(HOURS),
    agency=st.sampled_from(["", "days=sat 07:30-11:30"]),
    days=st.sampled_from(["", "2026-06-15 off; 2026-12-24 half-day; 2026-06-20 worked-swapped"]),
    midday=st.sampled_from(["outside", "inside"]),
)
zones = st.one_of(
    st.just(UTC),
    st.sampled_from(["Asia/Ho_Chi_Minh", "Europe/Paris", "America/New_York", "Australia/Lord_Howe"]).map(ZoneInfo),
    st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes))),
)
steps = st.timedeltas(timedelta(), timedelta(days=40))
moments = st.datetimes(FIRST, LAST, timezones=zones)


@given(calendars, moments)
@settings(max_examples=400, deadline=None)
def test_what_arrives_counts_at_once_or_later_and_always_inside_working_hours(work, real):
    """law: R-090 HN Đ12.2"""
    found = work.legal(real).legal

    assert found >= real.astimezone(UTC)
    assert work.is_open(found)
    assert work.legal(found).legal == found
    assert (found == real.astimezone(UTC)) == work.is_open(real)
    assert found.date() <= work.end_of_day(real).date()
    assert work.end_of_day(real) > found


@given(calendars, moments, moments)
@settings(max_examples=200, deadline=None)
def test_what_arrives_later_never_counts_earlier(work, first, second):
    earlier, later = sorted((first, second), key=lambda one: one.astimezone(UTC))

    assert work.legal(earlier).legal <= work.legal(later).legal
    assert work.end_of_day(earlier) <= work.end_of_day(later)
    assert work.issue_by(earlier).strict <= work.issue_by(later).strict


@given(
    calendars, moments, st.timedeltas(timedelta(), timedelta(days=40)), st.timedeltas(timedelta(), timedelta(days=40))
)
@settings(max_examples=150, deadline=None)
def test_working_time_adds_up(work, first, step, further):
    second = first.astimezone(UTC) + step
    third = second + further

    assert work.worked(first, third) == work.worked(first, second) + work.worked(second, third)
    assert work.worked(third, first) == -work.worked(first, third)
    assert timedelta() <= work.worked(first, third) <= step + further


@given(calendars, moments, st.integers(0, 6000))
@settings(max_examples=150, deadline=None)
def test_so_many_minutes_later_so_many_minutes_were_worked(work, start, number):
    after = work.add_minutes(start, number)

    assert work.worked(start, after) == number * MINUTE
    assert work.minutes_between(start, after) == number
    assert after >= start.astimezone(UTC)
    if number:
        assert work.worked(start, after - timedelta(microseconds=1)) < number * MINUTE


@given(calendars, moments, st.integers(1, 20))
@settings(max_examples=100, deadline=None)
def test_working_days_are_counted_one_by_one(work, start, number):
    day = start.date()
    last = work.add_days(day, number)

    worked = [day + timedelta(days=one) for one in range(1, (last - day).days + 1)]
    assert sum(bool(work.sessions(one)) for one in worked) == number
    assert work.sessions(last)


@given(calendars, moments)
@settings(max_examples=100, deadline=None)
def test_issuing_is_due_after_the_day_of_signing_and_the_strict_moment_never_after_the_wide_one(work, signed):
    """law: R-082 HN Đ7.2"""
    by = work.issue_by(signed)

    assert signed.astimezone(UTC) < by.strict <= by.wide
    day = (by.strict - MINUTE).date()
    assert day == (by.wide - MINUTE).date() == work.add_days(signed.astimezone(VIETNAM).date(), 1)


@given(calendars, moments, st.timedeltas(timedelta(), timedelta(days=30)))
@settings(max_examples=100, deadline=None)
def test_late_is_what_is_done_after_the_deadline_and_nothing_else(work, due, step):
    done = due.astimezone(UTC) + step
    late = work.lateness(due, done)

    assert (late is None) == (step == timedelta())
    assert late is None or late.minutes == work.minutes_between(due, done)


def test_a_time_without_a_zone_is_no_moment():
    with pytest.raises(ValueError, match="without an offset"):
        almanac.work().legal(datetime(2026, 11, 20, 9))  # noqa: DTZ001 - what is tried


def test_both_hours_of_a_clock_set_back_are_told_apart():
    """law: R-094 HN Đ12.3"""
    night = datetime(2026, 10, 25, 2, 30, tzinfo=ZoneInfo("Europe/Paris"))
    work = almanac.work("days=sun 08:00-12:00")

    assert work.legal(night).real.isoformat() == "2026-10-25T07:30:00+07:00"
    assert work.legal(night.replace(fold=1)).legal.isoformat() == "2026-10-25T08:30:00+07:00"


@pytest.mark.parametrize(
    "text", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59+00:00", "9999-12-31T18:00:00+07:00"]
)
def test_beyond_the_first_and_the_last_year_nothing_is_answered(text):
    with pytest.raises(BeyondCalendarError):
        almanac.work().legal(almanac.at(text))


def test_the_first_and_the_last_working_hours_of_all_are_answered():
    work = almanac.work()

    assert work.legal(almanac.at("0001-01-01T00:00:00+07:00")).legal.isoformat() == "0001-01-01T07:30:00+07:00"
    assert work.legal(almanac.at("9999-12-31T10:00:00+07:00")).legal.isoformat() == "9999-12-31T10:00:00+07:00"
    assert work.undecided(9999)


def test_the_last_session_of_all_ends_with_the_last_moment():
    work = almanac.work("days=mon,tue,wed,thu,fri 00:00-24:00")

    assert work.end_of_day(almanac.at("9999-12-31T10:00:00+07:00")).year == 9999
    assert "24:00" in work.legal(almanac.at("9999-12-31T10:00:00+07:00")).why_vi


def test_minutes_are_never_taken_away():
    with pytest.raises(ValueError, match="not taken away"):
        almanac.work().add_minutes(almanac.at("2026-11-20T09:00:00+07:00"), -1)
