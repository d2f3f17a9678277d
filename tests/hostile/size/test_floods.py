"""I-12, I-14: who floods the hub is told to wait, fills no book and no log, and delays nobody."""

from __future__ import annotations

import asyncio
import json
import time

import pytest
from actors import Office
from sqlalchemy import func, select

from agency_registry import edit
from hub.jobs import pruning
from hub.store import tables


@pytest.fixture
def sections():
    return {"listen": [{"port": 0, "doors": ["api", "vxp"]}], "limits": {"refusals_per_minute": 3}}


async def test_i_14_refusals_of_a_flood_are_counted_not_written(target, hub):
    sender, recipient = target.sender, target.recipient
    answers = [await sender.offer(b"<x/>") for _ in range(10)]
    other = await recipient.offer(b"<x/>")

    async def count(query):
        return await hub.db.read(lambda c: c.execute(query).scalar())

    rejected = select(func.count()).select_from(tables.packages).where(tables.packages.c.status == "rejected")
    assert {one.status for one in answers} == {422}
    assert [bool(one.json.get("instance")) for one in answers] == [True] * 3 + [False] * 7
    assert other.json["instance"], "another system's refusals are recorded as ever"
    assert await count(rejected) == 4
    assert await pruning.tell(hub) == 1
    assert await pruning.tell(hub) == 0
    detail = await count(select(tables.events.c.detail).where(tables.events.c.type == "alarm.raised"))
    assert json.loads(detail) == {"alarm": "refusals_not_recorded", "system": "snv", "count": "7"}


async def test_i_12_one_flooding_agency_delays_nobody(target, province, url):
    sender, recipient = target.sender, target.recipient
    province_limits = {"requests_per_second": 2}
    await province.change(lambda c: edit.change_system(c, sender.system_id, quotas=province_limits))
    await asyncio.gather(sender.sign_in(), recipient.sign_in())

    async def paced(count):
        taken = []
        for _ in range(count):
            began = time.perf_counter()
            assert (await recipient.get("/inbox")).status == 200
            taken.append(time.perf_counter() - began)
        return sorted(taken)

    stop = asyncio.Event()
    refused = 0

    async def flood(one):
        nonlocal refused
        while not stop.is_set():
            refused += (await one.get("/inbox")).status == 429

    await paced(50)
    alone = await paced(200)
    async with Office(url, sender.system_id, sender.secret) as second:
        second.token = sender.token
        floods = [asyncio.create_task(flood(one)) for one in (sender, second)]
        beside = await paced(200)
        stop.set()
        await asyncio.gather(*floods)

    assert refused > 200, "a flood of a hundred times its quota"
    # the flood's own client shares this process and its loop: each of its two calls at most stands in front of ours
    assert beside[197] < max(4 * alone[197], 0.1), (alone[197], beside[197])
    assert beside[100] < max(5 * alone[100], 0.05), (alone[100], beside[100])
    await province.change(lambda c: edit.change_system(c, sender.system_id, quotas={}))
