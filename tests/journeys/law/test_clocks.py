"""Legal times and alarms with a replaced clock, from the last Friday before Tết on: the right people, nobody else."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta

import pytest

from edxml import reader
from edxml.testing import make_package, plain_pdf
from hub import clock

pytestmark = pytest.mark.asyncio(loop_scope="module")

NOBODY: list[str] = []


@pytest.fixture(scope="module")
def begins() -> datetime:
    return datetime(2026, 2, 13, 8, 0, tzinfo=clock.VIETNAM)  # Friday; Tết is off from 14 to 22 February


def package(sender, *to: str, **more) -> bytes:
    return make_package(sender.code, to, issued_on=date(2026, 2, 13), **more)


async def heard(town, sent, *parties) -> list[list[str]]:
    """Open alarms about a document: the operator's, then each party's."""
    await town.look()
    return [await town.operator_alarms(sent), *[await party.alarms(sent) for party in parties]]


async def test_1_not_confirmed_calls_the_operator_the_clerk_and_proposes_paper(town, audit):
    """law: R-101 HN Đ10.2c, R-111 BD Đ3.3"""
    sender, silent, prompt = await town.some(3)
    sent = await sender.sends_by_sdk(package(sender, silent.code, prompt.code))
    got = await prompt.takes()
    await prompt.says(got, "03", arrival_number="1")
    await sender.takes_by_sdk("status")

    seen = {}
    for moment in ("09:59", "10:00", "11:30", "17:30"):
        await town.wait_until(f"2026-02-13T{moment}")
        seen[moment] = await heard(town, sent, sender, silent, prompt)
    told = [reader.read(data).status for _, data in await sender.takes_by_sdk("status")]
    late = await silent.takes()
    after = await heard(town, sent, sender, silent, prompt)

    assert seen == {
        "09:59": [NOBODY] * 4,
        "10:00": [["not_confirmed"], NOBODY, NOBODY, NOBODY],
        "11:30": [["not_confirmed"], ["not_confirmed"], NOBODY, NOBODY],
        "17:30": [["not_confirmed"], ["not_confirmed", "paper_due"], NOBODY, NOBODY],
    }
    assert {(one.sender.organ_id, one.code) for one in told} == {("000.00.00.H99", "01")}
    assert ["chưa xác nhận" in one.description for one in told] == [True, True]
    assert all(silent.code in one.description and prompt.code not in one.description for one in told)
    assert after == [NOBODY] * 4, "over when its reason is gone"
    assert late.data == sent.data
    await audit(sent)


async def test_2_received_after_hours_before_tet_counts_on_the_day_after(town, audit):
    """law: R-090 R-091 HN Đ12.2, R-096 R-097 HN Đ9.1a"""
    sender, forgets, accepts, knows = await town.some(4)
    to = [forgets.code, accepts.code, {"code": knows.code, "role": "know"}]
    said = {"to": to, "subject": "Báo cáo tình hình trực Tết", "number": "77", "date": "2026-02-13"}
    await town.wait_until("2026-02-13T17:31")
    sent = await sender.sends_files(said, ("a.pdf", plain_pdf(1000)))
    got = [await party.takes() for party in (forgets, accepts, knows)]
    await town.wait_until("2026-02-23T07:45")
    await accepts.says(got[1], "03", arrival_number="1")
    morning = await heard(town, sent, sender, forgets, accepts, knows)
    await town.wait_until("2026-02-23T16:30")
    closing = await heard(town, sent, sender, forgets, accepts, knows)
    await town.wait_until("2026-02-23T17:30")
    over = await heard(town, sent, sender, forgets, accepts, knows)

    receipt = audit.handed_over(got[0])
    assert receipt["at"].startswith("2026-02-13T17:31:00")
    legal = ("2026-02-23T07:30:00+07:00", "2026-02-23T17:30:00+07:00")
    assert (receipt["received_legal"], receipt["accept_by"]) == legal
    copy = (await sender.copies(sent))[forgets.code]
    assert (copy["received_at"], copy["received_legal"], copy["accept_by"]) == ("2026-02-13T17:31:00+07:00", *legal)
    assert morning == [NOBODY] * 5
    assert closing == [NOBODY, NOBODY, ["closing"], NOBODY, NOBODY]
    assert over == [NOBODY, ["not_accepted"], ["not_accepted"], NOBODY, NOBODY]
    code, answer = await town.operator("calendar", "legal", "2026-02-13T17:31")
    assert (code, answer["received_legal"], answer["accept_by"]) == (0, *legal)
    await audit(sent)


async def test_3_an_urgent_one_is_called_for_in_the_evening_too(town, audit):
    """law: R-084 NĐ30 Đ4.2c, R-101 HN Đ10.2c"""
    sender, sleeps, opens = await town.some(3)
    await town.wait_until("2026-02-23T21:00")
    sent = await sender.sends(package(sender, sleeps.code, opens.code, priority=3))
    got = await opens.takes()
    await opens.says(got, "01")
    await town.wait(timedelta(minutes=14))
    before = await heard(town, sent, sender, sleeps, opens)
    await town.wait(timedelta(minutes=1))
    at_once = await heard(town, sent, sender, sleeps, opens)
    alarms = (await sleeps.native.get("/alarms")).json["items"]

    assert before == [NOBODY, NOBODY, ["urgent_after_hours"], ["urgent_after_hours"]]
    assert at_once[:2] == [["not_confirmed"], ["not_confirmed"]]
    assert at_once[2:] == [["urgent_after_hours", "urgent_unopened"], ["urgent_after_hours"]]
    assert all(sender.code in json.dumps(one) for one in alarms)
    assert opens.code not in json.dumps(alarms), "a recipient reads nothing of the others"
    await audit(sent)


async def test_4_a_recalled_copy_that_is_not_destroyed(town, audit):
    """law: R-146 HN Đ9.2"""
    sender, slow, quick = await town.some(3)
    await town.wait_until("2026-02-24T09:00")
    sent = await sender.sends(package(sender, slow.code, quick.code))
    for party in (slow, quick):
        await party.says(await party.takes(), "03", arrival_number="2")
    await sender.native.withdraw(sent.id, "Ban hành sai", kind="recall")
    recalls = [await party.takes() for party in (slow, quick)]
    await slow.says(recalls[0], "15")
    await quick.says(recalls[1], "15", destroyed=True)
    due = (await sender.copies(sent))[slow.code]["wanted"]["destroy_by"]
    await town.wait_until("2026-02-25T17:29")
    before = await heard(town, sent, sender, slow, quick)
    await town.wait_until("2026-02-25T17:30")
    after = await heard(town, sent, sender, slow, quick)
    await slow.says(recalls[0], "15", destroyed=True, description="Đã hủy")
    done = await heard(town, sent, sender, slow, quick)

    assert due == "2026-02-25T17:30:00+07:00", "one working day"
    assert before == [NOBODY] * 4
    assert after == [["not_destroyed"], ["not_destroyed"], ["not_destroyed"], NOBODY], "to agree is not to destroy"
    assert done == [NOBODY] * 4
    assert (await sender.sees(sent))["status"] == "erased"
    await audit(sent)


async def test_5_the_end_is_a_signed_statement_of_non_delivery(town, audit):
    """law: R-101 HN Đ10.2c, R-111 HN Đ6.2: verified offline; a later receipt still beats it."""
    sender, never, fetched = await town.some(3)
    await town.wait_until("2026-02-26T08:00")
    sent = await sender.sends(package(sender, never.code, fetched.code))
    [item] = await fetched.native.inbox()
    lease = await fetched.native.lease(item["delivery_id"])
    data = await fetched.native.content(sent.id)
    await town.wait(timedelta(days=30))
    await town.look()
    copies = await sender.copies(sent)
    shown = (await sender.native.get(f"/packages/{sent.id}/receipts")).expect()["receipts"]
    ends = {one["recipient"]: audit.verified(one["receipt"]) for one in shown if one["type"] == "delivery.failed"}
    alarms = [await party.alarms(sent) for party in (sender, never, fetched)]

    assert {one["status"] for one in copies.values()} == {"failed"}
    assert {code: one["reason_code"] for code, one in ends.items()} == {
        never.code: "not_fetched", fetched.code: "not_confirmed",
    }  # fmt: skip
    for said in ends.values():
        assert (said["sha256"], said["document_id"]) == (sent.answer["sha256"], sent.answer["document_id"])
        assert (said["since"], said["until"]) == ("2026-02-26T08:00:00+07:00", "2026-03-28T08:00:00+07:00")
    assert (ends[never.code]["attempts"], ends[never.code]["tried"]) == (0, [])
    assert [one["outcome"] for one in ends[fetched.code]["tried"]] == ["fetched"]
    assert alarms == [["paper_due", "paper_due"], NOBODY, NOBODY]
    assert await never.native.inbox() == []

    receipt = (await fetched.native.ack(item["delivery_id"], lease["lease"], data))["receipt"]
    assert audit.verified(receipt)["event"] == "delivery.delivered"
    assert (await sender.copies(sent))[fetched.code]["status"] == "delivered"
    await audit(sent)


async def test_6_the_day_of_a_saved_list_begins_at_midnight_in_vietnam(town, audit):
    """law: R-094 HN Đ12.3, R-108 BD Đ4.2: half an hour after midnight a new agency is no longer to come."""
    await town.wait_until("2026-03-30T00:30")
    sender, begins = await town.party(), await town.party("Xã mới", valid_from=date(2026, 3, 30))
    kept = await sender.native.call("PUT", "/groups/A", json={"members": [begins.code]})

    sent = await sender.sends_files(
        {"to": {"group": "A"}, "subject": "Chúc mừng ngày đầu hoạt động", "number": "1"}, ("a.pdf", plain_pdf(1000))
    )

    assert [one["state"] for one in kept.expect(201)["members"]] == ["active"]
    assert [one["recipient"] for one in sent.answer["deliveries"]] == [begins.code]
    await begins.takes()
    await audit(sent)
