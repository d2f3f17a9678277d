"""Văn phòng điện tử liên thông of Bình Định: old software at the VXP door, a shared folder, an agent, and paper."""

from __future__ import annotations

import contextlib
import json
import re
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio
from journeys.law.town import Got, Party, Sent
from patience import until

from edxml import reader
from edxml.testing import make_package, plain_pdf
from hub import clock

from .agent import beside
from .setting import Setting, open_setting
from .shared_folder import SharedFolder

pytestmark = pytest.mark.asyncio(loop_scope="module")

SNV, THI_DUA, TON_GIAO, ON_PAPER = "000.00.02.H99", "000.01.02.H99", "000.02.02.H99", "000.03.02.H99"
SUBJECT = "Hướng dẫn tổng kết công tác thi đua năm 2026"
FILE = ("vb.pdf", plain_pdf(2000))


@dataclass
class BinhDinh:
    """The hub; Sở Nội vụ with old software; two units whose programs know only folders."""

    setting: Setting
    snv: Party
    thi_dua: SharedFolder
    ton_giao: SharedFolder


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def binh_dinh(tmp_path_factory):
    """One unit's folder is reached by the hub itself, the other's by an agent that stands beside it."""
    root: Path = tmp_path_factory.mktemp("binh-dinh")
    own, share = SharedFolder.made(root / "thi-dua"), SharedFolder.made(root / "ton-giao")
    reached = 'name = "vpdt-ton-giao"\nfor = ["000.02.02.H99"]'
    how = f'\nconnector = "folder"\nsettings = {{ path = "{share.root}", settle_seconds = 0.05, look_seconds = 0.05 }}'
    async with contextlib.AsyncExitStack() as stack:
        setting = await open_setting("binh-dinh-vpdt", root / "D", stack, changes=((reached, reached + how),))
        party = setting.by_name["vpdt-thi-dua"]
        await stack.enter_async_context(beside(root / "agent", party, own.root))
        yield BinhDinh(setting, setting.by_name["vpdt-so-noi-vu"], own, share)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def audit(binh_dinh):
    return await binh_dinh.setting.auditor()


def dot_net(data: bytes) -> bytes:
    """The layout of the .NET example: more declarations, attributes, an empty signature, bare ContentIds."""
    data = data.replace(b"<edXML xmlns=", b'<edXML xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
                        b'xmlns:xsd="http://www.w3.org/2001/XMLSchema" xmlns=', 1)  # fmt: skip
    actor = b' mustUnderstand="1" actor="http://schemas.xmlsoap.org/soap/actor/next"'
    data = data.replace(b"<edXML:TraceHeaderList>", b"<edXML:TraceHeaderList" + actor + b">", 1)
    data = data.replace(b"</edXML:edXMLHeader>", b"<edXML:DigitalSignature /></edXML:edXMLHeader>", 1)
    return data.replace(b"<ContentId>cid:", b"<ContentId>")


def unprefixed(data: bytes) -> bytes:
    """The layout of the older com.inet library: the same names without a prefix."""
    return re.sub(rb"(</?)edXML:", rb"\1", data)


VARIANTS = {"sdk": bytes, "dot_net": dot_net, "com_inet": unprefixed}


