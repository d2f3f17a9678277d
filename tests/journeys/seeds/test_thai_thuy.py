"""Thái Thụy: the education office has MVP (primary) and V-Office (stores); schools; the sector's inside channel."""

from __future__ import annotations

import contextlib

import pytest
import pytest_asyncio

from edxml import reader
from edxml.testing import make_package, plain_pdf
from hub import clock

from .setting import open_setting

pytestmark = pytest.mark.asyncio(loop_scope="module")

DISTRICT, OFFICE, HEALTH = "000.00.20.H99", "000.05.20.H99", "000.06.20.H99"
SCHOOL, SCHOOL_2 = "001.05.20.H99", "002.05.20.H99"
ACCOUNT = "phonggddt.ubtt"
INSIDE = """title = "Thái Thụy, kênh nội bộ"
decision = "226/QĐ-PGDĐT"
[checks]
# law: R-235
inside = {api = "enforce", vxp = "enforce"}
"""
SUBJECT = "Tăng cường công tác y tế trường học năm 2026"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def thai_thuy(tmp_path_factory):
    async with contextlib.AsyncExitStack() as stack:
        setting = await open_setting("thai-thuy-voffice", tmp_path_factory.mktemp("thai-thuy") / "D", stack)
        setting.by_name["so-giao-duc"] = await setting.party("Sở Giáo dục và Đào tạo")
        yield setting, await setting.auditor()


@pytest_asyncio.fixture(loop_scope="module")
async def cast(thai_thuy):
    """MVP, V-Office and a department of the province; nothing waits for them."""
    setting, _ = thai_thuy
    found = [setting.by_name["mvp"], setting.by_name["v-office"], setting.by_name["so-giao-duc"]]
    for party in found:
        await party.takes_all()
    return found


async def test_the_primary_system_answers_the_other_stores(thai_thuy, cast):
    """law: R-135 TT Đ6.1.2, R-136 TT Đ7.1, R-207: one delivery counted, one register, no second answer."""
    setting, audit = thai_thuy
    mvp, v_office, province = cast
    sent = await province.sends(make_package(province.code, OFFICE, subject=SUBJECT))

    own, stored = await mvp.takes(), await v_office.takes()
    await mvp.says(own, "03", arrival_number="12")
    second = await v_office.native.say(stored.delivery, "03", arrival_number="1")
    await mvp.says(own, "06")

    assert (own.item["stored_only"], stored.item["stored_only"]) == (False, True)
    assert own.data == stored.data == sent.data
    assert (second.status, second.code) == (409, "state_conflict")
    copies = await province.copies(sent)
    assert {code: (one["business_status"], one["arrival_number"]) for code, one in copies.items()} == {
        OFFICE: ("06", "12")
    }
    month = f"{clock.local(setting.clock.now()):%Y-%m}"
    assert (await setting.month(month, OFFICE))["documents_received"] == 1
    await audit(sent)


async def test_the_account_in_mvp_is_another_name_of_the_office(thai_thuy, cast):
    """law: R-237 TT Đ6.1.2, R-023: mail written to the account reaches the organisation, by a service's credential."""
    _, audit = thai_thuy
    mvp, v_office, province = cast
    sent = await province.sends(make_package(province.code, ACCOUNT, subject=SUBJECT))
    got = await mvp.takes()
    await mvp.says(got, "03")
    await v_office.takes()

    assert got.item["recipient"] == OFFICE
    assert (await province.copies(sent))[OFFICE]["business_status"] == "03"
    login = await province.native.post("/token", data={"grant_type": "password", "username": ACCOUNT, "password": "x"})
    assert login.status in {400, 401}, "a person's password opens nothing"
    await audit(sent)


