"""Quotas at both doors: a system that floods is told to wait, and nobody else notices."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from agency_registry import edit
from edxml.testing import make_package
from hub.clock import FakeClock
from hub.jobs import pruning
from hub.store import tables

SENDER, RECIPIENT = "000.00.01.H99", "000.00.02.H99"


@pytest.fixture
def sections():
    return {
        "listen": [{"port": 0, "doors": ["api", "vxp"]}],
        "vxp": {"timestamp_days": 90},
    }


async def quota(province, system_id, **more):
    await province.change(lambda c: edit.change_system(c, system_id, quotas=more))


async def test_calls_beyond_the_quota_are_told_when_to_come_again(offices, province):
    sender, recipient, _ = offices
    await quota(province, "sender", requests_per_second=1)
    for _ in range(10):
        assert (await sender.get("/inbox")).status == 200

    refused = await sender.get("/inbox")

    assert (refused.status, refused.code) == (429, "rate_limited")
    assert refused.headers["retry-after"] == "1"
    assert refused.headers["ratelimit-policy"] == '"requests_per_second";q=10;w=10'
    assert refused.headers["ratelimit"] == '"requests_per_second";r=0;t=1'
    assert (await recipient.get("/inbox")).status == 200


async def test_packages_have_a_quota_of_their_own(offices, province):
    sender, recipient, _ = offices
    await quota(province, "sender", packages_per_minute=2)
    for _ in range(2):
        await sender.send(make_package(SENDER, RECIPIENT))

    refused = await sender.offer(make_package(SENDER, RECIPIENT))

    assert (refused.status, refused.code) == (429, "rate_limited")
    assert 1 <= int(refused.headers["retry-after"]) <= 30
    assert (await recipient.offer(make_package(RECIPIENT, SENDER))).status == 201


async def test_bytes_have_a_quota_of_their_own(offices, province):
    sender, recipient, _ = offices
    await quota(province, "sender", bytes_per_day=1000)

    first = await sender.offer(make_package(SENDER, RECIPIENT))
    second = await sender.offer(make_package(SENDER, RECIPIENT))

    assert first.status == 201, "one package may be larger than a day; the day is then used up"
    assert (second.status, "bytes_per_day" in second.json["detail"]) == (429, True)
    assert (await sender.get("/inbox")).status == 200
    assert (await recipient.offer(make_package(RECIPIENT, SENDER))).status == 201


async def test_bytes_nobody_announced_are_counted_too(offices, province):
    sender, _, _ = offices
    await quota(province, "sender", bytes_per_day=100)

    async def pieces(data):
        yield data

    xml = {"Content-Type": "application/xml"}
    first = await sender.post("/packages", data=pieces(make_package(SENDER, RECIPIENT)), headers=xml)
    second = await sender.post("/packages", data=pieces(make_package(SENDER, RECIPIENT)), headers=xml)

    assert (first.status, second.status) == (201, 429)


async def test_the_vxp_door_says_it_in_its_own_words(snv, stc, province):
    await quota(province, "snv", packages_per_minute=1)
    first = await snv.do("sendEdoc", make_package(SENDER, RECIPIENT), SENDER)
    second = await snv.do("sendEdoc", make_package(SENDER, RECIPIENT), SENDER)
    await quota(province, "snv", requests_per_second=1)
    listed = [await snv.do("getReceivedEdocList") for _ in range(20)]

    assert first.ok
    assert (second.code, second.json["DocId"]) == ("20", "")
    assert "packages_per_minute" in second.why
    assert {one.code for one in listed} == {"0", "20"}
    assert (await stc.do("getReceivedEdocList")).ok


async def test_clock_values_nobody_uses_are_forgotten(snv, province, hub):
    clock = hub.clock = FakeClock(hub.clock.now())
    used, idle = snv.sdk(timestamp="used"), snv.sdk(timestamp="idle")
    await snv.do("getReceivedEdocList", sdk=used)
    await snv.do("getReceivedEdocList", sdk=idle)
    clock.advance(timedelta(days=60))
    await snv.do("getReceivedEdocList", sdk=used)
    clock.advance(timedelta(days=60))

    assert (await pruning.prune(hub))[1] == 1
    kept = await hub.db.read(lambda c: c.execute(select(tables.vxp_clocks.c.timestamp)).scalars().all())
    assert kept == ["used"]