@pytest.mark.parametrize("variant", VARIANTS)
async def test_each_older_layout_arrives_as_it_was_sent_and_is_registered(binh_dinh, audit, variant):
    """law: R-022 QĐ20 2020, R-125 BD Đ4.1, R-126 NĐ30 PL VI: short codes of 2803/BTTTT too; no byte is changed."""
    data = VARIANTS[variant](make_package("00.02.H99", ("01.02.H99", TON_GIAO), subject=SUBJECT))
    package = reader.read(data)
    sent = await binh_dinh.snv.sends_by_sdk(data)

    [mine] = await until(lambda: of_document(binh_dinh.thi_dua, package.document_id))
    [theirs] = await until(lambda: of_document(binh_dinh.ton_giao, package.document_id))
    for folder, form in ((binh_dinh.thi_dua, mine), (binh_dinh.ton_giao, theirs)):
        assert folder.bytes_of(form["item_id"]) == data
        assert (form["subject"], form["number"], form["notation"]) == (SUBJECT, package.number, package.notation)
    for folder, code, form, number in (
        (binh_dinh.thi_dua, THI_DUA, mine, 21), (binh_dinh.ton_giao, TON_GIAO, theirs, 7),
    ):  # fmt: skip
        entry = {"code": "03", "arrival_number": number, "arrival_date": "2026-11-21"}
        folder.answer(f"vao-so-{variant}", {"from": code, "item_id": form["item_id"], **entry})

    async def entered() -> bool:
        rows = await binh_dinh.snv.copies(sent)
        return {code: one["arrival_number"] for code, one in rows.items()} == {THI_DUA: "21", TON_GIAO: "7"}

    await until(entered)
    await audit(sent)


async def all_delivered(binh_dinh: BinhDinh, sent: Sent) -> bool:
    """Whether everybody who is reached by a system has it: the file first, then the word of it."""
    rows = (await binh_dinh.snv.copies(sent)).values()
    return {one["status"] for one in rows} <= {"delivered", "not_connected"}


def of_document(folder: SharedFolder, document_id: str) -> list[dict]:
    return [one for one in folder.of_kind("edoc") if one["document_id"] == document_id]


@pytest.mark.parametrize("namespace", ["http://www.go.vn/eDoc", "http://www.e-doc.vn/Schema/"])
async def test_the_oldest_formats_are_refused_by_name(binh_dinh, namespace):
    """law: R-182 QĐ28 Đ14.2: neither of them was ever accepted by an axis; the answer says what it met."""
    heard = await binh_dinh.snv.native.offer(f"<edXMLEnvelope xmlns='{namespace}'/>".encode())
    by_sdk = await binh_dinh.snv.vxp.do("sendEdoc", f"<edXMLEnvelope xmlns='{namespace}'/>".encode(), SNV)

    assert (heard.status, by_sdk.ok, by_sdk.code) == (422, False, "22")
    assert "older edXML" in json.dumps(heard.json)


async def test_many_recipients_from_a_list_and_paper_for_who_issues_nothing_electronic(binh_dinh, audit):
    """law: R-108 BD Đ4.2, R-111 BD Đ3.3, R-109 NĐ30 PL I.II.9"""
    snv = binh_dinh.snv
    listed = await snv.truc("group", "set", "Các đơn vị trực thuộc", f"{THI_DUA}:know", TON_GIAO, ON_PAPER)
    said = {
        "to": {"group": "Các đơn vị trực thuộc"}, "subject": SUBJECT, "number": "55", "notation": "SNV-VP",
        "date": "2026-11-20",
    }  # fmt: skip
    sent = await snv.sends_files(said, FILE)
    changed = await snv.truc("group", "set", "Các đơn vị trực thuộc", THI_DUA)
    paper = (await snv.truc("paper", "list", sent.id))[1]["items"]
    issued = await snv.truc(
        "paper", "issued", sent.id, "--recipient", ON_PAPER, "--copies", 1, "--on", "2026-11-21", "--by", "Lê Thị Thư"
    )
    await until(lambda: all_delivered(binh_dinh, sent))

    assert (listed[0], changed[0], issued[0]) == (0, 0, 0)
    copies = await snv.copies(sent)
    assert {code: (one["role"], one["status"]) for code, one in copies.items()} == {
        THI_DUA: ("know", "delivered"), TON_GIAO: ("act", "delivered"), ON_PAPER: ("act", "not_connected"),
    }  # fmt: skip
    assert [(one["recipient"], one["why"]) for one in paper] == [(ON_PAPER, "not_connected")]
    assert len((await snv.sees(sent))["sending"]["groups"][0]["members"]) == 3, "the list as it was then"
    await audit(sent)


