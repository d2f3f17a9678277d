"""One look: which alarms are due at which moment, on a Vietnamese clock; hours 07:30-11:30 and 13:30-17:30."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub import calendar, clock, profile
from hub.flow import checks
from hub.flow.watch.facts import Facts, Reason, Rules
from hub.flow.watch.look import look, work_begins
from hub.states import DeliveryStatus

NATIONAL = profile.load("national", checks.SETTABLE)
WORK = calendar.load(NATIONAL).province
RULES = Rules(NATIONAL.watch, WORK, WORK)
SENDER, RECIPIENT = "000.00.01.H99", "000.00.02.H99"


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=clock.VIETNAM)


def facts(since: str, **more) -> Facts:
    more.setdefault("status", DeliveryStatus.AVAILABLE)
    moment = at(since)
    fixed = {"delivery_id": "d", "package_id": "p", "document_id": "x", "sender": SENDER, "recipient": RECIPIENT}
    return Facts(**fixed, business_type=0, since=moment, **({"issued_at": moment, "urgency": 0} | more))


def told(known: Facts, now: str) -> list[str]:
    """kind/audience[/mark] of what is raised then."""
    found = look(known, at(now), RULES).alarms
    return sorted("/".join(part for part in (str(one.kind), str(one.audience), one.mark) if part) for one in found)


MONDAY = "2026-11-23T08:00"
OPERATOR, SENDING = "not_confirmed/operator", "not_confirmed/sender"
DUTY = "urgent_after_hours/recipient"


@pytest.mark.parametrize(
    ("since", "urgency", "now", "wanted"),
    [
        pytest.param(MONDAY, 0, "2026-11-23T09:59", [], id="normal: two working hours"),
        pytest.param(MONDAY, 0, "2026-11-23T10:00", [OPERATOR], id="normal: the operator then"),
        pytest.param(MONDAY, 0, "2026-11-23T11:29", [OPERATOR], id="the session is not over"),
        pytest.param(MONDAY, 0, "2026-11-23T11:30", [OPERATOR, SENDING], id="the clerk by its end"),
        pytest.param(MONDAY, 0, "2026-11-23T17:29", [OPERATOR, SENDING], id="the day is not over"),
        pytest.param(MONDAY, 0, "2026-11-23T17:30", [OPERATOR, SENDING, "paper_due/sender"], id="then paper"),
        pytest.param("2026-11-23T11:00", 0, "2026-11-23T14:59", [], id="midday does not count"),
        pytest.param("2026-11-23T11:00", 0, "2026-11-23T15:00", [OPERATOR], id="midday over"),
        pytest.param("2026-11-27T17:00", 0, "2026-11-30T08:59", [], id="a week-end does not count"),
        pytest.param("2026-11-27T17:00", 0, "2026-11-30T09:00", [OPERATOR], id="Monday"),
        pytest.param("2026-02-13T17:00", 0, "2026-02-23T08:59", [], id="Tết does not count"),
        pytest.param("2026-02-13T17:00", 0, "2026-02-23T09:00", [OPERATOR], id="after Tết"),
        pytest.param("2026-11-25T23:50", 0, "2026-11-26T09:29", [], id="sent before midnight"),
        pytest.param("2026-11-25T23:50", 0, "2026-11-26T09:30", [OPERATOR], id="counted from the morning"),
        pytest.param("2026-11-23T23:50", 3, "2026-11-24T00:04", [DUTY], id="express: any minutes"),
        pytest.param(
            "2026-11-23T23:50",
            3,
            "2026-11-24T00:05",
            [OPERATOR, SENDING, DUTY, "urgent_unopened/recipient"],
            id="at night",
        ),
        pytest.param(
            "2026-02-17T03:00",
            3,
            "2026-02-17T03:30",
            [OPERATOR, SENDING, "paper_due/sender", DUTY, "urgent_unopened/recipient"],
            id="express in the night of Tết",
        ),
        pytest.param(MONDAY, 1, "2026-11-23T08:59", [], id="khẩn: an hour"),
        pytest.param(MONDAY, 2, "2026-11-23T08:30", [OPERATOR, SENDING, "urgent_unopened/recipient"], id="thượng khẩn"),
    ],
)
def test_what_is_not_confirmed_does_not_stay_unnoticed(since, urgency, now, wanted):
    """law: R-101 HN Đ10.2c, R-111 BD Đ3.3, R-084 HN Đ7.2."""
    assert told(facts(since, urgency=urgency), now) == wanted


@pytest.mark.parametrize(
    "more",
    [
        {"status": DeliveryStatus.DELIVERED},
        {"received_at": at(MONDAY)},
        {"business_status": "01"},
        {"status": DeliveryStatus.CANCELLED},
        {"status": DeliveryStatus.FAILED},
    ],
)
def test_what_is_confirmed_or_over_calls_nobody(more):
    known = facts(MONDAY, **more)

    assert told(known, "2026-11-30T08:00") == []
    assert "not_confirmed" in look(known, at("2026-11-30T08:00"), RULES).over


@pytest.mark.parametrize(
    ("since", "more", "wanted"),
    [
        ("2026-11-23T22:00", {"urgency": 1}, [DUTY]),
        ("2026-11-23T12:00", {"urgency": 2}, [DUTY]),  # at midday
        ("2026-11-28T09:00", {"urgency": 3}, [DUTY]),  # a Saturday
        ("2026-11-23T22:00", {"urgency": 0}, []),
        (MONDAY, {"urgency": 3}, []),
        ("2026-11-23T22:00", {"urgency": 1, "business_status": "01", "exposed": True}, [DUTY]),  # software has it
        ("2026-11-23T22:00", {"urgency": 1, "business_status": "03"}, []),
        ("2026-11-23T22:00", {"urgency": 1, "copy": "second"}, []),
    ],
)
def test_an_urgent_one_outside_working_hours_calls_whoever_is_on_duty_at_once(since, more, wanted):
    """law: R-084 HN Đ7.2: also what an office system fetched by itself, and once work begins nobody is called anew."""
    known = facts(since, **more)
    begins = work_begins(WORK, at(since))

    assert told(known, since) == wanted
    assert DUTY not in told(known, f"{begins:%Y-%m-%dT%H:%M}")


RECEIVED = {
    "status": DeliveryStatus.DELIVERED,
    "exposed": True,
    "received_at": at("2026-11-23T08:10"),
    "accept_by": at("2026-11-23T17:30"),
}
LATE = ["not_accepted/recipient", "not_accepted/sender"]


@pytest.mark.parametrize(
    ("more", "now", "wanted"),
    [
        pytest.param({}, "2026-11-23T16:29", [], id="an hour before"),
        pytest.param({}, "2026-11-23T16:30", ["closing/recipient"], id="closing soon"),
        pytest.param({}, "2026-11-23T17:30", LATE, id="the day is over; what was only near is no more"),
        pytest.param({"business_status": "01"}, "2026-11-23T17:30", LATE, id="01 alone is technical arrival"),
        pytest.param({"business_status": "03"}, "2026-11-23T17:30", [], id="accepted"),
        pytest.param({"business_status": "05"}, "2026-11-23T17:30", [], id="worked on: accepted before"),
        pytest.param({"role": "know"}, "2026-11-24T17:30", [], id="để biết opens no deadline"),
        pytest.param({"role": "check"}, "2026-11-24T17:30", [], id="để kiểm tra opens no deadline"),
        pytest.param({"copy": "second"}, "2026-11-24T17:30", [], id="stored only"),
        pytest.param({"recall_state": "asked"}, "2026-11-24T17:30", [], id="asked back"),
        pytest.param({"recall_state": "refused"}, "2026-11-23T17:30", LATE, id="the recipient may keep it"),
    ],
)
def test_what_was_received_is_accepted_on_the_same_working_day(more, now, wanted):
    """law: R-096 HN Đ9.1a, R-097 HN Đ9.1a, R-109 NĐ30 PL I.II.9, R-135 TT Đ6.1.2."""
    assert told(facts(MONDAY, **(RECEIVED | more)), now) == wanted


def test_a_refused_one_starts_no_deadline_and_calls_its_sender():
    """law: R-131 HN Đ9.1b."""
    asked = {"reply_due": at("2026-11-24T17:30"), "business_at": at("2026-11-23T09:00")}
    refused = facts(MONDAY, **(RECEIVED | asked | {"business_status": "02"}))

    assert told(refused, "2026-11-25T08:00") == ["refused_waits/sender"]
    assert look(refused, at("2026-11-25T08:00"), RULES).next_at == at("2026-11-26T08:00")
    assert told(replace(refused, reacted=True), "2026-11-25T08:00") == []
    assert "refused_waits" in look(replace(refused, reacted=True), at("2026-11-25T08:00"), RULES).over


HOUR = {"urgency": 4, "hour_at": at("2026-11-23T10:00"), "status": DeliveryStatus.QUEUED}


@pytest.mark.parametrize(
    ("since", "now", "wanted"),
    [
        ("09:25", "09:29", []),
        ("09:25", "09:30", ["hour_near/recipient/30", "hour_near/sender/30"]),
        ("09:49", "09:50", ["hour_near/recipient/10", "hour_near/sender/10"]),
        ("09:59", "10:00", ["hour_near/operator/0", "hour_near/recipient/0", "hour_near/sender/0"]),
    ],
)
def test_the_hour_of_level_4_is_called_half_an_hour_and_ten_minutes_before(since, now, wanted):
    """law: R-086."""
    assert told(facts(f"2026-11-23T{since}", **HOUR), f"2026-11-23T{now}") == wanted


def test_an_opened_one_has_no_hour_to_fear():
    known = facts("2026-11-23T09:00", **(HOUR | {"status": DeliveryStatus.AVAILABLE, "exposed": True}))

    assert [one for one in told(known, "2026-11-23T10:00") if one.startswith("hour")] == []


def test_pushed_bytes_are_not_opened_by_that():
    """A try that broke off has exposed the document; nobody has it before their eyes."""
    known = facts("2026-11-23T09:00", **(HOUR | {"exposed": True}))

    assert "hour_near/recipient/10" in told(known, "2026-11-23T09:55")


def test_level_4_without_its_hour_is_an_express_one():
    """law: R-086."""
    assert facts(MONDAY, urgency=4).level == 3


@pytest.mark.parametrize(
    ("signed", "urgency", "wanted"),
    [
        ("2026-11-23T07:31", 3, []),
        ("2026-11-23T07:29", 3, ["issued_late/sender"]),
        ("2026-11-23T06:30", 1, []),
        ("2026-11-20T08:00", 0, []),
    ],
)
def test_an_urgent_one_sent_long_after_it_was_signed_is_told(signed, urgency, wanted):
    """law: R-083 HN Đ7.2."""
    known = facts(MONDAY, urgency=urgency, signed_at=at(signed))

    assert told(known, MONDAY) == wanted


def test_recalled_and_not_confirmed_destroyed():
    """law: R-146 HN Đ9.2."""
    known = facts(MONDAY, **(RECEIVED | {"recall_state": "asked", "destroy_by": at("2026-11-24T17:30")}))
    everybody = ["not_destroyed/operator", "not_destroyed/recipient", "not_destroyed/sender"]

    assert told(known, "2026-11-24T17:29") == []
    assert told(known, "2026-11-24T17:30") == everybody
    assert told(replace(known, recall_state="agreed"), "2026-11-25T17:30") == everybody
    assert told(replace(known, recall_state="destroyed"), "2026-11-25T17:30") == []


def test_an_answer_that_was_asked_for_and_is_overdue():
    """law: R-041 HN Đ10.2d."""
    known = facts(MONDAY, **(RECEIVED | {"business_status": "03", "reply_due": at("2026-11-25T17:30")}))

    assert told(known, "2026-11-25T17:29") == []
    assert told(known, "2026-11-25T17:30") == ["reply_overdue/recipient", "reply_overdue/sender"]
    assert told(replace(known, replied=True), "2026-11-25T17:30") == []
    assert told(replace(known, role="know"), "2026-11-25T17:30") == []


def test_what_is_kept_back_is_late_for_nobody():
    found = look(facts(MONDAY, travels=False), at("2026-11-25T08:00"), RULES)

    assert (found.alarms, found.next_at) == ((), at("2026-11-25T09:00"))


def test_clerks_beyond_the_province_are_not_told_here():
    known = facts(MONDAY, sender_here=False)

    assert told(known, "2026-11-24T08:00") == [OPERATOR]


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({}, Reason.NOT_FETCHED),
        ({"exposed": True}, Reason.NOT_CONFIRMED),
        ({"suspended": True}, Reason.SUSPENDED),
    ],
)
def test_what_nobody_takes_is_given_up_at_the_end(more, reason):
    known = facts(MONDAY, **more)

    before, after = (look(known, at(text), RULES) for text in ("2026-12-23T07:59", "2026-12-23T08:00"))

    assert (before.give_up, before.next_at) == (None, at("2026-12-23T08:00"))
    assert (after.give_up, after.next_at) == (reason, None)


def test_what_is_pushed_is_given_up_by_its_dispatcher():
    assert look(facts(MONDAY, status=DeliveryStatus.QUEUED), at("2027-11-23T08:00"), RULES).give_up is None


@given(
    urgency=st.integers(0, 4),
    minutes=st.integers(0, 40_000),
    status=st.sampled_from([DeliveryStatus.AVAILABLE, DeliveryStatus.QUEUED, DeliveryStatus.DELIVERED]),
    hour=st.none() | st.integers(0, 3000),
    received=st.booleans(),
    exposed=st.booleans(),
    business=st.sampled_from([None, "01", "02", "03"]),
)
def test_looks_at_their_own_moments_miss_nothing_and_always_end(
    urgency, minutes, status, hour, received, exposed, business
):
    """Whoever looks only when a look said so raises the same as one who looks once, late; and never for ever."""
    start = at("2026-02-12T16:00")
    known = facts(
        "2026-02-12T16:00",
        urgency=urgency,
        status=status,
        hour_at=None if hour is None else start + timedelta(minutes=hour),
        received_at=start if received else None,
        accept_by=at("2026-02-12T17:30") if received else None,
        exposed=exposed,
        business_status=business,
        business_at=start if business else None,
        signed_at=start - timedelta(hours=3),
    )
    end = start + timedelta(minutes=minutes)
    raised, now, looks = set(), start, 0
    while now is not None and now <= end:
        found = look(known, now, RULES)
        raised |= {(one.kind, one.audience, one.mark) for one in found.alarms}
        assert found.next_at is None or found.next_at > now
        now, looks = found.next_at, looks + 1

    once = {(one.kind, one.audience, one.mark) for one in look(known, end, RULES).alarms}
    assert once <= raised
    assert looks < 100