async def test_what_goes_to_schools_the_office_gets_too(thai_thuy, cast):
    """law: R-113 TT Đ9: a department writes to two schools; a school without a code is named, not addressed."""
    _, audit = thai_thuy
    mvp, v_office, _ = cast
    said = {
        "from": HEALTH, "to": [SCHOOL, SCHOOL_2], "subject": SUBJECT, "number": "7", "notation": "PYT-NV",
        "date": "2026-11-20", "to_places": ["Trường Mầm non Thái Phúc (hộp thư con của Phòng)"],
    }  # fmt: skip
    sent = await mvp.sends_files(said, ("7-pyt.pdf", plain_pdf(2000)))
    mine = await v_office.takes_all()
    copy = await mvp.takes()

    assert {one.item["recipient"]: one.item["stored_only"] for one in mine} == {
        SCHOOL: False, SCHOOL_2: False, OFFICE: True,
    }  # fmt: skip
    assert (copy.item["recipient"], copy.item["role"]) == (OFFICE, "know")
    assert reader.read(copy.data).header.to_places == tuple(said["to_places"]), "named for the office to hand on"
    assert any(one["code"] == "copied" for one in sent.answer["warnings"])
    assert sorted(await mvp.copies(sent)) == [OFFICE, SCHOOL, SCHOOL_2]
    await audit(sent)


async def test_a_school_asks_for_a_confirmation_and_gets_it_back_linked(thai_thuy, cast):
    """law: R-239 TT Đ8.2"""
    _, audit = thai_thuy
    mvp, v_office, _ = cast
    asks = {
        "from": SCHOOL, "to": OFFICE, "subject": "Đề nghị xác nhận danh sách học sinh dự thi", "number": "3",
        "notation": "THCS-CM", "date": "2026-11-20", "request": "confirmation", "due_date": "2026-12-01",
    }  # fmt: skip
    sent = await v_office.sends_files(asks, ("3-thcs.pdf", plain_pdf(2000)))
    got = await mvp.takes()
    before = (await v_office.copies(sent))[OFFICE]["confirmed"]
    answer = {
        "from": OFFICE, "to": SCHOOL, "subject": "Xác nhận danh sách học sinh dự thi", "number": "41",
        "notation": "PGDĐT-CM", "date": "2026-11-20",
        "answers": [{"organ_id": SCHOOL, "document_id": sent.answer["document_id"]}],
    }  # fmt: skip
    back = await mvp.sends_files(answer, ("41-pgd.pdf", plain_pdf(2000)))
    row = (await v_office.copies(sent))[OFFICE]

    assert got.item["request"] == "confirmation"
    assert (before, row["confirmed"], row["replied_by"]) == (False, True, back.id)
    await audit(sent, back)


async def test_a_recall_reaches_both_systems_of_the_office(thai_thuy, cast):
    """law: R-135 TT Đ6.1.2, R-146 QĐ28 Đ9.2: back when both copies are destroyed."""
    _, audit = thai_thuy
    mvp, v_office, province = cast
    sent = await province.sends(make_package(province.code, OFFICE, subject=SUBJECT))
    own, stored = await mvp.takes(), await v_office.takes()
    await province.native.withdraw(sent.id, "Sai số liệu", kind="recall")
    states = []
    for party, got in ((mvp, own), (v_office, stored)):
        await party.takes()
        await party.says(got, "15", destroyed=True)
        states.append((await province.copies(sent))[OFFICE]["recall_state"])

    assert states == ["asked", "destroyed"]
    await audit(sent)


async def test_examination_papers_do_not_travel(cast):
    """law: R-014 TT Đ5.3"""
    _, v_office, _ = cast
    heard = await v_office.native.offer(make_package(SCHOOL, OFFICE, subject="Đề thi học kỳ I môn Toán lớp 9"))

    assert (heard.status, heard.code) == (422, "excluded_kind")


async def test_the_inside_channel_stays_inside_where_the_province_says_so(tmp_path, thai_thuy):
    """law: R-235: school to school in V-Office: recorded by default, refused where a profile of one's own says so."""
    _, audit = thai_thuy
    v_office = thai_thuy[0].by_name["v-office"]
    passes = await v_office.sends(make_package(SCHOOL, SCHOOL_2, subject=SUBJECT))
    async with contextlib.AsyncExitStack() as stack:
        setting = await open_setting("thai-thuy-voffice", tmp_path / "D", stack, profile=INSIDE)
        strict = setting.by_name["v-office"]
        inner = await strict.native.offer(make_package(SCHOOL, SCHOOL_2, subject=SUBJECT))
        outer = await strict.native.offer(make_package(SCHOOL, DISTRICT, subject=SUBJECT))

    assert (inner.status, inner.json["check"]) == (422, "inside")
    assert outer.status == 201
    await audit(passes)
