"""Taken back softly: 13 asked, 15 agreed, 16 refused; one verb `withdraw` chooses by state."""

from __future__ import annotations

import pytest

from edxml import model, reader, writer
from edxml.testing import make_package, make_status

pytestmark = pytest.mark.asyncio(loop_scope="module")

WHY = "Sai thể thức, xin gửi lại"


def states(copies) -> dict[str, str]:
    return {code: one["recall_state"] for code, one in copies.items()}


async def test_one_verb_chooses_by_state_and_carries_the_reason(town, audit):
    """law: R-145 R-158 R-160 QĐ28 PL VI: stopped, taken back, recalled, by how far each recipient is."""
    sender, waiting, has_it, registered = await town.some(4)
    sent = await sender.sends(make_package(sender.code, (waiting.code, has_it.code, registered.code)))
    await has_it.takes()
    got = await registered.takes()
    await registered.says(got, "03", arrival_number="12")

    code, told = await sender.truc("withdraw", sent.id, "--reason", WHY)
    soft = await has_it.hears()
    formal = await registered.takes()

    assert code == 0
    assert {one["recipient"]: one["recall_state"] for one in told["recipients"]} == {
        waiting.code: "never_delivered", has_it.code: "asked", registered.code: "asked",
    }  # fmt: skip
    assert soft == [("13", WHY)]
    assert (formal.item["kind"], reader.read(formal.data).business.reason) == ("recall", WHY)
    kinds = {code: one["wanted"]["kind"] for code, one in (await sender.copies(sent)).items()}
    assert kinds == {waiting.code: "cancel", has_it.code: "take_back", registered.code: "recall"}
    assert await waiting.native.inbox() == []
    await audit(sent)


async def test_agreed_by_one_refused_by_the_other(town, audit):
    """law: R-158 R-159: 13, 15, 16 through the SDK and the native door."""
    sender, by_sdk, native = await town.some(3)
    sent = await sender.sends_by_sdk(make_package(sender.code, (by_sdk.code, native.code)))
    await by_sdk.takes_by_sdk()
    got = await native.takes()

    for party in (by_sdk, native):
        assert (await sender.says_by_sdk(thirteen(sent, party))).ok
    [(_, asked)] = await by_sdk.takes_by_sdk("status")
    wish = await native.takes()
    assert (await by_sdk.says_by_sdk(make_status("15", by_sdk.code, sent.read, "Đồng ý, đã hủy"))).ok
    await native.says(got, "16", description="Đã phân công xử lý")

    assert reader.read(asked).status.code == wish.said[0] == "13"
    assert wish.said[1] == WHY
    assert states(await sender.copies(sent)) == {by_sdk.code: "agreed", native.code: "refused"}
    types = [one["type"] for one in await sender.native.timeline(sent.id)]
    assert types.count("takeback.asked") == 2
    assert {"takeback.agreed", "takeback.refused"} <= set(types)
    back = [reader.read(data).status.code for _, data in await sender.takes_by_sdk("status")]
    assert sorted(back) == ["15", "16"]
    assert (await by_sdk.native.get(f"/packages/{sent.id}/content")).status == 404, "it gave it back"
    assert await native.native.content(sent.id) == sent.data, "it keeps it"
    await audit(sent)


def thirteen(sent, party) -> bytes:
    """The sender's own wish in the national form: a status 13 addressed to one recipient of its document."""
    read = sent.read
    response = model.ResponseFor(party.code, f"{read.number}/{read.notation}", read.document_id, "")
    staff = model.Staff(department="Văn thư", name="Lê Thị Gửi")
    sender = model.Organization(sent.by.code, "Nơi gửi")
    said = model.StatusMessage(
        sender=sender, response_for=response, staff=staff, code="13", description=WHY, timestamp="2026/11/21 09:00:00"
    )
    return writer.write_status(said)


async def test_cancelled_only_where_nobody_has_seen_it_all_or_none(town, audit):
    """law: R-153"""
    sender, first, second = await town.some(3)
    sent = await sender.sends(make_package(sender.code, (first.code, second.code)))
    unseen = await sender.sends(make_package(sender.code, (first.code, second.code)))
    await first.takes()

    late = await sender.native.post(f"/packages/{sent.id}/withdraw", json={"reason": WHY, "kind": "cancel"})
    code, done = await sender.truc("withdraw", unseen.id, "--reason", WHY, "--kind", "cancel")

    assert (late.status, late.code) == (409, "recall_too_late")
    assert states(await sender.copies(sent)) == {first.code: "none", second.code: "none"}
    assert code == 0
    assert {one["recall_state"] for one in done["recipients"]} == {"never_delivered"}
    assert [one["package_id"] for one in await second.native.inbox()] == [sent.id]
    assert (await second.takes()).data == sent.data
    await audit(sent, unseen)


async def test_nobody_is_asked_twice_and_who_refused_may_be_asked_again(town, audit):
    """law: R-158"""
    sender, recipient = await town.some(2)
    sent = await sender.sends(make_package(sender.code, recipient.code))
    got = await recipient.takes()

    for _ in range(2):
        await sender.native.withdraw(sent.id, WHY)
    once = await recipient.takes_all()
    await recipient.says(got, "16", description="Đang dùng")
    await sender.native.withdraw(sent.id, "Xin xem xét lại")
    again = await recipient.takes_all()
    await recipient.says(got, "15", description="Đồng ý")

    assert [one.said for one in once] == [("13", WHY)]
    assert [one.said for one in again] == [("13", "Xin xem xét lại")]
    assert states(await sender.copies(sent)) == {recipient.code: "agreed"}
    assert (await sender.sees(sent))["status"] == "erased", "the last copy is given back"
    await audit(sent)
