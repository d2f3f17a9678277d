"""The one-stop system beside an office system: documents tied to a dossier, answered back; no citizen receives."""

from __future__ import annotations

import contextlib

import pytest
import pytest_asyncio

from edxml import reader
from edxml.testing import make_package, make_status, plain_pdf

from .setting import open_setting

pytestmark = pytest.mark.asyncio(loop_scope="module")

JUSTICE, LAND = "000.00.02.H99", "000.00.03.H99"
DOSSIER = "H99.02-261121-0007"
FILE = ("phieu-chuyen.pdf", plain_pdf(2000, "Phiếu chuyển thông tin"))
SAID = {"subject": "Phiếu chuyển thông tin để xác định nghĩa vụ", "notation": "PC-STP", "date": "2026-11-20"}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def one_stop(tmp_path_factory):
    async with contextlib.AsyncExitStack() as stack:
        yield await open_setting("mot-cua", tmp_path_factory.mktemp("mot-cua") / "D", stack)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def audit(one_stop):
    return await one_stop.auditor()


@pytest_asyncio.fixture(loop_scope="module")
async def parts(one_stop):
    """The application, its agency's office system, and the other agency; nothing waits for them."""
    found = [one_stop.by_name[name] for name in ("mot-cua-so-tu-phap", "qlvb-so-tu-phap", "qlvb-so-tnmt")]
    for party in found:
        await party.takes_all()
    return found


async def test_a_document_of_a_dossier_goes_out_and_its_states_and_answer_come_back(parts, audit):
    """law: R-233 HN Đ17.2"""
    application, office, land = parts
    sent = await application.sends_files({**SAID, "to": LAND, "number": "1", "dossier": DOSSIER}, FILE)
    got = await land.takes()
    await land.says(got, "03", arrival_number="15")
    await land.says(got, "06")
    answer = make_package(LAND, JUSTICE, subject="Kết quả xác định", answers=[reader.read(got.data)], dossier=DOSSIER)
    back = await land.sends(answer)

    heard = await application.takes_all()
    stored = await office.takes_all()
    tied = (await application.native.get("/packages", params={"dossier": DOSSIER})).expect()["items"]

    assert (got.item["dossier"], reader.read(got.data).header.application_type) == (DOSSIER, "MCDT_DT")
    statuses = [reader.read(one.data).status for one in heard if one.item["kind"] == "status"]
    assert [one.code for one in statuses] == ["03", "06"], "back to the one-stop officer"
    [result] = [one for one in heard if one.item["kind"] != "status"]
    assert (result.data, result.item["dossier"], result.item["stored_only"]) == (answer, DOSSIER, False)
    assert all(one.item["stored_only"] for one in stored), "the office's registers are whole, and it answers nothing"
    assert [one["package_id"] for one in tied] == [back.id, sent.id]
    assert (await application.copies(sent))[LAND]["replied_by"] == back.id
    await application.says(result, "03", arrival_number="2")
    refused = await office.native.say(stored[-1].delivery, "03")
    assert (refused.status, refused.code) == (409, "state_conflict")
    assert (await land.copies(back))[JUSTICE]["business_status"] == "03"
    await audit(sent, back)


async def test_what_is_tied_to_no_dossier_is_the_office_systems_alone(parts, audit):
    """law: R-233 HN Đ17.2, R-016 HN Đ14.1"""
    application, office, land = parts
    sent = await land.sends(make_package(LAND, JUSTICE, subject="Mời dự hội nghị tổng kết năm 2026"))
    asked = await office.sends(make_package(JUSTICE, LAND, subject="Đề nghị phối hợp công tác quý IV"))
    got = await office.takes()
    await land.says(await land.takes(), "03")

    assert await application.native.inbox() == []
    assert got.item["dossier"] == ""
    assert [one for one, _ in await office.hears()] == ["03"]
    none = (await application.native.get("/packages", params={"dossier": "khac"})).expect()["items"]
    others = (await land.native.get("/packages", params={"dossier": DOSSIER})).expect()["items"]
    assert none == []
    assert {one["from"] for one in others} == {JUSTICE, LAND}, "the other side sees its own part"
    await audit(sent, asked)


async def test_a_take_back_reaches_the_system_that_has_the_document(parts, audit):
    """law: R-233 HN Đ17.2, R-158 VXP: also from software that names no dossier in its recall."""
    application, office, land = parts
    sent = await land.sends_by_sdk(make_package(LAND, JUSTICE, subject="Kết quả cần sửa", dossier=DOSSIER))
    got = await application.takes()
    await office.takes_all()
    document = reader.read(got.data).document_id
    assert (await land.says_by_sdk(make_status("13", LAND, (JUSTICE, document), "Sai số thửa"))).ok
    [wanted] = await application.takes_all()
    await application.says(got, "15", destroyed=True)
    await office.takes_all()

    assert wanted.said == ("13", "Sai số thửa")
    assert (await land.copies(sent))[JUSTICE]["recall_state"] in {"agreed", "destroyed", "asked"}
    await audit(sent)


async def test_a_citizen_is_no_recipient(parts):
    """law: R-233 HN Đ17.2, R-002 QĐ28 Đ3.2: neither a personal number nor an address of e-mail."""
    application, _, _ = parts
    for whom, why in (("001099000001", "org_unknown"), ("nguyen.van.an@example.vn", "profile_invalid")):
        heard = await application.native.send_files(
            {**SAID, "from": JUSTICE, "to": whom, "number": "9", "dossier": DOSSIER}, FILE
        )
        assert (heard.status, heard.code) == (422, why)


async def test_a_stopped_application_leaves_its_documents_to_the_office_system(one_stop, parts, audit):
    """law: R-233 HN Đ17.2: nothing waits for a system that was switched off."""
    application, office, land = parts
    stopped = await one_stop.operator("system", "suspend", application.native.system_id, "--reason", "Bảo trì")
    sent = await land.sends(make_package(LAND, JUSTICE, subject="Kết quả trong giờ bảo trì", dossier=DOSSIER))
    got = await office.takes()
    await office.says(got, "03")
    again = await one_stop.operator("system", "activate", application.native.system_id, "--reason", "Xong")
    application.native.token = ""

    assert (stopped[0], again[0]) == (0, 0)
    assert (got.item["dossier"], got.item["stored_only"]) == (DOSSIER, False)
    await audit(sent)
