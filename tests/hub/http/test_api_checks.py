"""What the checks find, as callers of the native API are told: in their language, with the check's name."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import select

from edxml.testing import make_package, plain_pdf
from hub.store import tables

SENDER, RECIPIENT = "000.00.01.H99", "000.00.02.H99"
PDF = plain_pdf(text="Số: 12/GM-SNV")
METADATA = {
    "from": SENDER, "to": RECIPIENT, "subject": "Mời họp giao ban công tác nội vụ", "number": "12",
    "notation": "GM-SNV", "date": "2026-11-20",
}  # fmt: skip


@pytest.fixture
def sections():
    return {"listen": [{"port": 0, "doors": ["api"]}]}


async def stored(hub) -> list[dict]:
    row = await hub.db.read(lambda connection: connection.execute(select(tables.packages)).one())
    return json.loads(row.checks)


@pytest.mark.parametrize(
    ("language", "detail"),
    [("vi", "tên là .png, nội dung là pdf"), ("en", "the name says png, the bytes are pdf")],
)
async def test_a_refusal_names_the_check_and_says_why_in_the_callers_language(offices, language, detail):
    data = make_package(SENDER, RECIPIENT, attachments=[("vb.pdf", PDF), ("anh.png", PDF)])

    heard = await offices[0].offer(data, headers={"Accept-Language": language})

    assert heard.status == 422
    assert (heard.code, heard.json["check"], heard.json["where"]) == ("attachment_mismatch", "file_content", "anh.png")
    assert heard.json["detail"] == detail


async def test_findings_are_shown_with_the_verdicts_and_in_a_dry_run(offices):
    sender, recipient, _ = offices
    data = make_package(SENDER, RECIPIENT, attachments=[("vb.pdf", PDF)])

    dry = (await sender.post("/packages/dry-run", data=data, headers={"Content-Type": "application/xml"})).expect(200)
    accepted = await sender.send(data)
    shown = (await recipient.get(f"/packages/{accepted['package_id']}/verdicts")).expect(200)

    for said in (dry["verdicts"], shown):
        found = {one["check"]: one for one in said["checks"]}
        assert found["unsigned_main"]["outcome"] == "warn"
        assert found["unsigned_main"]["title"] == "Tệp chính không có chữ ký số"
        assert found["unsigned_main"]["where"] == "vb.pdf"
        assert "declaration" not in found, "it stands in the books only"
    assert "unsigned_main" in {one["code"] for one in accepted["warnings"]}
    assert "unsigned_main" in {one["code"] for one in dry["warnings"]}


async def test_the_clerk_declares_that_a_document_holds_no_secret(offices, hub):
    """law: R-011 HN Đ1.2"""
    sender = offices[0]

    (await sender.send_files({**METADATA, "declaration": "not_secret"}, ("vb.pdf", PDF))).expect(201)

    assert "declaration" not in {one["check"] for one in await stored(hub)}
    repeated = await sender.send_files(METADATA, ("vb.pdf", PDF))
    assert repeated.status == 200, "the same document, declared or not"
    assert (await sender.send_files({**METADATA, "declaration": "secret"}, ("vb.pdf", PDF))).code == "schema_invalid"


async def test_a_document_nobody_declared_is_noted(offices, hub):
    await offices[0].send_files(METADATA, ("vb.pdf", PDF))

    found = {one["check"]: one["outcome"] for one in await stored(hub)}
    assert found["declaration"] == "record"


async def test_urgency_is_no_secrecy_and_secrecy_is_refused_before_anything_is_stored(offices, hub):
    """law: R-009 R-011"""
    heard = await offices[0].send_files({**METADATA, "sphere": "Mật", "urgency": 3}, ("vb.pdf", PDF))

    assert (heard.code, heard.json["check"]) == ("secret", "secrecy")
    assert heard.json["detail"] == "phạm vi lưu hành ghi độ mật"
    assert list(hub.blobs.list_ids()) == []