async def test_a_unit_issues_from_its_folder_and_is_refused_with_a_reason_beside_the_file(binh_dinh):
    """law: R-103 BD Đ4.2, R-127 HN Đ6.4"""
    form = {
        "from": THI_DUA, "to": [SNV], "subject": "Báo cáo kết quả thi đua quý IV năm 2026", "number": "9",
        "notation": "BTĐ-TH", "date": "2026-11-20",
    }  # fmt: skip
    binh_dinh.thi_dua.issue("9-btd", form, FILE[1])
    binh_dinh.ton_giao.issue("8-btg", {**form, "from": TON_GIAO, "to": ["000.77.77.H99"], "number": "8"}, FILE[1])

    async def report() -> list[Got]:
        return [one for one in await binh_dinh.snv.takes_all() if one.item["notation"] == "BTĐ-TH"]

    [mine] = await until(report)
    await binh_dinh.snv.says(mine, "02", reason_code="INCOMPLETE", reason="Thiếu biểu số 3", staff="Bình")
    [told] = await until(lambda: [one for one in binh_dinh.thi_dua.of_kind("status") if one.get("code") == "02"])
    refused = await until(lambda: binh_dinh.ton_giao.names("refused"))

    assert "Thiếu biểu số 3" in json.dumps(told, ensure_ascii=False)
    assert await until(lambda: binh_dinh.thi_dua.names("sent"))
    assert any(name.startswith("8-btg") for name in refused)
    reasons = [path for path in (binh_dinh.ton_giao.root / "refused").rglob("*") if path.suffix in {".txt", ".html"}]
    assert any("000.77.77.H99" in path.read_text("utf-8") for path in reasons)


async def test_a_recall_reaches_the_folders_and_is_answered_there(binh_dinh, audit):
    """law: R-145 R-146 QĐ28 Đ9.2, R-152"""
    sent = await binh_dinh.snv.sends(make_package(SNV, (THI_DUA, TON_GIAO), subject=SUBJECT))
    document = sent.answer["document_id"]
    [mine] = await until(lambda: of_document(binh_dinh.thi_dua, document))
    [theirs] = await until(lambda: of_document(binh_dinh.ton_giao, document))

    await until(lambda: all_delivered(binh_dinh, sent))
    await binh_dinh.snv.native.withdraw(sent.id, "Ban hành nhầm", kind="recall")
    for folder, code, form in ((binh_dinh.thi_dua, THI_DUA, mine), (binh_dinh.ton_giao, TON_GIAO, theirs)):
        [wanted] = await until(lambda f=folder: [one for one in of_document(f, document) if one["kind"] == "recall"])
        assert wanted["reason"] == "Ban hành nhầm"
        folder.answer("da-huy", {"from": code, "item_id": form["item_id"], "code": "15", "destroyed": True})

    async def destroyed() -> bool:
        states = {one["recall_state"] for one in (await binh_dinh.snv.copies(sent)).values()}
        return states == {"destroyed"}

    await until(destroyed)
    assert (await binh_dinh.snv.sees(sent))["status"] == "erased"
    await audit(sent)


async def test_what_the_province_excludes_and_the_figures_with_paper_beside(binh_dinh):
    """law: R-014 BD Đ3.1, R-202 HN Đ15.1, R-207"""
    excluded = make_package(SNV, THI_DUA, subject="Phương án tác chiến khu vực phòng thủ")
    heard = await binh_dinh.snv.native.offer(excluded)
    await binh_dinh.snv.sends(make_package(SNV, (TON_GIAO, ON_PAPER), subject=SUBJECT))
    month = f"{clock.local(binh_dinh.setting.clock.now()):%Y-%m}"
    figures = await binh_dinh.setting.month(month, SNV)

    assert (heard.status, heard.code) == (422, "excluded_kind")
    copies = await binh_dinh.setting.copies_sent(SNV)
    assert figures["not_connected"] == len([one for one in copies if one["status"] == "not_connected"]) >= 1
    assert figures["documents_sent"] == len([one for one in binh_dinh.setting.ledger if one.by is binh_dinh.snv])
