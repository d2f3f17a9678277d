"""Until when something is to be done, how late it was, and how people are told."""

from __future__ import annotations

from datetime import date

import almanac
import pytest

RULES = "07:00-11:30 13:30-17:00"


def issue(text: str, hours: str = almanac.ORDINARY, **more):
    by = almanac.work(hours, **more).issue_by(almanac.at(f"{text}+07:00"))
    return by.strict.isoformat()[:16], by.wide.isoformat()[:16]


@pytest.mark.parametrize(
    ("signed", "strict", "wide"),
    [
        ("2026-11-20T16:50:00", "2026-11-23T11:30", "2026-11-23T17:30"),  # a Friday afternoon
        ("2026-11-19T02:00:00", "2026-11-20T11:30", "2026-11-20T17:30"),  # by night: that day is the day of signing
        ("2026-11-19T23:59:59", "2026-11-20T11:30", "2026-11-20T17:30"),
        ("2026-11-20T00:00:00", "2026-11-23T11:30", "2026-11-23T17:30"),
        ("2026-11-21T09:00:00", "2026-11-23T11:30", "2026-11-23T17:30"),  # signed on a Saturday
        ("2026-11-22T23:00:00", "2026-11-23T11:30", "2026-11-23T17:30"),
        ("2026-02-13T17:00:00", "2026-02-23T11:30", "2026-02-23T17:30"),  # before Tết
        ("2026-02-18T10:00:00", "2026-02-23T11:30", "2026-02-23T17:30"),  # in Tết
        ("2026-01-09T15:00:00", "2026-01-10T11:30", "2026-01-10T17:30"),  # the next working day is a swapped Saturday
        ("2026-01-10T15:00:00", "2026-01-12T11:30", "2026-01-12T17:30"),
        ("2025-12-31T23:59:59", "2026-01-05T11:30", "2026-01-05T17:30"),
        ("2026-01-01T00:00:00", "2026-01-05T11:30", "2026-01-05T17:30"),
        ("2028-02-28T09:00:00", "2028-02-29T11:30", "2028-02-29T17:30"),  # a leap day
    ],
)
def test_a_document_is_issued_by_the_next_working_morning_or_by_the_wide_rule_that_day(signed, strict, wide):
    """law: R-082 HN Đ7.2"""
    assert issue(signed) == (strict, wide)


def test_a_half_day_ends_with_its_only_session_for_both_rules():
    """law: R-082 HN Đ7.2"""
    assert issue("2026-12-23T09:00:00", days="2026-12-24 half-day") == ("2026-12-24T11:30", "2026-12-24T11:30")
    saturday = issue("2026-11-20T09:00:00", agency="days=sat 07:30-11:30")
    assert saturday == ("2026-11-21T11:30", "2026-11-21T11:30")


def test_the_morning_of_a_day_in_one_session_ends_at_noon():
    """law: R-082 HN Đ7.2"""
    assert issue("2026-11-18T09:00:00", "07:00-19:00") == ("2026-11-19T12:00", "2026-11-19T19:00")
    assert issue("2026-11-18T09:00:00", "13:00-17:00") == ("2026-11-19T17:00", "2026-11-19T17:00")
    assert issue("2026-11-18T09:00:00", "07:00-12:00") == ("2026-11-19T12:00", "2026-11-19T12:00")
    assert issue("2026-11-18T09:00:00", "07:30-12:15 13:30-17:00") == ("2026-11-19T12:15", "2026-11-19T17:00")


def test_what_was_signed_on_friday_and_sent_on_monday_afternoon_is_late_by_the_strict_rule_only():
    """law: R-082 HN Đ7.2, the ready case of the rules"""
    work = almanac.work(RULES)
    by = work.issue_by(almanac.at("2026-11-20T16:50:00+07:00"))

    assert work.lateness(by.strict, almanac.at("2026-11-23T11:00:00+07:00")) is None
    assert work.lateness(by.strict, almanac.at("2026-11-23T14:00:00+07:00")).minutes == 30
    assert work.lateness(by.wide, almanac.at("2026-11-23T14:00:00+07:00")) is None
    assert work.issue_deadline(almanac.at("2026-11-20T16:50:00+07:00")) == by.strict


def test_same_day_acceptance_is_measured_from_the_legal_day():
    """law: R-097 HN Đ9.1a, the ready case of the rules"""
    work = almanac.work(RULES)
    due = work.end_of_day(almanac.at("2026-11-20T17:31:00+07:00"))

    assert work.lateness(due, almanac.at("2026-11-23T16:59:00+07:00")) is None
    assert work.lateness(due, almanac.at("2026-11-24T09:00:00+07:00")) is not None


def late(due: str, done: str, **more):
    return almanac.work(**more).lateness(almanac.at(f"{due}+07:00"), almanac.at(f"{done}+07:00"))


def test_lateness_is_told_in_working_minutes_with_its_reason():
    told = late("2026-11-19T11:30:00", "2026-11-19T14:42:00")

    assert told.minutes == 72
    assert told.text_vi.startswith("muộn 1 giờ 12 phút làm việc vì hạn là 11:30 thứ Năm 19/11/2026")
    assert "1 h 12 min of working time late" in told.text_en


