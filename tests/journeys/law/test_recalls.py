"""Recall type 1: in the queue, and after the hand-over down to the tombstone, by every door."""

from __future__ import annotations

import pytest
from patience import until

from edxml import reader
from edxml.codes import BusinessType
from edxml.testing import make_package, make_status
from hub.store import endpoints

from .town import DOWN

pytestmark = pytest.mark.asyncio(loop_scope="module")

WHY = "Ban hành sai thẩm quyền"


async def test_in_the_queue_it_is_never_delivered_and_nobody_is_bothered(town, audit):
    """law: R-153: also for a recipient whose connector is down."""
    sender, fetching, by_sdk = await town.some(3)
    pushed = await town.system(await town.agency(), connector="vxp", settings=DOWN)
    sent = await sender.sends(make_package(sender.code, (fetching.code, by_sdk.code, pushed.code)))

    await sender.native.until(sent.id, pushed.code, "queued")
    await until(lambda: tried(town, pushed))

    told = await sender.native.withdraw(sent.id, WHY, kind="recall")

    assert {one["recipient"]: one["recall_state"] for one in told["recipients"]} == {
        fetching.code: "never_delivered", by_sdk.code: "never_delivered", pushed.code: "never_delivered",
    }  # fmt: skip
    assert await fetching.native.inbox() == await by_sdk.vxp.waiting() == []
    for party in (fetching, pushed):
        heard = await party.native.get(f"/packages/{sent.id}/content")
        assert (heard.status, heard.code) == (404, "not_found")
    copies = await sender.copies(sent)
    assert {(one["status"], one["wanted"]["reason"]) for one in copies.values()} == {("cancelled", WHY)}
    await audit(sent)


async def tried(town, party) -> bool:
    """Whether the hub has called the party's system in vain, and rests before it calls again."""
    found = await town.hub.db.read(endpoints.all_of)
    return party.native.system_id in found and found[party.native.system_id].failures > 0


@pytest.mark.parametrize("answers", ["native", "sdk", "command"])
async def test_after_the_hand_over_it_is_asked_agreed_destroyed_and_a_tombstone_stays(town, audit, answers):
    """law: R-145 R-146 HN Đ9.2, R-151 NĐ30 PL VI, R-152, R-157"""
    sender, recipient = await town.some(2)
    sent = await sender.sends(make_package(sender.code, recipient.code))
    got = await recipient.takes()
    await recipient.says(got, "03", arrival_number="31")
    code, told = await sender.truc("withdraw", sent.id, "--reason", WHY, "--kind", "recall")
    [waiting] = await recipient.native.inbox()
    recall = await recipient.takes()
    asked = (await sender.copies(sent))[recipient.code]

    if answers == "native":
        await recipient.says(recall, "15", description="Đồng ý")
        agreed = (await sender.copies(sent))[recipient.code]["recall_state"]
        await recipient.says(got, "15", destroyed=True, description="Văn thư đã xóa")
    elif answers == "sdk":
        assert (await recipient.says_by_sdk(make_status("15", recipient.code, sent.read, "Đồng ý"))).ok
        agreed = (await sender.copies(sent))[recipient.code]["recall_state"]
        assert (await recipient.says_by_sdk(make_status("15", recipient.code, sent.read, "Đã hủy"))).ok
    else:
        assert (await recipient.truc("status", recall.delivery, "--code", "15"))[0] == 0
        agreed = (await sender.copies(sent))[recipient.code]["recall_state"]
        assert (await recipient.truc("status", got.delivery, "--code", "15", "--destroyed"))[0] == 0

    assert code == 0
    assert [(one["recipient"], one["recall_state"]) for one in told["recipients"]] == [(recipient.code, "asked")]
    assert (waiting["kind"], waiting["document_id"], waiting["urgency"]) == ("recall", sent.answer["document_id"], 1)
    read = reader.read(recall.data)
    assert (read.business.type, read.business.reason) == (BusinessType.RECALL, WHY)
    assert (asked["recall_state"], asked["wanted"]["kind"], asked["wanted"]["reason"]) == ("asked", "recall", WHY)
    assert agreed == "agreed"
    copy = (await sender.copies(sent))[recipient.code]
    assert (copy["recall_state"], copy["arrival_number"]) == ("destroyed", "31"), "the register keeps its number"
    seen = await recipient.sees(sent)
    assert (seen["subject"], seen["tombstone"]["reason"], seen["tombstone"]["by"]) == ("", WHY, sender.code)
    assert seen["tombstone"]["sha256"] == sent.answer["sha256"]
    assert (await recipient.native.get(f"/packages/{sent.id}/content")).status == 404
    types = [one["type"] for one in await sender.native.timeline(sent.id)]
    order = ["recall.asked", "recall.agreed", "recall.destroyed", "package.erased"]
    assert [one for one in types if one in order] == order
    proven = [one["type"] for one in (await sender.native.get(f"/packages/{sent.id}/receipts")).json["receipts"]]
    assert set(order) <= set(proven)
    assert [one for one, _ in await sender.hears()] == ["03", "15", "15"]
    await audit(sent)


async def test_one_destroys_one_refuses_one_never_had_it(town, audit):
    """law: R-145 R-159: each recipient stands for itself; content that somebody keeps is not erased."""
    sender, first, second, third = await town.some(4)
    sent = await sender.sends_by_sdk(make_package(sender.code, (first.code, second.code, third.code)))
    [(_, data)] = await first.takes_by_sdk()
    got = await second.takes()
    recall = make_package(
        sender.code, (first.code, second.code, third.code), document_id=sent.read.document_id, business_type=1,
        reason=WHY, attachments=[],
    )  # fmt: skip

    assert (await sender.vxp.do("sendEdoc", recall, sender.code)).ok
    assert len(await first.takes_by_sdk()) == 1
    await second.takes()
    assert (await first.says_by_sdk(make_status("15", first.code, sent.read, "Đã hủy bản điện tử"))).ok
    await second.says(got, "16", description="Đã dùng để ban hành quyết định")

    states = {code: one["recall_state"] for code, one in (await sender.copies(sent)).items()}
    assert states == {first.code: "destroyed", second.code: "refused", third.code: "never_delivered"}
    assert await third.native.inbox() == []
    assert data == sent.data
    assert await second.native.content(sent.id) == sent.data
    assert (await first.native.get(f"/packages/{sent.id}/content")).status == 404
    assert (await sender.sees(sent))["status"] == "accepted"
    await audit(sent)


async def test_only_its_sender_has_a_document_back_and_never_without_a_reason(town, audit):
    """law: R-145 R-154 QĐ28 Đ8.2, R-160"""
    sender, recipient, third = await town.some(3)
    sent = await sender.sends(make_package(sender.code, recipient.code))
    await recipient.takes()
    forged = make_package(
        third.code, recipient.code, document_id=sent.read.document_id, business_type=1, reason=WHY, attachments=[]
    )

    silent = await sender.native.post(f"/packages/{sent.id}/withdraw", json={"reason": "  "})
    by_recipient = await recipient.native.post(f"/packages/{sent.id}/withdraw", json={"reason": WHY})
    by_third = await third.native.offer(forged)
    wrong_use = await sender.truc("withdraw", sent.id)

    assert (silent.code, by_recipient.code, wrong_use[0]) == ("reason_required", "not_found", 2)
    assert by_third.expect(201)["status"] == "held", "about a document of its own that nobody knows here"
    assert (await sender.copies(sent))[recipient.code]["recall_state"] == "none"
    assert await recipient.native.inbox() == [], "nobody else's recall reaches it"
    await audit(sent)
