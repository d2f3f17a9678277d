"""Urgent ones overtake at every door; the hour of level 4; a recall is at least urgent."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from edxml.testing import make_package, plain_pdf
from hub import clock

pytestmark = pytest.mark.asyncio(loop_scope="module")

WAITING = 40
ALARM = "Công điện phòng chống bão số 9 trên địa bàn tỉnh"


@pytest.fixture(scope="module")
def begins() -> datetime:
    return datetime(2026, 11, 23, 8, 0, tzinfo=clock.VIETNAM)


async def test_an_express_document_behind_many_goes_next_at_both_doors(town, audit):
    """law: R-085 NĐ30 Đ4.2c, R-157"""
    sender, native, by_sdk = await town.some(3)
    to = (native.code, by_sdk.code)
    many = [await sender.sends(make_package(sender.code, to)) for _ in range(WAITING)]
    taken = await native.takes()
    levels = {level: await sender.sends(make_package(sender.code, to, priority=level)) for level in (1, 3, 2)}
    told = await sender.native.withdraw(many[0].id, "Ban hành sai", kind="recall", recipients=[native.code])

    first = await native.native.inbox(limit="5")
    listed = await by_sdk.vxp.waiting()
    [code, *_] = (await native.truc("inbox", "--limit", "1"))[1]["items"]

    assert taken.item["package_id"] == many[0].id
    assert told["recipients"][0]["recall_state"] == "asked"
    wanted = [levels[3].id, levels[2].id, levels[1].id]
    assert [one["package_id"] for one in first[:3]] == wanted
    assert (first[3]["kind"], first[3]["urgency"]) == ("recall", 1)
    assert first[4]["package_id"] == many[1].id
    assert code["package_id"] == levels[3].id
    for item, sent in zip(listed, (levels[3], levels[2], levels[1], many[0]), strict=False):
        reply, data = await by_sdk.vxp.do("getEdoc", item["docId"])
        assert reply.ok
        assert data == sent.data
    assert len(await native.takes_all()) == WAITING - 1 + 4, "and none of the others waits for ever"
    await audit(*levels.values(), many[0], many[-1])


async def test_the_hour_of_level_4_calls_both_sides_before_it_and_the_operator_at_it(town, audit):
    """law: R-086"""
    sender, sleeps, opens = await town.some(3)
    await town.wait_until("2026-11-23T14:00")
    said = {
        "to": [sleeps.code, opens.code], "subject": ALARM, "number": "9", "notation": "CĐ-UBND",
        "date": date(2026, 11, 23).isoformat(), "urgency": 4, "hour_at": "2026-11-23T15:00:00+07:00",
    }  # fmt: skip
    sent = await sender.sends_files(said, ("cd.pdf", plain_pdf(2000)))
    await opens.takes()

    seen = {}
    for moment in ("14:29", "14:30", "14:50", "15:00"):
        await town.wait_until(f"2026-11-23T{moment}")
        await town.look()
        every = [await party.alarms(sent) for party in (sender, sleeps, opens)]
        every.insert(0, await town.operator_alarms(sent))
        seen[moment] = [one.count("hour_near") for one in every]

    assert seen == {"14:29": [0, 0, 0, 0], "14:30": [0, 1, 1, 0], "14:50": [0, 2, 2, 0], "15:00": [1, 3, 3, 0]}
    [item] = await sleeps.native.inbox()
    await town.wait(timedelta(minutes=1))
    got = await sleeps.takes()
    await town.look()
    assert item["urgency"] == 4
    assert (await sender.alarms(sent)).count("hour_near") == 0, "opened at last"
    assert (await sender.copies(sent))[got.item["recipient"]]["status"] == "delivered"
    await audit(sent)