def test_days_off_between_are_named_and_not_counted():
    told = late("2026-02-13T17:30:00", "2026-02-23T08:00:00")

    assert told.minutes == 30
    assert "không tính Tết Nguyên đán (14/02–22/02/2026)" in told.text_vi
    assert "2 ngày nghỉ hằng tuần" in late("2026-11-20T17:30:00", "2026-11-23T08:00:00").text_vi


def test_late_outside_working_hours_is_late_by_nothing():
    told = late("2026-11-20T17:30:00", "2026-11-21T09:00:00")

    assert told.minutes == 0
    assert told.text_vi.startswith("muộn 0 phút")


def test_a_second_is_late_and_the_deadline_itself_is_not():
    assert late("2026-11-19T11:00:00", "2026-11-19T11:00:00") is None
    assert late("2026-11-19T11:00:00", "2026-11-19T11:00:01").minutes == 0


def test_minutes_go_on_over_midday_nights_and_weekends():
    work = almanac.work()
    start = almanac.at("2026-11-20T11:00:00+07:00")

    assert work.add_minutes(start, 0) == start
    assert work.add_minutes(start, 30).isoformat() == "2026-11-20T11:30:00+07:00"
    assert work.add_minutes(start, 31).isoformat() == "2026-11-20T13:31:00+07:00"
    assert work.add_minutes(start, 300).isoformat() == "2026-11-23T08:00:00+07:00"
    assert work.add_minutes(almanac.at("2026-11-21T09:00:00+07:00"), 1).isoformat() == "2026-11-23T07:31:00+07:00"


@pytest.mark.parametrize(
    ("day", "number", "last"),
    [
        ("2026-11-20", 1, "2026-11-23"), ("2026-11-21", 1, "2026-11-23"), ("2026-11-21", 0, "2026-11-23"),
        ("2026-11-20", 0, "2026-11-20"), ("2026-02-13", 1, "2026-02-23"), ("2026-02-12", 3, "2026-02-24"),
        ("2026-01-09", 1, "2026-01-10"), ("2026-01-09", 2, "2026-01-12"), ("2027-02-03", 3, "2027-02-12"),
    ],
)  # fmt: skip
def test_working_days_are_counted_over_holidays_and_swaps(day, number, last):
    """law: R-093; threat O-06: three working days over Tết"""
    assert almanac.work().add_days(date.fromisoformat(day), number) == date.fromisoformat(last)


def test_one_working_day_after_friday_evening_ends_on_tuesday():
    work = almanac.work()

    assert work.end_after_days(almanac.at("2026-11-20T18:00:00+07:00"), 1).isoformat() == "2026-11-25T17:30:00+07:00"
    assert work.end_after_days(almanac.at("2026-11-19T18:00:00+07:00"), 1).isoformat() == "2026-11-23T17:30:00+07:00"


@pytest.mark.parametrize(("count", "days"), [("calendar", 10), ("working", 1)])
def test_days_overdue_are_counted_as_the_profile_says(count, days):
    """law: R-100 CB Đ6.2"""
    work = almanac.counting(count)

    assert work.days_late(date(2026, 2, 13), date(2026, 2, 23)) == days
    assert work.days_late(date(2026, 2, 13), date(2026, 2, 13)) == 0
    assert work.days_late(date(2026, 2, 13), date(2026, 2, 10)) == 0


def test_a_moment_is_explained_by_where_it_lies():
    work = almanac.work()
    why = {
        hour: work.legal(almanac.at(f"2026-11-19T{hour}:00+07:00")).why_vi
        for hour in ("06:00", "09:00", "12:00", "19:00")
    }

    assert "trước giờ làm việc (07:30–11:30, 13:30–17:30); tính từ 07:30 thứ Năm 19/11/2026" in why["06:00"]
    assert why["09:00"] == "09:00 thứ Năm 19/11/2026, trong giờ làm việc (07:30–11:30, 13:30–17:30)"
    assert "giờ nghỉ giữa hai buổi" in why["12:00"]
    assert "sau giờ làm việc" in why["19:00"]
    assert "Làm bù cho ngày 02/01/2026" in work.legal(almanac.at("2026-01-10T09:00:00+07:00")).why_vi
    half = almanac.work(days="2026-12-24 half-day").legal(almanac.at("2026-12-24T09:00:00+07:00"))
    assert "nửa ngày" in half.why_vi
    after_all = almanac.work(days="2026-11-24 worked").legal(almanac.at("2026-11-24T09:00:00+07:00"))
    assert "vẫn làm việc" in after_all.why_vi


def test_a_long_list_of_holidays_is_cut():
    told = late("2025-12-31T17:30:00", "2026-12-31T17:30:00")

    assert "…" in told.text_vi
    assert "Tết Nguyên đán" in told.text_vi
    assert "không tính" not in late("2016-01-04T17:30:00", "2026-01-05T17:30:00").text_vi
