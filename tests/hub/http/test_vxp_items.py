"""What waits, what became of what was sent: lists, counts and updateStatus at the VXP door."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
import vxp_client
from sqlalchemy import func, select

from edxml.testing import make_package
from hub import clock
from hub.clock import FakeClock
from hub.store import tables

SENDER, RECIPIENT = "000.00.01.H99", "000.00.02.H99"
ABSENT = "11111111-2222-4333-8444-555555555555"


async def in_thread(work, *args):
    return await asyncio.to_thread(work, *args)


async def stored(hub, what) -> int:
    return await hub.db.read(lambda connection: connection.execute(select(func.count()).select_from(what)).scalar())


async def test_thirty_five_agencies_of_one_system_are_one_item(snv, province):
    codes = [f"000.{number:02d}.04.H99" for number in range(1, 36)]
    await province.agencies(*codes)
    centre = await province.system("centre", codes)

    sent = await snv.do("sendEdoc", make_package(to=codes), SENDER)
    [item] = await centre.waiting()
    before = await snv.sent()
    await centre.do("updateStatus", item["docId"], "done")
    after = await snv.sent(docId=sent.json["DocId"])

    assert item["to"].split(",") == codes
    assert await stored(snv.hub, tables.deliveries) == 35
    assert [row["toCode"] for row in before] == codes
    assert {row["receiverDocId"] for row in before} == {item["docId"]}
    assert {row["receiveStatus"] for row in before} == {"initial"}
    assert {row["receiveStatus"] for row in after} == {"done"}
    assert all(row["receivedTime"] for row in after)


async def test_an_item_for_each_agency_if_the_system_is_set_so(snv, province):
    codes = ["000.01.04.H99", "000.02.04.H99"]
    await province.agencies(*codes)
    centre = await province.system("centre", codes, item_per_agency=True)

    await snv.do("sendEdoc", make_package(to=codes), SENDER)

    assert sorted(item["to"] for item in await centre.waiting()) == codes


async def test_one_unknown_recipient_does_not_stop_the_others(snv, stc):
    sent = await snv.do("sendEdoc", make_package(to=(RECIPIENT, "000.00.77.H99")), SENDER)
    by_code = {row["toCode"]: row for row in await snv.sent()}

    assert sent.ok
    assert by_code[RECIPIENT]["sendStatus"] == "done"
    assert by_code["000.00.77.H99"]["sendStatus"] == "fail"
    assert "Không tìm thấy mã định danh" in by_code["000.00.77.H99"]["sendStatusDesc"]


async def test_update_status_may_be_said_again(snv, stc):
    await snv.do("sendEdoc", make_package(), SENDER)
    [item] = await stc.waiting()

    answers = [
        await stc.do("updateStatus", item["docId"], word) for word in ("processing", "processing", "DONE", "done")
    ]
    by_other_name = await stc.do("updateStatus", item["docId"], "done", key="docid")
    fetched, _ = await stc.do("getEdoc", item["docId"])

    assert all(answer.ok for answer in answers)
    assert by_other_name.ok
    assert fetched.ok, "getEdoc works after done"


async def test_fail_is_told_to_the_sender_with_its_reason(snv, stc):
    await snv.do("sendEdoc", make_package(), SENDER)
    [item] = await stc.waiting()

    reply = await stc.do("updateStatus", item["docId"], "fail", description="tep hong")
    [row] = await snv.sent()

    assert reply.ok
    assert (row["receiveStatus"], row["receiveStatusDesc"]) == ("fail", "tep hong")


async def test_an_unknown_word_fails_with_21(snv, stc):
    await snv.do("sendEdoc", make_package(), SENDER)
    [item] = await stc.waiting()

    reply = await stc.do("updateStatus", item["docId"], "finished")

    assert reply.code == "21"
    assert "finished" in reply.why
    assert (await stc.waiting())[0]["status"] == "initial"


async def test_a_foreign_item_answers_exactly_as_one_that_does_not_exist(snv, stc, province):
    await province.agencies("000.00.03.H99")
    stranger = await province.system("stp", "000.00.03.H99")
    sent = await snv.do("sendEdoc", make_package(), SENDER)
    [item] = await stc.waiting()

    for doc_id in (item["docId"], sent.json["DocId"]):
        foreign, data = await stranger.do("getEdoc", doc_id)
        absent, _ = await stranger.do("getEdoc", ABSENT)
        assert foreign.body == absent.body
        assert (foreign.code, data) == ("21", b"")
        foreign = await stranger.do("updateStatus", doc_id, "done")
        absent = await stranger.do("updateStatus", ABSENT, "done")
        assert foreign.body == absent.body
        foreign = await stranger.do("downloadEdoc", doc_id)
        absent = await stranger.do("downloadEdoc", ABSENT)
        assert (foreign.body, foreign.http_status) == (absent.body, absent.http_status) == (b"", 404)
        assert await stranger.sent(docId=doc_id) == []
    assert await stranger.waiting() == []
    assert (await stranger.do("countReceiveEdoc")).json["count"] == 0
    assert len(await stc.waiting()) == 1


async def test_a_foreign_docid_narrows_nothing(snv, stc):
    await snv.do("sendEdoc", make_package(), SENDER)
    theirs = await stc.do("sendEdoc", make_package(RECIPIENT, SENDER), RECIPIENT)
    mine = await snv.do("sendEdoc", make_package(), SENDER)

    assert len(await snv.sent(docId=theirs.json["DocId"])) == 2
    assert len(await snv.sent(docId=ABSENT)) == 2
    assert len(await snv.sent(docId=mine.json["DocId"])) == 1


async def test_a_missing_docid_is_named(stc):
    reply = vxp_client.read(await in_thread(stc.sdk().knobstick.call, "getEdoc", {}, b"{}"), "data")

    assert reply.code == "21"
    assert "docId" in reply.why


@pytest.mark.parametrize(
    "form", ["%d/%m/%Y %H:%M:%S", "%Y/%m/%d", "%Y-%m-%dT%H:%M:%S+07:00", "%d/%m/%Y", "%Y/%m/%d %H:%M:%S"]
)
async def test_date_filters_in_every_form(snv, stc, form):
    now = clock.local(snv.hub.clock.now())
    yesterday, tomorrow = ((now + timedelta(days=days)).strftime(form) for days in (-1, 1))
    await snv.do("sendEdoc", make_package(), SENDER)

    for kept in ({"fromDate": yesterday}, {"toDate": tomorrow}, {"fromDate": yesterday, "toDate": tomorrow}):
        assert len(await stc.waiting(**kept)) == 1
        assert len(await snv.sent(**kept)) == 1
    for left_out in ({"fromDate": tomorrow}, {"toDate": yesterday}):
        assert await stc.waiting(**left_out) == []
        assert await snv.sent(**left_out) == []


@pytest.mark.parametrize(
    "text", ["29/02/2023 00:00:00", "hom nay", "0", "9999999999999", "31/12/9999 23:59:59", "01/01/0001"]
)
async def test_a_date_that_cannot_be_read_is_no_error(snv, stc, text):
    await snv.do("sendEdoc", make_package(), SENDER)

    assert (await stc.do("getReceivedEdocList", fromDate="x", toDate=text)).ok
    assert (await snv.do("getSentEdocList", fromDate=text)).ok


async def test_times_are_shown_as_the_filters_are_written(snv, stc):
    snv.hub.clock = FakeClock(clock.from_text("2026-11-21T02:15:00+07:00"))
    await snv.do("sendEdoc", make_package(), SENDER)

    [item] = await stc.waiting()
    [row] = await snv.sent()

    assert item["created_time"] == row["sentTime"] == "21/11/2026 02:15:00"
    assert row["receivedTime"] == ""


async def test_counts_tell_more_than_one_list_offers(snv, stc):
    limited = snv.hub.settings.vxp.model_copy(update={"list_limit": 2})
    snv.hub.settings = snv.hub.settings.model_copy(update={"vxp": limited})
    for _ in range(3):
        await snv.do("sendEdoc", make_package(size=500), SENDER)

    first, second = await stc.waiting(), await stc.waiting()

    assert (len(first), len(second)) == (2, 2)
    assert len({item["docId"] for item in first + second}) == 3, "the one left out comes next"
    assert (await stc.do("countReceiveEdoc")).json["count"] == 3
