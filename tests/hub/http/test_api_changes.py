"""What becomes of a sent document, by the native and the VXP door: recall, destruction, update, replacement."""

from __future__ import annotations

import json

import aiohttp
import pytest
from actors import Office

from edxml.testing import make_package, make_status, plain_pdf

A, B, C = "000.00.01.H99", "000.00.02.H99", "000.00.03.H99"


@pytest.fixture
def sections() -> dict:
    return {"listen": [{"port": 0, "doors": ["vxp", "api"]}]}


@pytest.fixture
async def offices(province):
    """Native systems of A, B and C."""
    made = []
    await province.agencies(A, B, C)
    for name, code in (("snv", A), ("stc", B), ("stp", C)):
        one = await province.system(name, code)
        made.append(await Office(province.url, one.system_id, one.secret, (code,)).__aenter__())
    yield made
    for one in made:
        await one.session.close()


async def test_a_recall_ends_with_a_signed_destruction_and_a_tombstone(offices):
    """law: R-145 R-146 R-151"""
    sender, recipient, _ = offices
    sent = await sender.send(make_package(A, (B,), document_id="d-1"))
    item, _, _ = await recipient.receive()
    told = await sender.withdraw(sent["package_id"], "Ban hành sai", kind="recall")
    recall, _, _ = await recipient.receive()

    (await recipient.say(recall["delivery_id"], "15")).expect(201)
    (await recipient.say(item["delivery_id"], "15", destroyed=True, description="Văn thư đã xóa")).expect(201)

    assert told["recipients"][0]["recall_state"] == "asked"
    assert told["refused"] == []
    shown = await sender.package(sent["package_id"])
    [copy] = shown["deliveries"]
    assert (copy["recall_state"], copy["wanted"]["kind"], copy["wanted"]["reason"]) == (
        "destroyed", "recall", "Ban hành sai",
    )  # fmt: skip
    seen = await recipient.package(sent["package_id"])
    assert (seen["tombstone"]["reason"], seen["subject"]) == ("Ban hành sai", "")
    assert (await recipient.get(f"/packages/{sent['package_id']}/content")).status == 404
    types = [one["type"] for one in await sender.timeline(sent["package_id"])]
    assert types[-1] == "package.erased"
    assert "recall.destroyed" in types


async def test_an_update_is_written_from_the_documents_own_header(offices):
    """law: R-116 TT Đ7.2.3, R-160, R-161"""
    sender, recipient, added = offices
    data = make_package(A, (B,), document_id="d-1")
    sent = await sender.send(data)
    await recipient.receive()

    body = {"reason": "Sửa trích yếu", "subject": "Trích yếu mới", "add": [C]}
    updated = (await sender.post(f"/packages/{sent['package_id']}/update", json=body)).expect(201)

    assert updated["document_id"] == "d-1"
    item, got, _ = await added.receive()
    assert (item["package_id"], got) == (sent["package_id"], data)
    item, got, _ = await added.receive()
    assert (item["kind"], item["subject"]) == ("update", "Trích yếu mới")
    assert b"ReceiverType>1<" in got
    assert b"AttachmentEncoded" not in got
    nothing = await sender.post(f"/packages/{sent['package_id']}/update", json={"reason": "x"})
    assert nothing.code == "schema_invalid"
    no_reason = await sender.post(f"/packages/{sent['package_id']}/update", json={"reason": " ", "subject": "x"})
    assert no_reason.code == "reason_required"


async def test_a_replacement_is_a_new_document_linked_with_the_old_one(offices):
    """law: R-160, R-162 NĐ30 Đ18.3"""
    sender, recipient, _ = offices
    old = await sender.send(make_package(A, (B,), document_id="d-1"))
    await recipient.receive()
    said = {"from": A, "to": [B], "subject": "Văn bản thay thế", "document_id": "d-2", "reason": "Sai căn cứ"}
    form = [("moi.pdf", plain_pdf(2000, "mới"))]

    new = (await replaced(sender, old["package_id"], said, form)).expect(201)
    again = (await replaced(sender, old["package_id"], said, form)).expect(200)
    same_id = await replaced(sender, old["package_id"], {**said, "document_id": "d-1"}, form)
    no_reason = await replaced(sender, old["package_id"], {**said, "reason": ""}, form)
    stranger = await replaced(recipient, old["package_id"], {**said, "from": B, "to": [A]}, form)
    by_form = [
        await sender.send_files({**said, "kind": kind, "reason": " "}, form[0]) for kind in ("update", "replacement")
    ]
    nobody = await replaced(recipient, new["package_id"][::-1], {**said, "from": B, "to": [A]}, form)

    assert again["receipt"] == new["receipt"]
    item, got, _ = await recipient.receive()
    assert (item["kind"], item["document_id"]) == ("replacement", "d-2")
    assert b"Sai c\xc4\x83n c\xe1\xbb\xa9" in got
    shown = await recipient.package(old["package_id"])
    assert shown["replaced_by"] == new["package_id"]
    assert same_id.code == "conflict"
    assert {one.code for one in (no_reason, *by_form)} == {"reason_required"}
    assert (stranger.status, stranger.code) == (nobody.status, nobody.code) == (404, "not_found")


async def replaced(office, package_id, metadata, files):
    form = aiohttp.FormData()
    form.add_field("metadata", json.dumps(metadata, ensure_ascii=False), content_type="application/json")
    for name, data in files:
        form.add_field("files", data, filename=name, content_type="application/octet-stream")
    return await office.post(f"/packages/{package_id}/replace", data=form)


async def test_at_the_vxp_door_the_words_of_15_say_that_the_copy_is_destroyed(offices, province):
    """law: R-146 R-159"""
    sender, recipient, _ = offices
    sent = await sender.send(make_package(A, (B,), document_id="d-1"))
    await recipient.receive()
    await sender.withdraw(sent["package_id"], "Ban hành sai", kind="recall")

    await recipient.send(make_status("15", B, (A, "d-1"), description="Đã hủy trên QLVB"))

    assert (await sender.package(sent["package_id"]))["deliveries"][0]["recall_state"] == "destroyed"
