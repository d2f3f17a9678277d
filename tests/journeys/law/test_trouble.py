"""Stories in which something goes wrong on the way: a lost answer, a delivery refused at the door, a race, a hold."""

from __future__ import annotations

import asyncio

import pytest

from edxml.testing import make_package, make_status

pytestmark = pytest.mark.asyncio(loop_scope="module")

WHY = "Ban hành sai thẩm quyền"


@pytest.mark.parametrize("door", ["native", "sdk"])
async def test_a_recall_and_a_hand_over_at_the_same_moment_have_two_outcomes(town, audit, door):
    """law: R-145 R-153 HN Đ9.2: never exposed, or exposed and asked; sender, recipient and hub agree."""
    outcomes = set()
    for number in range(8):
        sender, recipient = await town.some(2)
        sent = await sender.sends(make_package(sender.code, recipient.code))
        take = recipient.takes_all if door == "native" else recipient.takes_by_sdk

        async def taking(take=take):
            try:
                return await take()
            except AssertionError:
                return []

        async def recalling(sender=sender, sent=sent, number=number):
            await asyncio.sleep(number * 0.004)
            return await sender.native.withdraw(sent.id, WHY, kind="recall")

        _, told = await asyncio.gather(taking(), recalling())
        await taking()
        copy = (await sender.copies(sent))[recipient.code]
        state = told["recipients"][0]["recall_state"]
        has = (await recipient.native.get(f"/packages/{sent.id}/content")).status
        outcomes.add(state)
        assert (state, copy["recall_state"], copy["status"], has, copy["exposed_at"] is not None) in {
            ("never_delivered", "never_delivered", "cancelled", 404, False),
            ("asked", "asked", "delivered", 200, True),
            ("asked", "asked", "available", 200, True),
        }
        types = [one["type"] for one in await sender.native.timeline(sent.id)]
        assert ("delivery.exposed" in types) == (state == "asked")
        await audit(sent)
    assert outcomes <= {"asked", "never_delivered"}


async def test_a_recipients_system_that_gives_it_back_as_unreadable(town, audit):
    """law: R-101 HN Đ10.2c: `fail` at the VXP door is a definite no; the sender is called, others are not touched."""
    sender, fails, other = await town.some(3)
    sent = await sender.sends_by_sdk(make_package(sender.code, (fails.code, other.code)))
    [item] = await fails.vxp.waiting()
    assert (await fails.vxp.do("updateStatus", item["docId"], "fail", description="Khong giai ma duoc")).ok
    assert (await other.takes()).data == sent.data
    await town.look()

    rows = {row["toCode"]: row for row in await sender.vxp.sent(docId=sent.id)}
    assert (rows[fails.code]["receiveStatus"], rows[other.code]["receiveStatus"]) == ("fail", "done")
    assert await fails.vxp.waiting() == []
    copies = await sender.copies(sent)
    assert (copies[fails.code]["status"], copies[other.code]["status"]) == ("failed", "delivered")
    assert await sender.alarms(sent) == ["paper_due"]
    assert await other.alarms(sent) == []
    shown = (await sender.native.get(f"/packages/{sent.id}/receipts")).expect()["receipts"]
    [statement] = [audit.verified(one["receipt"]) for one in shown if one["type"] == "delivery.failed"]
    assert (statement["recipient"], statement["sha256"]) == (fails.code, sent.read.sha256)

    delivery = copies[fails.code]["delivery_id"]
    assert (await town.operator("resend", delivery, "--reason", "Đã sửa phần mềm"))[0] == 0
    assert [data for _, data in await fails.takes_by_sdk()] == [sent.data]
    await town.look()
    assert (await sender.copies(sent))[fails.code]["status"] == "delivered"
    assert await sender.alarms(sent) == [], "nobody is called for paper that is not needed any more"
    await audit(sent)


async def test_the_answer_of_a_lease_is_lost_and_taken_again(town, audit):
    """law: R-101 HN Đ10.2c: the older holder is told, and acknowledges nothing."""
    sender, recipient = await town.some(2)
    sent = await sender.sends(make_package(sender.code, recipient.code))
    [item] = await recipient.native.inbox()
    lost = await recipient.native.lease(item["delivery_id"])
    fresh = await recipient.native.lease(item["delivery_id"])
    data = await recipient.native.content(sent.id)
    path = f"/inbox/{item['delivery_id']}/ack"

    old = await recipient.native.post(path, json={"lease": lost["lease"], "sha256": sent.answer["sha256"]})
    wrong = await recipient.native.post(path, json={"lease": fresh["lease"], "sha256": "0" * 64})
    first = await recipient.native.ack(item["delivery_id"], fresh["lease"], data)
    again = await recipient.native.ack(item["delivery_id"], fresh["lease"], data)

    assert (old.code, wrong.code) == ("lease_lost", "digest_mismatch")
    assert first == again
    assert audit.verified(first["receipt"])["event"] == "delivery.delivered"
    assert (await sender.copies(sent))[recipient.code]["status"] == "delivered"
    await audit(sent)


async def test_while_the_intake_is_stopped_nothing_is_taken_and_everything_is_handed_on(town, audit):
    """law: R-172 HN Đ7.1"""
    sender, recipient = await town.some(2)
    sent = await sender.sends(make_package(sender.code, recipient.code))
    data = make_package(sender.code, recipient.code)
    assert (await town.operator("intake", "stop", "--reason", "Bảo trì"))[0] == 0
    refused = await sender.native.offer(data)
    by_sdk = await sender.vxp.do("sendEdoc", data, sender.code)
    got = await recipient.takes()
    status = await recipient.native.say(got.delivery, "03")
    withdrawn = await sender.native.post(f"/packages/{sent.id}/withdraw", json={"reason": WHY})
    assert (await town.operator("intake", "start"))[0] == 0
    await recipient.says(got, "03", arrival_number="2")
    later = await sender.sends(data)

    assert (refused.code, by_sdk.code, status.code, withdrawn.code) == (
        "intake_stopped", "20", "intake_stopped", "intake_stopped",
    )  # fmt: skip
    assert got.data == sent.data
    assert (await sender.copies(sent))[recipient.code]["recall_state"] == "none", "a withdrawal is taken whole or not"
    assert (await recipient.takes()).data == later.data
    await audit(sent, later)


async def test_a_recall_of_what_was_answered_tells_both_sides(town, audit):
    """law: R-156: who has issued its answer already is named."""
    sender, recipient = await town.some(2)
    sent = await sender.sends(make_package(sender.code, recipient.code))
    got = await recipient.takes()
    await recipient.says(got, "03", arrival_number="5")
    said = {"organ_id": sender.code, "document_id": sent.answer["document_id"], "code": "", "date": ""}
    metadata = {"to": sender.code, "subject": "Trả lời công văn đã nhận", "number": "901", "answers": [said]}
    reply = await recipient.sends_files(metadata, ("tl.pdf", b"%PDF-1.4\n%%EOF"))

    told = await sender.native.withdraw(sent.id, WHY)

    assert told["recipients"][0]["replied_by"] == reply.id
    wanted = (await recipient.copies(sent))[recipient.code]["wanted"]
    assert (wanted["warnings"], wanted["reason"]) == (["already_replied"], WHY)
    assert (await recipient.takes()).item["kind"] == "recall"
    assert (await recipient.says_by_sdk(make_status("16", recipient.code, sent.read, "Đã trả lời"))).ok
    assert (await sender.copies(sent))[recipient.code]["recall_state"] == "refused"
    assert await recipient.native.content(sent.id) == sent.data
    await audit(sent, reply)
