"""An update (type 2) with recipients that go and come; a replacement (type 3) that is linked with what it replaces."""

from __future__ import annotations

import pytest

from edxml import reader
from edxml.codes import BusinessType
from edxml.testing import make_package, make_status, plain_pdf

pytestmark = pytest.mark.asyncio(loop_scope="module")

WHY = "Bổ sung nơi nhận, sửa trích yếu"
SUBJECT = "V/v kiểm tra công tác văn thư năm 2026, đã sửa"


@pytest.mark.parametrize("by", ["native", "command"])
async def test_updated_data_one_recipient_out_one_in(town, audit, by):
    """law: R-161 QĐ28 Đ8.2, R-116 TT Đ7.2.3"""
    sender, stays, goes, comes = await town.some(4)
    sent = await sender.sends(make_package(sender.code, (stays.code, goes.code)))
    for party in (stays, goes):
        await party.takes()

    if by == "native":
        body = {"reason": WHY, "subject": SUBJECT, "add": [comes.code], "remove": [goes.code]}
        answer = (await sender.native.post(f"/packages/{sent.id}/update", json=body)).expect(201)
    else:
        words = ("--reason", WHY, "--subject", SUBJECT, "--add", comes.code, "--remove", goes.code)
        code, answer = await sender.truc("update", sent.id, *words)
        assert code == 0, answer
    told, out, (document, change) = await stays.takes(), await goes.takes(), await comes.takes_all()
    await goes.says(out, "15", description="Đã hủy bản đã nhận")

    assert (document.item["package_id"], document.data) == (sent.id, sent.data), "who comes in gets the document itself"
    assert told.data == change.data == out.data
    read = reader.read(told.data)
    assert (read.business.type, read.header.subject, read.document_id) == (
        BusinessType.UPDATE, SUBJECT, sent.read.document_id,
    )  # fmt: skip
    assert not read.attachments
    assert [(one["package_id"], one["kind"]) for one in (await stays.sees(sent))["revisions"]] == [
        (answer["package_id"], "update")
    ]
    copies = await sender.copies(sent)
    assert {code: one["recall_state"] for code, one in copies.items()} == {
        stays.code: "none", goes.code: "destroyed", comes.code: "none",
    }  # fmt: skip
    assert copies[comes.code]["copy"] == "added"
    assert (await goes.native.get(f"/packages/{sent.id}/content")).status == 404
    assert await stays.native.content(sent.id) == sent.data
    await audit(sent)


async def test_an_update_in_the_national_form_through_the_sdk(town, audit):
    """law: R-161 QĐ28 Đ8.2: who has not fetched it is just not given it any more."""
    sender, stays, goes, comes = await town.some(4)
    sent = await sender.sends_by_sdk(make_package(sender.code, (stays.code, goes.code)))
    await stays.takes_by_sdk()
    update = make_package(
        sender.code, (stays.code, comes.code), document_id=sent.read.document_id, business_type=2, reason=WHY,
        receivers=[(goes.code, 0), (comes.code, 1)], attachments=[],
    )  # fmt: skip

    assert (await sender.vxp.do("sendEdoc", update, sender.code)).ok

    assert [data for _, data in await stays.takes_by_sdk()] == [update]
    assert await goes.vxp.waiting() == []
    assert [data for _, data in await comes.takes_by_sdk()] == [sent.data, update]
    assert (await sender.copies(sent))[goes.code]["recall_state"] == "never_delivered"
    await audit(sent)


async def test_another_content_is_no_update(town, audit):
    """law: R-115 R-161 NĐ30 Đ18.3"""
    sender, recipient = await town.some(2)
    sent = await sender.sends(make_package(sender.code, recipient.code))
    await recipient.takes()

    nothing = await sender.native.post(f"/packages/{sent.id}/update", json={"reason": WHY})
    foreign = await recipient.native.post(f"/packages/{sent.id}/update", json={"reason": WHY, "subject": SUBJECT})
    other = await sender.native.offer(make_package(sender.code, recipient.code, document_id=sent.read.document_id))

    assert (nothing.code, foreign.code, other.code) == ("schema_invalid", "not_found", "conflict")
    assert await recipient.native.inbox() == []
    await audit(sent)


async def test_replaced_and_linked_both_ways_the_old_one_kept(town, audit, tmp_path):
    """law: R-162 NĐ30 Đ18.3: the old one is marked, not destroyed; who has not fetched it gets the new one alone."""
    sender, has_it, waits, not_told = await town.some(4)
    sent = await sender.sends(make_package(sender.code, (has_it.code, waits.code, not_told.code)))
    for party in (has_it, not_told):
        await party.takes()
    file = tmp_path / "thay-the.pdf"
    file.write_bytes(plain_pdf(3000, "Nội dung đã sửa"))
    envelope = ("--from", sender.code, "--to", has_it.code, "--to", waits.code, "--subject", SUBJECT)
    numbered = ("--number", "99", "--notation", "CV-SNV", "--date", "2026-11-20")

    new = await sender.sends_by_command(file, *envelope, *numbered, "--replaces", sent.id, "--reason", "Sai căn cứ")
    got, fresh = await has_it.takes(), await waits.takes()

    read = reader.read(got.data)
    assert (read.business.type, read.business.reason) == (BusinessType.REPLACEMENT, "Sai căn cứ")
    assert [one.document_id for one in read.business.replacements] == [sent.read.document_id]
    assert fresh.data == got.data
    assert await waits.native.inbox() == [], "the replaced one is not offered any more"
    for party in (sender, has_it):
        assert (await party.sees(sent))["replaced_by"] == new.id
    assert (await not_told.sees(sent))["replaced_by"] is None, "who does not get the new one is told nothing of it"
    assert await has_it.native.content(sent.id) == sent.data
    statuses = {code: one["status"] for code, one in (await sender.copies(sent)).items()}
    assert statuses == {has_it.code: "delivered", waits.code: "cancelled", not_told.code: "delivered"}
    assert "replace.linked" in [one["type"] for one in await has_it.native.timeline(sent.id)]
    await audit(sent, new)


async def test_replaced_through_the_sdk(town, audit):
    """law: R-162 NĐ30 Đ18.3"""
    sender, recipient = await town.some(2)
    old = await sender.sends_by_sdk(make_package(sender.code, recipient.code))
    await recipient.takes_by_sdk()
    listed = [(old.read.document_id, (recipient.code,))]
    new = await sender.sends_by_sdk(make_package(sender.code, recipient.code, business_type=3, replaces=listed))
    [(_, data)] = await recipient.takes_by_sdk()
    assert (await recipient.says_by_sdk(make_status("03", recipient.code, new.read))).ok

    assert data == new.data
    assert (await recipient.sees(old))["replaced_by"] == new.id
    assert (await sender.copies(new))[recipient.code]["business_status"] == "03"
    assert (await sender.copies(old))[recipient.code]["business_status"] is None
    await audit(old, new)
