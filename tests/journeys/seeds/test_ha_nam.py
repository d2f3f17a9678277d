"""Hà Nam's axis with the national one behind it: QLVB&ĐH by the native API, on a working calendar, for half a year."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
import pytest_asyncio
from journeys.law.town import Party, Town, open_town
from patience import until

from edxml import reader
from edxml.testing import TestCA, make_package, make_status, signed_pdf
from hub import clock
from hub.flow import trust

from .setting import Setting, open_setting

pytestmark = pytest.mark.asyncio(loop_scope="module")

OFFICE, SNV, STC, KIM_BANG, MINISTRY = (
    "000.00.01.H99", "000.00.02.H99", "000.00.03.H99", "000.00.20.H99", "000.00.00.G99",
)  # fmt: skip
FRIDAY = datetime(2026, 11, 20, 16, 50, tzinfo=clock.VIETNAM)
STAFF = {"name": "Trần Thị Bình", "department": "Văn thư"}
SUBJECT = "Đề nghị báo cáo kết quả cải cách hành chính năm 2026"


@dataclass
class Country:
    """The province, the axis, a ministry behind it, and whose signatures are believed."""

    province: Setting
    axis: Town
    ministry: Party
    ca: TestCA

    def of(self, name: str) -> Party:
        return self.province.by_name[name]

    def signed(self, by: str, words: str) -> bytes:
        """A document as QLVB&ĐH makes it: the leader's signature, then the organisation's."""
        name = self.province.hub.directory.agency(by).name
        return signed_pdf(self.ca, [("person", "Nguyễn Văn An"), ("organisation", name)], text=words)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def country(tmp_path_factory):
    folder = tmp_path_factory.mktemp("ha-nam")
    at = clock.FakeClock(FRIDAY)
    async with contextlib.AsyncExitStack() as stack:
        own = {"organ_id": "000.00.00.A00", "role": "axis", "prefixes": [], "test_mode": True}
        axis = await open_town(folder / "axis", at, {"hub": own}, stack)
        ministry = await axis.system(await axis.agency("Bộ", code=MINISTRY))
        gate = await axis.system(*[await axis.agency("Cơ quan", code=code) for code in (OFFICE, SNV, STC, KIM_BANG)])
        (folder / "secret").write_text(gate.native.secret, encoding="ascii")
        more = f'\n[axis]\nendpoint = "{axis.url}"\nsystem_id = "{gate.native.system_id}"\nsecret_file = "{folder}/secret"\npoll_seconds = 1\n'  # noqa: E501 - a file
        province = await open_setting("ha-nam-qlvb", folder / "province", stack, at=at, more=more)
        ca = TestCA(now=FRIDAY - timedelta(hours=1))
        await asyncio.to_thread(ca.write_trust, province.folder / "trust")
        await trust.reload(province.hub)
        yield Country(province, axis, ministry, ca)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def audit(country):
    return await country.province.auditor()


async def test_verified_before_acceptance_and_received_by_the_law_on_monday(country, audit):
    """law: R-068 HN Đ9.1, R-090 HN Đ12.2, R-093 HN Đ7.2, R-125 HN Đ9.1a: real and legal time side by side."""
    sender, recipient = country.of("qlvb-so-noi-vu"), country.of("qlvb-so-tai-chinh")
    await country.province.wait_until("2026-11-20T17:31")
    said = {"to": STC, "subject": SUBJECT, "number": "101", "notation": "SNV-CCHC", "date": "2026-11-20"}
    sent = await sender.sends_files(said, ("101-snv.pdf", country.signed(SNV, SUBJECT)))

    got = await recipient.takes()
    verdicts = (await recipient.native.get(f"/packages/{sent.id}/verdicts")).expect()
    await recipient.says(got, "01")
    before = (await sender.copies(sent))[STC]
    await country.province.wait_until("2026-11-23T09:00")
    await recipient.says(got, "03", arrival_number="455", arrival_date="2026-11-23", staff=STAFF)
    after = (await sender.copies(sent))[STC]

    assert verdicts["verdict"] == "PASSED"
    assert [one["role"] for one in verdicts["files"][0]["signatures"]] == ["person", "organisation"]
    assert verdicts["legal_value"] == "original"
    real, legal = before["received_at"], before["received_legal"]
    assert (real[:16], legal, before["accept_by"]) == (
        "2026-11-20T17:31", "2026-11-23T07:30:00+07:00", "2026-11-23T17:30:00+07:00",
    )  # fmt: skip
    assert after["accepted_at"] < after["accept_by"], "the same-day receipt is in time"
    assert (after["business_status"], after["arrival_number"]) == ("03", "455")
    code, told = await country.province.operator("calendar", "legal", "2026-11-20T17:31")
    assert (code, told["received_legal"]) == (0, legal), "the operator's command says the same"
    assert [one for one, _ in await sender.hears()] == ["01", "03"]
    await audit(sent)


async def test_refused_with_a_reason_corrected_and_linked(country, audit):
    """law: R-127 HN Đ6.4, R-128, R-131 HN Đ9.1b, R-132 HN Đ9.1"""
    sender, recipient = country.of("qlvb-so-noi-vu"), country.of("qlvb-kim-bang")
    said = {"to": KIM_BANG, "subject": SUBJECT, "number": "102", "notation": "SNV-CCHC", "date": "2026-11-23"}
    first = await sender.sends_files(said, ("102-snv.pdf", country.signed(SNV, "thiếu phụ lục")))
    got = await recipient.takes()

    silent = await recipient.native.say(got.delivery, "02", reason_code="INCOMPLETE")
    await recipient.says(got, "02", reason_code="INCOMPLETE", reason="Thiếu phụ lục số 2", staff=STAFF)
    refused = (await sender.copies(first))[KIM_BANG]
    second = await sender.sends_files(
        {**said, "document_id": first.answer["document_id"]}, ("102-snv.pdf", country.signed(SNV, "đủ phụ lục"))
    )
    again = await recipient.takes()
    await recipient.says(again, "03", arrival_number="77")
    late = await recipient.native.say(again.delivery, "02", reason_code="OTHER", reason="Đổi ý kiến", staff=STAFF)

    assert silent.code == "reason_required"
    assert (refused["business_status"], refused["refusal"], refused["arrival_number"]) == ("02", "INCOMPLETE", None)
    assert (await sender.copies(first))[KIM_BANG]["corrected_by"] == second.id
    assert (late.status, late.code) == (409, "state_conflict"), "after 03 the way back is a reply"
    assert any(code == "02" and "Thiếu phụ lục số 2" in words for code, words in await sender.hears())
    await audit(first, second)


async def test_an_answer_asked_by_a_day_comes_linked_and_is_counted_in_days(country, audit):
    """law: R-041 HN Đ10.2d, R-100 CB Đ6.2, R-142"""
    sender, recipient = country.of("qlvb-van-phong"), country.of("qlvb-so-tai-chinh")
    asks = {
        "to": STC, "subject": "Đề nghị báo cáo quyết toán quý III", "number": "103", "notation": "VP-TH",
        "date": "2026-11-23", "due_date": "2026-11-25", "reply_requested": True,
    }  # fmt: skip
    early = await sender.native.send_files(
        {**asks, "from": OFFICE, "number": "104", "due_date": "2026-11-01"}, ("x.pdf", country.signed(OFFICE, "x"))
    )
    sent = await sender.sends_files(asks, ("103-vp.pdf", country.signed(OFFICE, "báo cáo")))
    got = await recipient.takes()
    await recipient.says(got, "03", arrival_number="456")
    await country.province.wait_until("2026-11-27T10:00")
    overdue = (await sender.copies(sent))[STC]["days_overdue"]
    answer = {
        "to": OFFICE, "subject": "Báo cáo quyết toán quý III", "number": "88", "notation": "STC-NS",
        "date": "2026-11-27", "answers": [{"organ_id": OFFICE, "document_id": sent.answer["document_id"]}],
    }  # fmt: skip
    back = await recipient.sends_files(answer, ("88-stc.pdf", country.signed(STC, "báo cáo")))

    assert (early.status, early.json["check"]) == (422, "due_date")
    assert got.item["reply_due"].startswith("2026-11-25T17:30")
    assert overdue == 2
    row = (await sender.copies(sent))[STC]
    assert (row["replied_by"], row["days_overdue"]) == (back.id, 2)
    taken = await sender.takes_all()
    assert any(one.item["package_id"] == back.id for one in taken)
    await audit(sent, back)


async def test_recalled_whatever_was_done_and_destroyed_in_so_many_words(country, audit):
    """law: R-145 R-146 R-148 HN Đ9.2, R-151 NĐ30 PL VI, R-152"""
    sender, recipient = country.of("qlvb-so-noi-vu"), country.of("qlvb-so-tai-chinh")
    said = {"to": STC, "subject": SUBJECT, "number": "105", "notation": "SNV-CCHC", "date": "2026-11-27"}
    sent = await sender.sends_files(said, ("105.pdf", country.signed(SNV, "sai")))
    got = await recipient.takes()
    await recipient.says(got, "03", arrival_number="457")
    await recipient.says(got, "05")

    before = (await sender.copies(sent))[STC]["keeps"]
    told = await sender.native.withdraw(sent.id, "Ban hành sai thẩm quyền", kind="recall")
    recall = await recipient.takes()
    by = (await recipient.copies(sent))[STC]["wanted"]["destroy_by"]
    await recipient.says(recall, "15", destroyed=True, description="Đã hủy văn bản điện tử", staff=STAFF)

    assert before is False
    assert [(one["recipient"], one["recall_state"]) for one in told["recipients"]] == [(STC, "asked")]
    assert by.endswith("T17:30:00+07:00"), "one working day, by the calendar"
    row = (await sender.copies(sent))[STC]
    assert (row["recall_state"], row["arrival_number"]) == ("destroyed", "457")
    shown = await recipient.sees(sent)
    assert (shown["subject"], shown["tombstone"]["reason"]) == ("", "Ban hành sai thẩm quyền")
    assert (await recipient.native.get(f"/packages/{sent.id}/content")).status == 404
    [words] = [words for code, words in await sender.hears() if code == "15"]
    assert "hủy" in words
    await audit(sent)


async def test_with_a_ministry_through_the_national_axis_both_ways(country, audit):
    """law: R-119 HN Đ12.3, R-121 QĐ28 Đ10.2h, R-148 QĐ28 Đ8.2, R-163 HN Đ6.5: out, statuses, recall; and in."""
    sender, ministry = country.of("qlvb-van-phong"), country.ministry
    told = {
        "to": MINISTRY, "subject": "Báo cáo tình hình kinh tế xã hội năm 2026", "number": "106",
        "notation": "UBND-TH", "date": "2026-11-27",
    }  # fmt: skip
    sent = await sender.sends_files(told, ("106.pdf", country.signed(OFFICE, "báo cáo")))
    [(_, data)] = await until(ministry.takes_by_sdk)
    read = reader.read(data)
    for code in ("01", "03", "06"):
        assert (await ministry.says_by_sdk(make_status(code, MINISTRY, read, at=country.province.clock.now()))).ok

    async def at(field: str, wanted: str) -> bool:
        return (await sender.copies(sent))[MINISTRY][field] == wanted

    await until(lambda: at("business_status", "06"))
    await sender.native.withdraw(sent.id, "Số liệu sai", kind="recall")
    [(_, recall)] = await until(ministry.takes_by_sdk)
    assert (await ministry.says_by_sdk(make_status("15", MINISTRY, read, "Đã hủy"))).ok
    await until(lambda: at("recall_state", "destroyed"))
    incoming = make_package(MINISTRY, (OFFICE, SNV), subject="Hướng dẫn thực hiện", issued_on=FRIDAY.date())
    assert (await ministry.vxp.do("sendEdoc", incoming, MINISTRY)).ok
    office, home = country.of("qlvb-van-phong"), country.of("qlvb-so-noi-vu")

    async def came(party: Party) -> bytes | None:
        return next((one.data for one in await party.takes_all() if one.item["kind"] == "new"), None)

    both = [await until(lambda party=party: came(party)) for party in (office, home)]
    mine = [got for got in home.got if got.data == incoming]
    await home.says(mine[-1], "03", arrival_number="9")
    heard = await until(lambda: ministry.takes_by_sdk("status"))

    assert any(one["code"] == "paper" for one in sent.answer["warnings"]), "to a ministry also on paper"
    assert "Số liệu sai" in recall.decode()
    assert both == [incoming, incoming]
    assert "03" in {reader.read(one).status.code for _, one in heard}
    await audit(sent, repeats=False)


async def test_half_a_year_in_figures_that_open_to_their_documents(country):
    """law: R-202 HN Đ15.1, R-203 HN Đ15.2, R-204 QĐ28 Đ11.1, R-207"""
    province, recipient = country.province, country.of("qlvb-kim-bang")
    last = await country.of("qlvb-so-noi-vu").sends(
        make_package(SNV, KIM_BANG, subject=SUBJECT, issued_on=FRIDAY.date())
    )
    [got] = [one for one in await recipient.takes_all() if one.item["package_id"] == last.id]
    await recipient.says(got, "02", reason_code="INCOMPLETE", reason="Thiếu phụ lục số 2", staff=STAFF)
    half = [f"2026-{month:02}" for month in range(7, 13)]
    total: dict[str, dict[str, int]] = {}
    for month in half:
        code, answer = await province.operator("report", "monthly", "--month", month)
        assert code == 0
        for row in answer["agencies"]:
            sums = total.setdefault(row["organ_id"], {})
            for name in ("documents_sent", "deliveries", "refused", "recalled", "documents_received"):
                sums[name] = sums.get(name, 0) + row[name]
    _, quarter = await province.operator("report", "national", "--quarter", "2026Q4")
    _, behind = await province.operator("report", "list", "--month", "2026-11", "--agency", SNV, "--figure", "refused")

    sent = {code: [one for one in province.ledger if one.by.code == code] for code in (OFFICE, SNV, STC, KIM_BANG)}
    assert {code: total[code]["documents_sent"] for code in sent} == {code: len(all_) for code, all_ in sent.items()}
    copies = {code: await province.copies_sent(code) for code in sent}
    refused = {code: len([one for one in all_ if one["business_status"] == "02"]) for code, all_ in copies.items()}
    assert {code: total[code]["refused"] for code in sent} == refused
    assert len(behind["lines"]) == refused[SNV] >= 1
    assert quarter["documents_sent"] == sum(map(len, sent.values()))
    outside = [one for all_ in copies.values() for one in all_ if one["recipient"] == MINISTRY]
    assert quarter["sent_through_axis"] == len(outside)
