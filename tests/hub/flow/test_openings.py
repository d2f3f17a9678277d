"""Who opens the inbox too seldom on a working day."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from hub import admin, clock
from hub.flow import items, pickup
from hub.jobs import calls as job

MONDAY, SUNDAY = "2026-11-23", "2026-11-22"


@pytest.fixture
def hub(hub):
    hub.clock = clock.FakeClock(datetime(2026, 11, 23, 8, 0, tzinfo=clock.VIETNAM))
    return hub


@pytest.fixture
async def systems(province):
    """One that fetches by itself, one by the other door, one that is told at once, one that is suspended."""
    codes = [f"000.00.0{number}.H99" for number in range(1, 5)]
    await province.agencies(*codes)
    await province.system("sends-only", codes[0])
    await province.system("vxp", codes[1])
    await province.system("told", codes[2], connector="push")
    await province.system("idle", codes[3], state="suspended")
    return province.hub.directory


async def report(hub, day: str) -> dict[str, int]:
    answer = await admin.answer(hub, "report.openings", {"day": day})
    return {one["system_id"]: one["times"] for one in answer["result"]["agencies"]}


async def test_an_agency_whose_system_looks_fewer_than_two_times_is_in_the_report(hub, systems):
    """law: R-099 TT Đ7.1"""
    assert await report(hub, MONDAY) == {"sends-only": 0, "vxp": 0}

    for _ in range(30):  # ten minutes of asking again and again are one opening
        await pickup.inbox(hub, systems.system("sends-only"), limit=1)
        await items.received(hub, systems.system("vxp"), "edoc")
        hub.clock.advance(timedelta(seconds=15))
    assert await report(hub, MONDAY) == {"sends-only": 1, "vxp": 1}

    hub.clock.advance(timedelta(hours=6))
    await pickup.inbox(hub, systems.system("sends-only"), limit=1)
    assert await report(hub, MONDAY) == {"vxp": 1}


async def test_nobody_needs_to_look_on_a_day_off(hub, systems):
    assert await report(hub, SUNDAY) == {}


async def test_what_is_counted_is_of_its_own_day_in_vietnam_and_has_an_end(hub, systems):
    hub.clock = clock.FakeClock(datetime(2026, 11, 22, 16, 59, 59, tzinfo=clock.UTC))
    await pickup.inbox(hub, systems.system("sends-only"), limit=1)
    hub.clock.advance(timedelta(seconds=1))
    await pickup.inbox(hub, systems.system("vxp"), limit=1)

    assert await report(hub, MONDAY) == {"sends-only": 0, "vxp": 1}
    hub.clock.advance(timedelta(days=500))
    await job.prune(hub, set())
    assert await report(hub, MONDAY) == {"sends-only": 0, "vxp": 0}


async def test_a_day_that_is_none_is_told(hub):
    assert (await admin.answer(hub, "report.openings", {"day": "yesterday"}))["error"]["code"] == "usage"
