"""Paper beside the electronic document under a province's rules, and traffic inside one system, at two doors."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import select

from edxml.testing import make_package, plain_pdf
from hub.store import tables

SENDER, RECIPIENT = "000.00.01.H99", "000.00.02.H99"
CONFERENCE = "Mời họp giao ban công tác quý IV năm 2026"
BUDGET = "Giao dự toán ngân sách năm 2027 cho các đơn vị"


@pytest.fixture
def profile():
    return "ha-nam-2019"


@pytest.fixture
def sections(profile):
    return {"listen": [{"port": 0, "doors": ["api", "vxp"]}], "profile": {"name": profile}}


def letter(subject: str, mode: str = "electronic", **more) -> dict:
    return {
        "from": SENDER, "to": {"code": RECIPIENT, "mode": mode}, "subject": subject, "number": "12",
        "notation": "TB-SNV", "date": "2026-11-20", **more,
    }  # fmt: skip


async def told(sender, metadata: dict) -> list[str]:
    heard = (await sender.send_files(metadata, ("a.pdf", plain_pdf(2000)))).expect(201)
    return [one["title"] for one in heard["warnings"] if one["code"] == "paper"]


async def test_a_document_of_the_list_goes_on_paper_too_or_its_sender_is_told(offices):
    """law: R-163 HN Đ6.5"""
    sender = offices[0]

    without = await told(sender, letter(BUDGET))
    with_paper = await told(sender, letter(BUDGET, "both", number="13"))

    assert len(without) == 1
    assert RECIPIENT in without[0]
    assert with_paper == []


async def test_paper_without_need_is_told_unless_somebody_decided_it(offices):
    """law: R-006 HN Đ6.3, R-167 TT Đ6.2"""
    sender = offices[0]

    needless = await told(sender, letter(CONFERENCE, "both"))
    decided = await told(sender, letter(CONFERENCE, "both", number="13", paper_decided_by="Chánh Văn phòng"))
    plain = await told(sender, letter(CONFERENCE, number="14"))

    assert len(needless) == 1
    assert "chưa nêu lý do" in needless[0]
    assert decided == plain == []


async def test_paper_is_no_mistake_where_nothing_else_reaches_the_recipient(offices, province):
    """law: R-006 HN Đ6.3, R-111 BD Đ3.3"""
    await province.agencies("000.00.07.H99")
    to = [RECIPIENT, {"code": "000.00.07.H99", "mode": "paper"}]

    assert await told(offices[0], {**letter(CONFERENCE), "to": to}) == []


@pytest.mark.parametrize("profile", ["cao-bang-2017"])
async def test_paper_for_what_goes_electronically_alone_is_told(offices, profile):
    """law: R-165 CB Đ8.1, R-164 CB Đ8.2, R-166 QĐ28 Đ7.2"""
    sender = offices[0]

    invitation = await told(sender, letter(CONFERENCE, "both", notation="GM-SNV"))
    budget = await told(sender, letter(BUDGET, number="13"))

    assert len(invitation) == len(budget) == 1


async def test_the_sdk_is_not_stopped_by_paper(offices, province, hub):
    """law: R-006 HN Đ6.3; that door has no room for warnings: they stand in the books"""
    await province.agencies("000.00.30.H99")
    by_sdk = await province.system("by-sdk", "000.00.30.H99")

    reply = await by_sdk.do(
        "sendEdoc", make_package("000.00.30.H99", RECIPIENT, subject=CONFERENCE, paper=1), "000.00.30.H99"
    )
    row = await hub.db.read(lambda connection: connection.execute(select(tables.packages)).one())

    assert reply.json["ErrorCode"] == "0"
    assert {one["check"]: one["outcome"] for one in json.loads(row.checks)}["paper"] == "warn"
    assert [one["paper"] for one in await offices[1].inbox()] == [True]


async def test_traffic_inside_one_system_is_recorded(offices, province, hub):
    """law: R-235"""
    both = await province.system("both", ["000.00.01.H99", "000.00.02.H99"], replace=True)

    await both.do("sendEdoc", make_package(SENDER, RECIPIENT), SENDER)
    row = await hub.db.read(lambda connection: connection.execute(select(tables.packages)).one())

    assert {one["check"]: one["outcome"] for one in json.loads(row.checks)}["inside"] == "record"
    assert len(await both.waiting()) == 1


async def test_a_province_may_refuse_traffic_inside_one_system(offices, province, hub, tmp_path):
    """law: R-235"""
    from hub import profile as profiles
    from hub.flow import checks

    folder = tmp_path / "own" / "profiles"
    folder.mkdir(parents=True)
    text = 'title = "Thử"\ndecision = "1/QĐ"\n[checks]\n# law: R-235\ninside = { api = "enforce" }\n'
    (folder / "own.toml").write_text(text, encoding="utf-8")
    hub.profile = profiles.load("own", checks.SETTABLE, folder.parent)
    sender = offices[0]
    await province.change(lambda connection: _take_over(connection, sender.system_id))

    heard = await sender.offer(make_package(SENDER, RECIPIENT))

    assert (heard.status, heard.code, heard.json["check"]) == (422, "profile_invalid", "inside")


def _take_over(connection, system_id: str) -> None:
    from agency_registry import edit

    edit.attach_agencies(connection, system_id, [RECIPIENT], replace=True)
