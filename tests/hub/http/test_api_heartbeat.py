"""Signs of life: what a system tells of itself, what the hub answers, and the silence that does not stay unnoticed."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from actors import Office

from hub import admin, clock
from hub.flow.watch import told
from hub.jobs.watch import Watchdog

BEAT = {
    "software": "truc-agent 1.0", "next_seconds": 60, "waiting_out": 3, "waiting_in": 1,
    "problems": [{"code": "office_down", "text": "Thư mục không ghi được"}],
}  # fmt: skip


@pytest.fixture
def sections():
    return {"listen": [{"port": 0, "doors": ["api"]}]}


@pytest.fixture
def hub(hub):
    hub.clock = clock.FakeClock(datetime(2026, 11, 23, 8, 0, tzinfo=clock.VIETNAM))
    return hub


@pytest.fixture
async def agent(offices):
    return offices[0]


async def standing(hub, kind: str) -> list[dict]:
    found = await told.operators(hub, after=0, limit=100)
    return [dict(one.detail) for one in found if one.kind == kind]


async def advance(hub, watchdog: Watchdog, office: Office, seconds: int) -> None:
    """Time goes on in steps that the watchdog looks at; tokens grow old meanwhile."""
    hub.clock.advance(timedelta(seconds=seconds))
    await watchdog.once()
    office.token = ""


async def test_a_heartbeat_is_kept_and_answered_with_the_hubs_time_and_registry(hub, agent):
    """law: R-094 HN Đ12.3"""
    now = hub.clock.now()

    said = (await agent.post("/heartbeat", json={"time": clock.local_text(now + timedelta(seconds=12)), **BEAT})).json

    assert said == {
        "time": clock.local_text(now), "clock_seconds": 12, "limit_seconds": 30,
        "registry_version": hub.directory.version, "maintenance": [],
    }  # fmt: skip
    shown = (await admin.answer(hub, "system.show", {"system_id": agent.system_id}))["result"]
    assert shown["clock_seconds"] == 12
    assert shown["software"] == "truc-agent 1.0"
    assert shown["heartbeat"] == {"waiting_out": 3, "waiting_in": 1, "problems": BEAT["problems"]}
    assert not shown["silent"]


async def test_a_clock_beyond_the_limit_is_told_and_over_when_it_is_right_again(hub, agent):
    """law: R-094 HN Đ12.3"""
    watchdog = Watchdog(hub)
    for ahead, stands in ((31, 1), (0, 0)):
        time = clock.local_text(hub.clock.now() + timedelta(seconds=ahead))
        (await agent.post("/heartbeat", json={"time": time})).expect(200)
        await advance(hub, watchdog, agent, 60)

        assert len(await standing(hub, "clock_differs")) == stands


async def test_silence_is_told_once_and_over_when_the_system_is_heard(hub, agent):
    """law: R-175 HN Đ20.3c"""
    watchdog = Watchdog(hub)
    (await agent.post("/heartbeat", json=BEAT)).expect(200)
    await advance(hub, watchdog, agent, 175)
    assert await standing(hub, "agent_silent") == []

    for _ in range(3):
        await advance(hub, watchdog, agent, 70)
    [alarm] = await standing(hub, "agent_silent")

    assert alarm["system"] == agent.system_id
    assert (await admin.answer(hub, "system.show", {"system_id": agent.system_id}))["result"]["silent"]
    (await agent.post("/heartbeat", json=BEAT)).expect(200)
    assert await standing(hub, "agent_silent") == []


async def test_nobody_is_silent_while_the_hub_itself_was_away_and_a_suspended_system_may_be(hub, agent):
    (await agent.post("/heartbeat", json=BEAT)).expect(200)
    hub.clock.advance(timedelta(hours=5))
    watchdog = Watchdog(hub)
    await watchdog.once()
    assert await standing(hub, "agent_silent") == []
    await advance(hub, watchdog, agent, 200)
    assert len(await standing(hub, "agent_silent")) == 1

    await admin.answer(hub, "system.suspend", {"system_id": agent.system_id})
    await advance(hub, watchdog, agent, 61)

    assert await standing(hub, "agent_silent") == []


async def test_a_system_that_never_gave_a_heartbeat_is_not_missed(hub, agent):
    watchdog = Watchdog(hub)
    await agent.sign_in()
    await advance(hub, watchdog, agent, 86_400)

    assert await standing(hub, "agent_silent") == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"next_seconds": 0}, {"time": "yesterday"}, {"problems": [{"code": "x"}] * 21}, {"software": "a\nb"},
        {"waiting_in": -1}, {"subject": "x"}, [],
    ],
)  # fmt: skip
async def test_a_wrong_heartbeat_is_a_named_fault(agent, wrong):
    assert (await agent.post("/heartbeat", json=wrong)).code == "schema_invalid"
