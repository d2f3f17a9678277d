"""N-01, N-13: after days without the axis everything catches up: the oldest urgent first, steadily, without a storm."""

from __future__ import annotations

import pytest
from fake_peers.axis import OK

from connectors import base, outgoing
from edxml import reader
from edxml.testing import make_package
from hub import log
from hub.clock import FakeClock
from hub.flow import dispatch
from hub.flow.pacing import Pace

MINISTRY, OFFICE = "000.00.00.G99", "000.00.01.H99"


@pytest.fixture
def sections(tmp_path, axis):
    (tmp_path / "secret").write_text(axis.secret + "\n")
    said = {"endpoint": axis.url, "system_id": "00.01.H99", "secret_file": str(tmp_path / "secret"),
            "packages_per_minute": 60}  # fmt: skip
    return {"axis": said, "dispatch": {"timeout_seconds": 1, "backoff_seconds": [60], "axis_slots": 1}}


@pytest.fixture
async def leaving(hub, province, sender):
    """A dispatcher to the axis, turned by hand; the clock stands."""
    await province.agencies(MINISTRY, scope="national")
    hub.clock = FakeClock(hub.clock.now())
    async with outgoing.session(outgoing.Guard(["127.0.0.0/8"]), timeout_seconds=1) as http:
        made = dispatch.Dispatcher(hub, base.Tools(http, hub.clock.now, log.get(), 1))
        yield made
        await made.close()


async def turns(hub, dispatcher, seconds: int) -> None:
    for _ in range(seconds):
        while await dispatcher.turn() == 0:
            await dispatcher.idle()
        await dispatcher.idle()
        hub.clock.advance(seconds=1)


def arrived(axis) -> list[int]:
    """The urgency of each document the axis was given, in their order."""
    return [reader.read(body[:-2]).priority for name, _, body in axis.calls if name == "sendEdoc"]


async def test_n_01_after_an_outage_the_oldest_urgent_go_first_and_the_rest_steadily(hub, axis, leaving, sender):
    """law: R-085 HN Đ7.2."""
    urgencies = [0] * 10 + [2] + [0] * 10 + [3]
    for urgency in urgencies:
        await sender.give(make_package(OFFICE, MINISTRY, priority=urgency))
    hub.clock.advance(seconds=3 * 86_400)

    await turns(hub, leaving, 5)
    early = len(arrived(axis))
    await turns(hub, leaving, 25)

    assert arrived(axis)[:2] == [3, 2]
    assert early <= 8  # one a second, and what was saved up
    assert len(arrived(axis)) == len(urgencies)


async def test_n_13_a_fresh_urgent_document_overtakes_what_waits_for_its_turn(hub, axis, leaving, sender):
    for _ in range(20):
        await sender.give(make_package(OFFICE, MINISTRY))
    hub.clock.advance(seconds=3 * 86_400)
    await turns(hub, leaving, 3)
    before = len(arrived(axis))

    await sender.give(make_package(OFFICE, MINISTRY, priority=1))
    await turns(hub, leaving, 1)

    assert before < 20
    assert 1 in arrived(axis)


async def test_n_01_while_the_axis_is_down_one_probe_at_a_time_is_sent(hub, axis, leaving, sender):
    for _ in range(20):
        await sender.give(make_package(OFFICE, MINISTRY))
    axis.script["sendEdoc"] = [(502, "<html>")]
    await turns(hub, leaving, 3)
    probes = len(arrived(axis))
    await turns(hub, leaving, 50)
    during = len(arrived(axis))
    axis.script["sendEdoc"] = [lambda *_: {**OK, "DocId": f"d{len(axis.calls)}"}]

    await turns(hub, leaving, 100)

    assert probes <= 2
    assert during == probes
    assert len({body for name, _, body in axis.calls if name == "sendEdoc"}) == 20


def test_a_pace_saves_up_two_seconds_and_never_more():
    at = [0.0]
    pace = Pace(120, lambda: at[0])

    first = pace.free()
    pace.spend(first)
    empty, wait = pace.free(), pace.seconds()
    at[0] = 1000.0

    assert (first, empty, wait, pace.free()) == (4, 0, 0.5, 4)


def test_what_went_beyond_the_pace_is_taken_from_the_time_to_come():
    at = [0.0]
    pace = Pace(60, lambda: at[0])

    pace.spend(100)
    at[0] = 2.9
    before = pace.free()
    at[0] = 3.1

    assert (before, pace.free()) == (0, 1)
