"""The same stories in six provinces: what each decides otherwise, with its article.

| what | national | Hà Nam | Cao Bằng | Vĩnh Phúc | Bình Định | Thái Thụy |
| --- | --- | --- | --- | --- | --- | --- |
| recall of what is handled | given back, R-148 QĐ28 Đ8.2 | given back, HN Đ9.2 | kept from 04 on, R-147 CB Đ7.5 | as national | as national | as national |
| denunciation, combat plan, examination paper | all travel | all travel, HN Đ6.5 | all travel | the first not, R-014 VP Đ7.1 | the second not, BD Đ3.1 | the third not, TT Đ5.3 |
| budget, directive, petition without paper | none told | budget, petition told, R-163 HN Đ6.5 | all told, R-164 CB Đ8.2 | none | none | none |
| texts in an old code page | told | told | told | refused, R-043 VP Đ5.2 | told | told |
| a deadline before the day of issue | told | refused, R-041 HN Đ10.2d | told | told | told | told |
| subject of eleven letters | taken | taken | told, R-047 CB Đ6.1a | taken | taken | taken |
| nobody signed | told | told | told | told | in the books, R-063 BD Đ3.2 | told |
| the organisation alone signed | told | in the books, R-053 HN Đ9.3c | a copy, R-065 CB Đ7.5 | told | told | told |
| the organisation signed first | told | told | told | told | told | refused, R-075 TT Đ6.5 |
| Friday evening, midday | next session, R-090 R-091 HN Đ12.2 | same | same | same | same | same |
"""  # noqa: E501 - a table

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

import pytest

from edxml.testing import TestCA, make_package, make_status, plain_pdf, signed_pdf
from hub import clock
from hub.flow import trust

pytestmark = pytest.mark.asyncio(loop_scope="module")


@dataclass(frozen=True)
class Province:
    """What is expected of a profile.

    keeps: business statuses at which a recipient keeps a recalled copy. excluded: kinds that are refused.
    paper: documents whose sender is told that paper is missing. refused, told: other findings, by check.
    """

    keeps: frozenset[str] = frozenset()
    excluded: frozenset[str] = frozenset()
    paper: frozenset[str] = frozenset()
    refused: frozenset[str] = frozenset()
    told: frozenset[str] = frozenset()


TOLD = frozenset({"old_code_page", "due_date", "unsigned_main", "person_signature", "signature_order"})
EXPECTED = {
    "national": Province(told=TOLD),  # law: R-148 QĐ28 Đ8.2
    "ha-nam-2019": Province(  # law: R-148 HN Đ9.2, R-163 HN Đ6.5, R-041 HN Đ10.2d, R-053 HN Đ9.3c
        paper=frozenset({"budget", "petition"}),
        refused=frozenset({"due_date"}),
        told=TOLD - {"due_date", "person_signature"},
    ),
    "cao-bang-2017": Province(  # law: R-147 CB Đ7.5, R-164 CB Đ8.2, R-047 CB Đ6.1a, R-065 CB Đ7.5
        keeps=frozenset({"04", "05"}),
        paper=frozenset({"budget", "directive", "petition"}),
        told=TOLD - {"person_signature"} | {"subject_empty"},
    ),
    "vinh-phuc-2014": Province(  # law: R-014 VP Đ7.1, R-043 VP Đ5.2
        excluded=frozenset({"denunciation"}), refused=frozenset({"old_code_page"}), told=TOLD - {"old_code_page"}
    ),
    "binh-dinh-2017": Province(  # law: R-014 BD Đ3.1, R-063 BD Đ3.2
        excluded=frozenset({"combat"}), told=TOLD - {"unsigned_main"}
    ),
    "thai-thuy-2019": Province(  # law: R-014 TT Đ5.3, R-075 TT Đ6.5
        excluded=frozenset({"examination"}),
        refused=frozenset({"signature_order"}),
        told=TOLD - {"signature_order"},
    ),
}
KINDS = {
    "denunciation": "Đơn tố cáo của công dân xã Thử Nghiệm",
    "combat": "Phương án tác chiến khu vực phòng thủ",
    "examination": "Đề thi học kỳ I môn Toán lớp 9",
}
ON_PAPER = {
    "budget": {"subject": "Giao dự toán ngân sách năm 2027 cho các đơn vị", "notation": "CV-STC"},
    "directive": {
        "subject": "Tăng cường phòng chống thiên tai năm 2026",
        "notation": "CT-UBND",
        "type_name": "Chỉ thị",
    },
    "petition": {"subject": "Đề nghị ban hành quy chế làm việc", "notation": "TTr-SNV", "type_name": "Tờ trình"},
}
AT = datetime(2026, 11, 20, 17, 31, tzinfo=clock.VIETNAM)  # a Friday evening


