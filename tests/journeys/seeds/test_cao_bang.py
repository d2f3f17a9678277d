"""VNPT-iOffice of Cao Bằng: one site for each agency, each a system of its own at the VXP door, through the SDK."""

from __future__ import annotations

import contextlib

import pytest
import pytest_asyncio
from journeys.law.town import Sent

from edxml import reader
from edxml.testing import make_package, make_status
from hub import clock

from .ioffice import IOffice
from .setting import open_setting

pytestmark = pytest.mark.asyncio(loop_scope="module")

OFFICE, SNV, STC, HOA_AN = "000.00.01.H99", "000.00.02.H99", "000.00.03.H99", "000.00.20.H99"
LIFE = ["01", "03", "04", "05", "06"]
SUBJECT = "Phân công trực cơ quan dịp Tết Dương lịch năm 2027"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def cao_bang(tmp_path_factory):
    async with contextlib.AsyncExitStack() as stack:
        yield await open_setting("cao-bang-ioffice", tmp_path_factory.mktemp("cao-bang") / "D", stack)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def audit(cao_bang):
    return await cao_bang.auditor()


@pytest.fixture
def sites(cao_bang) -> dict[str, IOffice]:
    """The site of each agency, started afresh."""
    return {party.code: IOffice(party, party.code) for party in cao_bang.by_name.values()}


def kept(cao_bang, site: IOffice, doc_id: str, data: bytes) -> Sent:
    """What a site sent, for the audit."""
    return cao_bang.keep(Sent(site.party, {"package_id": doc_id}, data, "vxp"))


async def test_a_whole_life_and_both_registers(cao_bang, audit, sites):
    """law: R-121 R-125 CB Đ6.1b, R-105 HN Đ10.3a, R-126 NĐ30 PL VI"""
    sender, stc, hoa_an = sites[SNV], sites[STC], sites[HOA_AN]
    data = make_package(SNV, (STC, HOA_AN), subject=SUBJECT, number="12", notation="SNV-VP")
    document = reader.read(data).document_id

    doc_id = await sender.issue(data)
    before = await sender.sent(doc_id)
    assert [await site.poll() for site in (stc, hoa_an, sites[OFFICE])] == [1, 1, 0]
    number = await stc.register(document)
    for code in LIFE[2:]:
        await stc.say(document, code)
    await sender.poll()

    assert {code: states[1] for code, states in before.items()} == {STC: "initial", HOA_AN: "initial"}
    assert sender.heard(document, STC) == LIFE
    assert sender.heard(document, HOA_AN) == ["01"]
    assert await sender.sent(doc_id) == {STC: ("done", "done"), HOA_AN: ("done", "done")}
    entry = stc.incoming[document]
    header = entry.package.header
    assert entry.data == data, "byte for byte what was issued"
    assert (header.code.number, header.code.notation, header.subject) == ("12", "SNV-VP", SUBJECT), "nothing is retyped"
    assert (number, entry.state) == (1, "06")
    copy = (await sender.party.native.package(doc_id))["deliveries"]
    told = {one["recipient"]: (one["business_status"], one["arrival_number"]) for one in copy}
    assert told == {STC: ("06", "1"), HOA_AN: ("01", None)}
    await audit(kept(cao_bang, sender, doc_id, data))


async def test_a_site_that_forgets_what_it_fetched_gets_it_again_and_enters_it_once(cao_bang, audit, sites):
    """law: R-114: list, getEdoc, a crash before `done`; the same docId again."""
    sender, stc = sites[SNV], sites[STC]
    data = make_package(SNV, STC, subject=SUBJECT)
    doc_id = await sender.issue(data)

    [item] = (await stc.call("getReceivedEdocList", "edoc")).json["data"]
    reply, first = await stc.call("getEdoc", item["docId"])
    [again] = (await stc.call("getReceivedEdocList", "edoc")).json["data"]
    new = [await stc.poll(), await stc.poll()]
    after = await stc.call("getEdoc", item["docId"])
    repeated = await sender.call("sendEdoc", data, SNV)

    assert reply.ok
    assert item["docId"] == again["docId"]
    assert (first, after[1]) == (data, data)
    assert new == [1, 0]
    assert repeated.json["DocId"] == doc_id, "the clerk pressed twice: one document"
    assert "docId" in stc.sdk.knobstick.map, "its header map was never cleared"
    await audit(kept(cao_bang, sender, doc_id, data))


async def test_a_refusal_with_its_reason_and_the_corrected_sending(cao_bang, audit, sites):
    """law: R-127 HN Đ6.4, R-128, R-131 HN Đ9.1b"""
    sender, stc = sites[SNV], sites[STC]
    data = make_package(SNV, STC, subject=SUBJECT, number="31", notation="SNV-TCCB")
    document = reader.read(data).document_id
    doc_id = await sender.issue(data)
    await stc.poll()

    silent = await stc.call("sendEdoc", make_status("02", STC, stc.incoming[document].package, " "), STC, "status")
    await stc.say(document, "02", "Thiếu phụ lục kèm theo, đề nghị gửi lại")
    await sender.poll()
    better = make_package(
        SNV, STC, document_id=document, subject=SUBJECT, number="31", notation="SNV-TCCB", size=20_000
    )
    second = await sender.issue(better)

    assert (silent.ok, silent.code) == (False, "21")
    told = [(code, words) for about, _, code, words in sender.statuses if about == document]
    assert told[-1] == ("02", "Thiếu phụ lục kèm theo, đề nghị gửi lại")
    [row] = (await sender.party.native.package(doc_id))["deliveries"]
    assert (row["business_status"], row["corrected_by"], row["arrival_number"]) == ("02", second, None)
    assert await stc.poll() == 1
    await audit(kept(cao_bang, sender, doc_id, data), kept(cao_bang, sender, second, better))


