"""The rate limiter and the lock-out, with hands on the clock."""

from __future__ import annotations

import io
import json
import logging
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub import limits, log
from hub.limits import Limiter, Lockout, Memory, Rate

NOW = datetime(2026, 11, 21, tzinfo=UTC)


class Hands:
    def __init__(self) -> None:
        self.at = 1000.0

    def __call__(self) -> float:
        return self.at


@pytest.fixture
def hands():
    return Hands()


def test_so_many_come_at_once_and_then_as_the_rate_allows(hands):
    limiter, rate = Limiter(hands), Rate(5, 10)

    at_once = [limiter.wait("a", rate) for _ in range(7)]
    hands.at += 2.0
    after = [limiter.wait("a", rate) for _ in range(2)]

    assert at_once == [0, 0, 0, 0, 0, 2.0, 2.0], "who is refused waits no longer for asking again"
    assert after == [0, 2.0]
    assert limiter.wait("b", rate) == 0, "another key has its own"


def test_a_cost_beyond_the_rate_is_taken_at_rest_and_paid_for(hands):
    limiter, rate = Limiter(hands), Rate(100, 10)

    assert limiter.wait("a", rate, 250) == 0
    assert limiter.wait("a", rate, 1) == pytest.approx(15.1)
    hands.at += 25.0
    assert limiter.wait("a", rate, 250) == 0


def test_what_has_happened_already_is_counted(hands):
    limiter, rate = Limiter(hands), Rate(100, 10)
    limiter.add("a", rate, 150)

    assert limiter.wait("a", rate, 0) == pytest.approx(5.0)


@given(st.lists(st.tuples(st.floats(0, 30), st.integers(1, 8)), max_size=60))
def test_in_no_time_passes_more_than_the_rate_and_one_burst(steps):
    hands = Hands()
    limiter, rate = Limiter(hands), Rate(10, 5)
    passed = []
    for pause, cost in steps:
        hands.at += pause
        if limiter.wait("a", rate, cost) == 0:
            passed.append((hands.at, cost))

    for first, (start, _) in enumerate(passed):
        for last in range(first, len(passed)):
            taken = sum(cost for _, cost in passed[first : last + 1])
            assert taken <= 10 + (passed[last][0] - start) * 2 + 1e-6


def test_memory_is_bounded_and_forgets_the_quiet_first(monkeypatch):
    monkeypatch.setattr(limits, "REMEMBERED", 3)
    memory = Memory()
    for name in "abcab":
        memory.put(name, name)
    memory.put("d", "d")

    assert [memory.get(name) for name in "abcd"] == ["a", "b", None, "d"]


def test_a_lock_out_is_of_the_pair_and_ends():
    """law: S-05"""
    lockout = Lockout(3, 300)
    told = [lockout.failed("qlvb", "10.0.0.1", NOW) for _ in range(4)]

    assert told == [False, False, True, False]
    assert lockout.remaining("qlvb", "10.0.0.1", NOW) == 301
    assert lockout.remaining("qlvb", "10.0.0.2", NOW) == lockout.remaining("other", "10.0.0.1", NOW) == 0
    assert lockout.remaining("qlvb", "10.0.0.1", NOW + timedelta(seconds=300)) == 0


def test_failures_long_ago_do_not_count_and_a_success_forgets():
    lockout = Lockout(2, 300)
    lockout.failed("a", "x", NOW)
    assert not lockout.failed("a", "x", NOW + timedelta(seconds=301))
    lockout.succeeded("a", "x")
    assert not lockout.failed("a", "x", NOW + timedelta(seconds=302))


def test_I14_a_flood_of_one_event_is_counted_and_others_are_written(hands):  # noqa: N802 - the id of the case
    sparing = log.Sparing(Rate(10, 60), Limiter(hands))

    def line(event):
        try:
            return sparing(None, "info", {"event": event, "n": 1})
        except log.structlog.DropEvent:
            return None

    flood = [line("bad call") for _ in range(10_000)]
    other = line("hub ready")
    hands.at += 60
    later = line("bad call")

    assert len([one for one in flood if one]) == 10
    assert other == {"event": "hub ready", "n": 1}
    assert later == {"event": "bad call", "n": 1, "dropped": 9990}


def test_I14_ten_thousand_lines_a_second_stay_below_a_megabyte():  # noqa: N802
    stream = io.StringIO()
    before = log.structlog.get_config()
    handlers, level = logging.getLogger().handlers[:], logging.getLogger().level
    try:
        found = log.configure("info", stream)
        for number in range(10_000):
            found.warning("bad call", number=number, where="x" * 50)
            logging.getLogger("aiohttp.server").error("bad request %d", number)
    finally:
        log.structlog.configure(**before)
        logging.getLogger().handlers[:] = handlers
        logging.getLogger().setLevel(level)

    lines = stream.getvalue().splitlines()
    assert 1200 <= len(lines) <= 1400
    assert len(stream.getvalue()) < 1_000_000
    assert all(json.loads(one)["event"] in {"bad call", "library"} for one in lines)