@pytest.fixture(scope="module", params=list(EXPECTED))
def profile(request) -> str:
    return request.param


@pytest.fixture(scope="module")
def sections(profile) -> dict:
    return {"profile": {"name": profile}}


@pytest.fixture(scope="module")
def begins() -> datetime:
    return AT


@pytest.fixture(scope="module")
def expected(profile) -> Province:
    return EXPECTED[profile]


@pytest.fixture(scope="module")
def ca() -> TestCA:
    return TestCA(now=AT - timedelta(hours=1))


async def test_who_keeps_a_recalled_copy(town, audit, expected):
    """law: R-147 CB Đ7.5, R-148 HN Đ9.2 QĐ28 Đ8.2: recipients at nothing, 01, 03, 04 and 05."""
    sender, waiting, *others = await town.some(6)
    by_status = dict(zip(("01", "03", "04", "05"), others, strict=True))
    sent = await sender.sends(
        make_package(sender.code, (waiting.code, *(one.code for one in others)), issued_on=AT.date())
    )
    got = {}
    for status, party in by_status.items():
        got[status] = await party.takes()
        await party.says(got[status], status)

    code, told = await sender.truc("withdraw", sent.id, "--reason", "Ban hành sai", "--kind", "recall")
    states = {one["recipient"]: one["recall_state"] for one in told["recipients"]}
    kept = {one["recipient"]: one["kept"] for one in told["refused"]}
    reached = {status for status, party in by_status.items() if await party.native.inbox()}
    for status in sorted(reached):
        recall = await by_status[status].takes()
        await by_status[status].says(recall, "15", destroyed=True)

    assert code == 0
    assert states == {waiting.code: "never_delivered"} | {
        party.code: "refused" if status in expected.keeps else "asked" for status, party in by_status.items()
    }
    assert kept == {by_status[status].code: "handled" for status in expected.keeps}
    assert reached == set(by_status) - expected.keeps
    after = {one: row["recall_state"] for one, row in (await sender.copies(sent)).items()}
    for status, party in by_status.items():
        heard = await party.native.get(f"/packages/{sent.id}/content")
        if status in expected.keeps:
            assert (heard.status, after[party.code]) == (200, "refused")
            assert heard.body == sent.data
        else:
            assert (heard.status, after[party.code]) == (404, "destroyed")
    assert (await sender.sees(sent))["status"] == ("accepted" if expected.keeps else "erased")
    await audit(sent)


@pytest.mark.parametrize("how", ["take_back", "update"])
async def test_taken_back_and_taken_off_the_list_under_the_same_policy(town, audit, expected, how):
    """law: R-147 CB Đ7.5, R-148 HN Đ9.2, R-158 R-161 QĐ28 Đ8.2"""
    sender, registered, handles, stays = await town.some(4)
    to = (registered.code, handles.code, stays.code)
    sent = await sender.sends(make_package(sender.code, to, issued_on=AT.date()))
    await registered.says(await registered.takes(), "03")
    await handles.says(await handles.takes(), "05")
    await stays.takes()

    if how == "take_back":
        only = [registered.code, handles.code]
        await sender.native.withdraw(sent.id, "Gửi nhầm", kind="take_back", recipients=only)
    else:
        gone = [word for code in (registered.code, handles.code) for word in ("--remove", code)]
        assert (await sender.truc("update", sent.id, "--reason", "Gửi nhầm", *gone))[0] == 0
    states = {code: one["recall_state"] for code, one in (await sender.copies(sent)).items()}

    keeps = "05" in expected.keeps
    assert states == {registered.code: "asked", handles.code: "refused" if keeps else "asked", stays.code: "none"}
    reached = {party.code for party in (registered, handles) if await party.native.inbox()}
    assert reached == ({registered.code} if keeps else {registered.code, handles.code})
    assert (await handles.native.get(f"/packages/{sent.id}/content")).status == 200
    await audit(sent)


@pytest.mark.parametrize("kind", list(KINDS))
async def test_kinds_that_do_not_travel(town, audit, expected, kind):
    """law: R-014 VP Đ7.1 BD Đ3.1 TT Đ5.3 HN Đ6.5"""
    sender, recipient = await town.some(2)
    data = make_package(sender.code, recipient.code, subject=KINDS[kind], issued_on=AT.date())

    native = await sender.native.offer(data)
    by_sdk = await sender.vxp.do("sendEdoc", data, sender.code)

    if kind in expected.excluded:
        assert (native.status, native.code, by_sdk.ok, by_sdk.code) == (422, "excluded_kind", False, "21")
        assert await recipient.native.inbox() == []
        return
    sent = await sender.sends(data)
    assert (native.status, by_sdk.json["DocId"]) == (201, sent.id)
    assert (await recipient.takes()).data == data
    await audit(sent)