async def test_recalled_only_where_it_is_not_handled_yet_and_said_beforehand(cao_bang, audit, sites):
    """law: R-147 CB Đ7.5, R-146 QĐ28 Đ9.2, R-152, R-153"""
    sender, stc, hoa_an, office = sites[SNV], sites[STC], sites[HOA_AN], sites[OFFICE]
    data = make_package(SNV, (STC, HOA_AN, OFFICE), subject=SUBJECT)
    document = reader.read(data).document_id
    doc_id = await sender.issue(data)
    for site in (stc, hoa_an):
        await site.poll()
        await site.register(document)
    for code in ("04", "05"):
        await stc.say(document, code)
    await sender.poll()

    shown = (await sender.party.native.package(doc_id))["deliveries"]
    assert {one["recipient"]: one["keeps"] for one in shown} == {STC: True, HOA_AN: False, OFFICE: False}
    recall = make_package(
        SNV, (STC, HOA_AN, OFFICE), document_id=document, business_type=1, reason="Sai thẩm quyền", attachments=[]
    )
    reply = await sender.call("sendEdoc", recall, SNV)
    assert reply.ok
    assert [await site.poll() for site in (stc, hoa_an, office)] == [0, 1, 0]
    assert hoa_an.incoming[document].wanted_back == "Sai thẩm quyền"
    await hoa_an.say(document, "15", "Đã hủy văn bản trên hệ thống")
    await sender.poll()

    rows = {one["recipient"]: one for one in (await sender.party.native.package(doc_id))["deliveries"]}
    assert {code: row["recall_state"] for code, row in rows.items()} == {
        STC: "refused", HOA_AN: "destroyed", OFFICE: "never_delivered",
    }  # fmt: skip
    assert rows[HOA_AN]["arrival_number"] is not None, "the number stays used"
    assert sender.heard(document, HOA_AN)[-1] == "15"
    assert (await stc.party.native.get(f"/packages/{doc_id}/content")).body == data
    assert (await hoa_an.party.native.get(f"/packages/{doc_id}/content")).status == 404
    await audit(kept(cao_bang, sender, doc_id, data))


async def test_a_take_back_before_handling_and_a_reply_that_is_linked(cao_bang, audit, sites):
    """law: R-158 VXP, R-156: 13 and 15; the answer names the document it answers."""
    sender, stc = sites[SNV], sites[STC]
    data = make_package(SNV, STC, subject=SUBJECT)
    document = reader.read(data).document_id
    doc_id = await sender.issue(data)
    await stc.poll()
    await stc.register(document)
    asked = make_status("13", SNV, (STC, document), "Nhầm phụ lục")
    assert (await sender.call("sendEdoc", asked, SNV, "status")).ok
    await stc.poll()
    assert stc.incoming[document].wanted_back == "Nhầm phụ lục"
    await stc.say(document, "16", "Đã trình lãnh đạo")

    asking = stc.incoming[document].package
    answer = make_package(STC, SNV, subject="Trả lời về việc phân công trực cơ quan", answers=[asking])
    back = await stc.issue(answer)
    await sender.poll()

    assert sender.heard(document, STC)[-1] == "16"
    [row] = (await sender.party.native.package(doc_id))["deliveries"]
    assert (row["recall_state"], row["replied_by"]) == ("refused", back)
    assert reader.read(answer).document_id in sender.incoming
    await audit(kept(cao_bang, sender, doc_id, data), kept(cao_bang, stc, back, answer))


async def test_a_site_sees_nothing_of_another_and_speaks_for_itself_only(cao_bang, sites):
    """law: R-008 HN Đ20.2d: one site, one agency, one credential."""
    stc = sites[STC]

    in_anothers_name = await stc.call("sendEdoc", make_package(SNV, OFFICE, subject=SUBJECT), SNV)
    nobodys = await stc.call("getEdoc", "00000000-0000-4000-8000-000000000000")

    assert (in_anothers_name.ok, in_anothers_name.code) == (False, "19")
    assert not nobodys[0].ok


async def test_the_figures_are_those_of_the_registers(cao_bang, sites):
    """law: R-202 HN Đ15.1, R-207: what the module sent, counted by the product and by hand."""
    sender, stc = sites[SNV], sites[STC]
    data = make_package(SNV, STC, subject=SUBJECT)
    kept(cao_bang, sender, await sender.issue(data), data)
    await stc.poll()
    await stc.say(reader.read(data).document_id, "02", "Gửi nhầm cơ quan, đề nghị gửi lại")
    month = f"{clock.local(cao_bang.clock.now()):%Y-%m}"
    figures = await cao_bang.month(month, SNV)
    sent = [one for one in cao_bang.ledger if one.by.code == SNV]

    assert figures["documents_sent"] == len(sent)
    refused = [one for one in await cao_bang.copies_sent(SNV) if one["business_status"] == "02"]
    assert figures["refused"] == len(refused) >= 1
    assert figures["deliveries"] == sum(len(one.read.recipient_ids) for one in sent)
    listed = await cao_bang.operator("report", "list", "--month", month, "--agency", SNV, "--figure", "refused")
    assert len(listed[1]["lines"]) == len(refused)
