"""What comes before its document: kept, shown to the operator, freed on arrival, or decided by command."""

from __future__ import annotations

import itertools
from datetime import date

import pytest

from edxml import document_id
from edxml.testing import make_package, make_status

pytestmark = pytest.mark.asyncio(loop_scope="module")

DAY = date(2026, 11, 20)
_numbers = itertools.count(500)


class Named:
    """A document that will come, and what is said of it before."""

    def __init__(self, sender, recipient) -> None:
        self.sender, self.recipient = sender.code, recipient.code
        self.number = str(next(_numbers))
        self.id = document_id.build(self.sender, DAY, self.number, "CV-SNV")

    def document(self, **more) -> bytes:
        named = {"document_id": self.id, "number": self.number, "notation": "CV-SNV", "issued_on": DAY}
        return make_package(self.sender, self.recipient, **named, **more)

    def status(self, code: str, words: str = "") -> bytes:
        return make_status(code, self.recipient, (self.sender, self.id), words)


async def queue(town) -> list[str]:
    code, answer = await town.operator("review", "list")
    assert code == 0
    return [one["package_id"] for one in answer["messages"]]


async def test_an_early_status_waits_receipted_and_takes_effect_with_the_document(town, audit):
    """law: R-123 QĐ28 Đ10.2h; threat G-09"""
    sender, recipient = await town.some(2)
    story = Named(sender, recipient)

    early = (await recipient.native.offer(story.status("03", "Số đến: 7; Ngày đến: 2026-11-22"))).expect(201)
    by_sdk = await recipient.says_by_sdk(story.status("01"))
    waiting = await queue(town)
    hidden = await sender.native.inbox()
    sent = await sender.sends(story.document())

    assert (early["status"], [one["code"] for one in early["warnings"]]) == ("held", ["base_unknown"])
    assert audit.verified(early["receipt"])["event"] == "package.accepted"
    assert by_sdk.ok
    assert {early["package_id"], by_sdk.json["DocId"]} <= set(waiting)
    assert hidden == []
    copy = (await sender.copies(sent))[recipient.code]
    assert (copy["business_status"], copy["arrival_number"]) == ("03", "7")
    assert sorted(await sender.hears()) == [("01", ""), ("03", "Số đến: 7; Ngày đến: 2026-11-22")]
    assert not {early["package_id"], by_sdk.json["DocId"]} & set(await queue(town))
    assert (await recipient.takes()).data == sent.data
    await audit(sent)


async def test_an_early_recall_stops_the_document_before_anybody_sees_it(town, audit):
    """law: R-145 R-153 HN Đ9.2; threat G-09"""
    sender, recipient = await town.some(2)
    story = Named(sender, recipient)
    recall = story.document(business_type=1, reason="Ban hành nhầm", attachments=[])

    early = (await sender.native.offer(recall)).expect(201)
    sent = await sender.sends_by_sdk(story.document())

    assert early["status"] == "held"
    copy = (await sender.copies(sent))[recipient.code]
    assert (copy["status"], copy["recall_state"]) == ("cancelled", "never_delivered")
    assert await recipient.native.inbox() == await recipient.vxp.waiting() == []
    assert (await recipient.native.get(f"/packages/{sent.id}")).status == 404, "it never knew of it"
    await audit(sent)


@pytest.mark.parametrize("door", ["native", "sdk"])
async def test_an_early_update_is_taken_after_its_document(town, audit, door):
    """law: R-161 QĐ28 Đ8.2; invariant I7"""
    sender, recipient = await town.some(2)
    story = Named(sender, recipient)
    update = story.document(business_type=2, reason="Sửa trích yếu", attachments=[])

    assert (await sender.native.offer(update)).expect(201)["status"] == "held"
    sent = await sender.sends(story.document())

    if door == "native":
        got = [one.data for one in await recipient.takes_all()]
    else:
        got = [data for _, data in await recipient.takes_by_sdk()]
    assert got == [sent.data, update]
    await audit(sent)


async def test_an_early_update_is_held_with_its_document(town, audit):
    """law: R-161 QĐ28 Đ8.2; invariant I7"""
    sender, recipient = await town.some(2)
    story = Named(sender, recipient)
    update = story.document(business_type=2, reason="Sửa trích yếu", attachments=[])
    (await sender.native.offer(update)).expect(201)
    sent = await sender.sends(story.document())
    delivery = sent.answer["deliveries"][0]["delivery_id"]

    held, _ = await town.operator("hold", delivery, "--reason", "Chờ làm rõ")
    while_held = (await recipient.native.inbox(), await recipient.vxp.waiting())
    freed, _ = await town.operator("release", delivery, "--reason", "Đã rõ")

    assert (held, freed, while_held) == (0, 0, ([], []))
    assert [one.data for one in await recipient.takes_all()] == [sent.data, update]
    await audit(sent)


async def test_the_operator_matches_releases_and_returns(town, audit):
    """Each decision by command, and both parties are told what became of it.  law: R-123 QĐ28 Đ10.2h"""
    sender, recipient = await town.some(2)
    sent = await sender.sends(make_package(sender.code, recipient.code, number="41", notation="CV-X"))
    await recipient.takes()
    misspelt = (sender.code, f"{sender.code},2026/11/20,14/CV-X")
    kept = {}
    for code in ("03", "04", "05"):
        answer = (await recipient.native.offer(make_status(code, recipient.code, misspelt))).expect(201)
        kept[code] = answer["package_id"]
        assert answer["status"] == "held"

    shown = await town.operator("review", "show", kept["03"])
    wrong = await town.operator("review", "match", kept["03"], "--to", kept["04"])
    matched = await town.operator("review", "match", kept["03"], "--to", sent.id)
    unexplained = await town.operator("review", "return", kept["05"])
    released = await town.operator("review", "release", kept["04"], "--reason", "Văn bản gốc có trước khi lập trục")
    returned = await town.operator("review", "return", kept["05"], "--reason", "Sai số văn bản, đề nghị gửi lại")

    assert shown[1]["recipients"] == [sender.code]
    assert (wrong[0], matched[0], unexplained[0], released[0], returned[0]) == (1, 0, 2, 0, 0)
    assert not set(kept.values()) & set(await queue(town))
    copy = (await sender.copies(sent))[recipient.code]
    assert copy["business_status"] == "03", "matched: it counts; released: it only travels; returned: neither"
    assert sorted(code for code, _ in await sender.hears()) == ["03", "04"]
    [(code, words)] = await recipient.hears()
    assert (code, "Sai số văn bản, đề nghị gửi lại" in words) == ("02", True)
    await audit(sent)


async def test_a_second_document_of_that_name_frees_nothing_twice(town, audit):
    """The document is repeated, and its early status still counts and travels once."""
    sender, recipient = await town.some(2)
    story = Named(sender, recipient)
    data, early = story.document(), story.status("01")
    first = (await recipient.native.offer(early)).expect(201)

    sent = await sender.sends(data)
    again = await sender.sends_by_sdk(data)
    repeated = (await recipient.native.offer(early)).expect(200)

    assert again.id == sent.id
    assert repeated == first, "the first answer, as it was"
    assert (await recipient.native.package(first["package_id"]))["status"] == "accepted"
    assert [one["type"] for one in await sender.native.timeline(sent.id)].count("status.01") == 1
    assert await sender.hears() == [("01", "")]
    await audit(sent)