async def test_which_documents_also_go_on_paper(town, audit, expected):
    """law: R-163 HN Đ6.5, R-164 CB Đ8.2, R-166 QĐ28 Đ7.2, R-006 HN Đ6.3"""
    sender = await town.party()
    office = await town.party("Văn phòng UBND tỉnh", kind="ubnd-tinh")
    missing, needless, sent = set(), set(), []
    for number, (name, said) in enumerate(ON_PAPER.items()):
        for mode, found in (("electronic", missing), ("both", needless)):
            to = {"code": office.code, "mode": mode}
            metadata = {**said, "to": to, "number": f"{number}{len(mode)}", "date": "2026-11-20"}
            sent.append(await sender.sends_files(metadata, ("vb.pdf", plain_pdf(2000, f"{name} {mode}"))))
            if any(one["code"] == "paper" for one in sent[-1].answer["warnings"]):
                found.add(name)

    assert missing == expected.paper
    assert needless == set(ON_PAPER) - expected.paper, "paper without need is told everywhere"
    assert [one.item["paper"] for one in await office.takes_all()] == [False, True] * 3, "and all of them travel"
    await audit(*sent)


async def test_what_the_door_refuses_and_what_it_tells(town, audit, expected, ca):
    """law: R-043 VP Đ5.2, R-041 HN Đ10.2d, R-047 CB Đ6.1a, R-063 BD Đ3.2

    law: R-053 HN Đ9.3c, R-065 CB Đ7.5, R-075 TT Đ6.5
    """
    ca.write_trust(town.folder / "trust")
    await trust.reload(town.hub)
    sender, recipient = await town.some(2)
    seal, person = ("organisation", f"Cơ quan thử nghiệm {sender.code}"), ("person", "Nguyễn Văn An")
    whole = signed_pdf(ca, [person, seal])
    said = {
        "old_code_page": {"subject": "C«ng hßa x· héi chñ nghÜa"},
        "due_date": {"due_date": "2026-11-01"},
        "subject_empty": {"subject": "Họp gấp 8h"},
        "unsigned_main": {"attachments": [("vb.pdf", plain_pdf(2000))]},
        "person_signature": {"attachments": [("vb.pdf", signed_pdf(ca, [seal]))]},
        "signature_order": {"attachments": [("vb.pdf", signed_pdf(ca, [seal, person]))]},
    }

    refused, told, sent = set(), set(), []
    for check, more in said.items():
        values = {"attachments": [("vb.pdf", whole)], "issued_on": AT.date(), **more}
        data = make_package(sender.code, recipient.code, **values)
        heard = await sender.native.offer(data)
        if heard.status != 201:
            assert heard.json["check"] == check
            refused.add(check)
            continue
        sent.append(await sender.sends(data))
        if any(one["code"] == check for one in sent[-1].answer["warnings"]):
            told.add(check)

    assert refused == expected.refused
    assert told == expected.told
    assert [one.data for one in await recipient.takes_all()] == [one.data for one in sent], "what is told travels"
    await audit(*sent)


async def test_legal_times(town, audit, expected, profile):
    """law: R-090 R-091 HN Đ12.2, R-092: no decision fixes hours; the common ones hold and the command says the same."""
    sender, evening, midday = await town.some(3)
    sent = await sender.sends(make_package(sender.code, (evening.code, midday.code), issued_on=date(2026, 11, 20)))
    got = await evening.takes()
    await town.wait_until("2026-11-23T12:10")
    late = await midday.takes()
    assert (await midday.says_by_sdk(make_status("03", midday.code, sent.read))).ok

    told = {}
    for name, one in (("evening", got), ("midday", late)):
        said = audit.handed_over(one)
        told[name] = (said["received_legal"], said["accept_by"])
        at = said["at"][:19]
        code, answer = await town.operator("calendar", "legal", at, "--profile", profile)
        assert (code, answer["received_legal"], answer["accept_by"]) == (0, *told[name])
    assert told == {
        "evening": ("2026-11-23T07:30:00+07:00", "2026-11-23T17:30:00+07:00"),
        "midday": ("2026-11-23T13:30:00+07:00", "2026-11-23T17:30:00+07:00"),
    }
    assert EXPECTED[profile] is expected
    await audit(sent)
