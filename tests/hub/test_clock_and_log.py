"""Time has one stored text that sorts; the log withholds what it may not hold."""

from __future__ import annotations

import io
import json
import logging
from datetime import UTC, datetime, timedelta, timezone

import pytest
import structlog

from hub import clock, log

MOMENT = datetime(2026, 11, 21, 2, 15, tzinfo=UTC)


@pytest.fixture
def logged():
    out = io.StringIO()
    log.configure("info", out)
    yield out
    structlog.reset_defaults()


def test_stored_times_have_one_width_and_sort_as_text():
    moments = [MOMENT, MOMENT + timedelta(microseconds=1), MOMENT + timedelta(seconds=1)]

    texts = [clock.to_text(moment) for moment in moments]

    assert texts[0] == "2026-11-21T02:15:00.000000Z"
    assert texts == sorted(texts)
    assert {len(text) for text in texts} == {27}
    assert [clock.from_text(text) for text in texts] == moments


def test_any_offset_is_the_same_moment():
    assert clock.from_text("2026-11-21T09:15:00+07:00") == MOMENT
    assert clock.to_text(MOMENT.astimezone(timezone(timedelta(hours=-5)))) == clock.to_text(MOMENT)


def test_years_change_at_midnight_in_vietnam():
    """law: R-102 NĐ30 Đ15.1, R-094 HN Đ12.3"""
    last, first = (clock.from_text(f"2026-12-31T{text}Z") for text in ("16:59:59", "17:00:00"))

    assert (clock.local(last).year, clock.local(first).year) == (2026, 2027)
    assert clock.local_text(first) == "2027-01-01T00:00:00+07:00"


def test_shown_times_are_vietnamese():
    assert clock.local_text(MOMENT) == "2026-11-21T09:15:00+07:00"


@pytest.mark.parametrize("work", [clock.to_text, clock.local])
def test_a_time_without_offset_is_refused(work):
    with pytest.raises(ValueError, match="offset"):
        work(MOMENT.replace(tzinfo=None))
    with pytest.raises(ValueError, match="offset"):
        clock.from_text("2026-11-21T09:15:00")


def test_a_fake_clock_moves_when_told():
    fake = clock.FakeClock(MOMENT)

    assert fake.now() == fake.now() == MOMENT
    assert fake.advance(timedelta(hours=1), seconds=5) == MOMENT + timedelta(seconds=3605)


def test_a_log_line_is_json_with_the_event_first(logged):
    log.get().info("delivery deferred", delivery="x", attempt=3)

    line = logged.getvalue()

    assert line.startswith('{"event": "delivery deferred"')
    assert json.loads(line)["attempt"] == 3


def test_subjects_and_secrets_never_reach_the_log(logged):
    """law: P-11"""
    log.get().info("package accepted", subject="Quyết định bổ nhiệm", secret="s3cret", token="t", package_id="p")

    line = logged.getvalue()

    assert "bổ nhiệm" not in line
    assert "s3cret" not in line
    assert json.loads(line)["package_id"] == "p"


def test_an_exception_is_logged_without_what_was_being_worked_on(logged):
    subject = "Quyết định " + "bổ nhiệm"
    try:
        {}[len(subject)]
    except KeyError:
        log.get().exception("intake failed", package_id="p")

    line = json.loads(logged.getvalue())

    assert line["exception"][0]["exc_type"] == "KeyError"
    assert "bổ nhiệm" not in logged.getvalue()


def test_a_log_whose_reader_is_gone_stops_no_work(tmp_path):
    stream = (tmp_path / "log").open("w")
    logger = log.configure("info", stream)
    stream.close()

    logger.warning("nobody hears this")
    logging.getLogger("aiohttp").warning("nor this")
