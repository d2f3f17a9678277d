"""Alarms at the native door: each party hears its own and nothing of the other side's."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from edxml.testing import make_package
from hub import clock
from hub.flow.watch import turns

SENDER, RECIPIENT, STRANGER = "000.00.01.H99", "000.00.02.H99", "000.00.03.H99"


@pytest.fixture
def sections():
    return {"listen": [{"port": 0, "doors": ["api"]}]}


@pytest.fixture
def hub(hub):
    hub.clock = clock.FakeClock(datetime(2026, 11, 23, 8, 0, tzinfo=clock.VIETNAM))
    return hub


async def kinds(office, **query) -> list[str]:
    page = (await office.get("/alarms", params={"limit": "100", **query})).expect()
    return sorted(f"{one['kind']}/{one['audience']}" for one in page["items"])


async def feed(office) -> list[str]:
    page = (await office.get("/events", params={"limit": "200"})).expect()
    told = [one["detail"] for one in page["items"] if one["type"] == "alarm.raised"]
    return sorted(f"{one['alarm']}/{one['audience']}" for one in told)


async def test_sender_and_recipient_hear_their_own_alarms_in_list_feed_and_timeline(hub, offices):
    """law: R-084 HN Đ7.2, R-101 HN Đ10.2c."""
    sender, recipient, _ = offices
    sent = await sender.send(make_package(SENDER, (RECIPIENT, STRANGER), priority=3))
    hub.clock.advance(timedelta(minutes=20))
    for office in offices:
        await office.sign_in()
    await turns.turn(hub, 100)

    assert await kinds(sender) == await feed(sender) == ["not_confirmed/sender"] * 2
    assert await kinds(recipient) == await feed(recipient) == ["urgent_unopened/recipient"]
    timeline = (await recipient.get(f"/packages/{sent['package_id']}/timeline")).json["events"]
    assert [one["detail"]["audience"] for one in timeline if one["type"] == "alarm.raised"] == ["recipient"]
    [mine] = (await recipient.get("/alarms")).json["items"]
    assert (mine["organ_id"], mine["recipient"], mine["due_at"]) == (RECIPIENT, RECIPIENT, "2026-11-23T08:15:00+07:00")
    assert STRANGER not in str(mine)  # law: R-142 HN Đ12.1

    await recipient.receive()
    await hub.db.write(
        lambda connection: connection.exec_driver_sql(
            "UPDATE deliveries SET watch_at = created_at WHERE recipient = ?", (RECIPIENT,)
        )
    )
    await turns.turn(hub, 100)

    assert await kinds(recipient) == []
    assert await kinds(recipient, open="false") == ["urgent_unopened/recipient"]
    assert await kinds(sender) == ["not_confirmed/sender"]


async def test_pages_go_on_behind_the_last_number(hub, offices):
    sender, *_ = offices
    for _ in range(3):
        await sender.send(make_package(SENDER, RECIPIENT, priority=3))
    hub.clock.advance(timedelta(minutes=20))
    await sender.sign_in()
    await turns.turn(hub, 100)

    first = (await sender.get("/alarms", params={"limit": "2"})).expect()
    rest = (await sender.get("/alarms", params={"limit": "2", "cursor": first["next"]})).expect()

    assert (len(first["items"]), len(rest["items"]), rest["next"]) == (2, 1, None)
    assert first["items"][0]["title"] == "Hệ thống nơi nhận chưa xác nhận văn bản đúng hạn"
