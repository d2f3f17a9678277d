"""A reply linked with what it answers, an answer asked by a day, a confirmation asked for, an error reported."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from edxml import reader
from edxml.testing import make_package, plain_pdf
from hub import clock

pytestmark = pytest.mark.asyncio(loop_scope="module")

FILE = ("cv.pdf", plain_pdf(2000, "Đề nghị cho ý kiến"))
ANSWER = ("tl.pdf", plain_pdf(2100, "Ý kiến trả lời"))


@pytest.fixture(scope="module")
def begins() -> datetime:
    return datetime(2026, 11, 23, 8, 0, tzinfo=clock.VIETNAM)  # a Monday


def asking(to, number: str, **more) -> dict:
    return {"to": to, "subject": "Đề nghị tham gia ý kiến dự thảo quy chế", "number": number, **more}


def answering(sent, party, number: str, **more) -> dict:
    said = {"organ_id": sent.by.code, "document_id": sent.answer["document_id"], "code": "", "date": ""}
    return {
        "to": sent.by.code,
        "subject": "Trả lời đề nghị tham gia ý kiến",
        "number": number,
        "answers": [said],
        **more,
    }


async def test_an_answer_asked_by_a_day_and_given(town, audit):
    """law: R-040 HN Đ10.2đ, R-041 HN Đ10.2d"""
    sender, answers, late = await town.some(3)
    to = [answers.code, {"code": late.code, "role": "act"}]
    sent = await sender.sends_files(asking(to, "1", reply_requested=True, due_date="2026-11-25"), FILE)
    got, slow = await answers.takes(), await late.takes()
    for party, one in ((answers, got), (late, slow)):
        await party.says(one, "03", arrival_number="5")

    reply = await answers.sends_files(answering(sent, answers, "2"), ANSWER)
    heard = [one for one in await sender.takes_all() if one.item["kind"] == "new"]
    before = (await answers.alarms(sent), await late.alarms(sent), await sender.alarms(sent))
    await town.wait_until("2026-11-25T17:30")
    await town.look()

    assert got.item["reply_due"] == "2026-11-25T17:30:00+07:00"
    assert [one.item["package_id"] for one in heard] == [reply.id]
    [response] = reader.read(heard[0].data).header.responses
    assert (response.organ_id, response.document_id) == (sender.code, sent.answer["document_id"])
    copies = await sender.copies(sent)
    assert (copies[answers.code]["replied_by"], copies[late.code]["replied_by"]) == (reply.id, None)
    assert before == ([], [], [])
    assert await answers.alarms(sent) == [], "who has answered is left in peace"
    assert await late.alarms(sent) == await sender.alarms(sent) == ["reply_overdue"]
    assert await town.operator_alarms(sent) == []
    links = [one["detail"] for one in await sender.native.timeline(sent.id) if one["type"] == "package.linked"]
    assert links == [{"relation": "answered_by", "package_id": reply.id}]

    await late.sends_files(answering(sent, late, "3"), ANSWER)
    await town.look()
    assert await late.alarms(sent) == await sender.alarms(sent) == [], "over when its reason is gone"
    await audit(sent, reply)


async def test_an_answer_without_a_day_to_keep_is_not_asked(town, audit):
    """law: R-041 HN Đ10.2d"""
    sender, recipient = await town.some(2)

    for more in ({}, {"due_date": "2026-11-19"}):
        said = {"from": sender.code, "notation": "CV-SNV", "date": "2026-11-20", "reply_requested": True, **more}
        heard = await sender.native.send_files(asking(recipient.code, "4", **said), FILE)
        assert (heard.status, heard.code) == (422, "profile_invalid")

    assert await recipient.native.inbox() == []
    only_to_know = asking([{"code": recipient.code, "role": "know"}], "5", due_date="2026-11-26")
    sent = await sender.sends_files(only_to_know, FILE)
    await recipient.takes()
    await town.wait(timedelta(days=4))
    await town.look()
    assert await recipient.alarms(sent) == [], "a copy to know opens no deadline"
    await audit(sent)


async def test_a_confirmation_asked_for_is_open_until_it_is_linked_back(town, audit, tmp_path):
    """law: R-239 TT Đ8.2"""
    sender, confirms, silent = await town.some(3)
    file = tmp_path / "xac-nhan.pdf"
    file.write_bytes(FILE[1])
    words = ["--from", sender.code, "--subject", "Đề nghị xác nhận danh sách", "--number", "6", "--notation", "CV-SNV"]
    words += ["--to", confirms.code, "--to", silent.code, "--confirm", "--reply-by", "2026-12-31"]
    sent = await sender.sends_by_command(file, *words)
    asked = await confirms.takes()
    await silent.takes()
    before = {code: one["confirmed"] for code, one in (await sender.copies(sent)).items()}

    await confirms.says(asked, "03")
    still = (await sender.copies(sent))[confirms.code]["confirmed"]
    back = await confirms.sends_files(answering(sent, confirms, "7"), ANSWER)

    assert asked.item["request"] == "confirmation"
    assert before == {confirms.code: False, silent.code: False}
    assert still is False, "an acceptance is no confirmation"
    after = {code: one["confirmed"] for code, one in (await sender.copies(sent)).items()}
    assert after == {confirms.code: True, silent.code: False}
    await audit(sent, back)


async def test_a_reply_to_what_never_went_between_the_two_is_no_reply(town, audit):
    """law: R-040 HN Đ10.2đ: told alike, whether it does not exist or is another's."""
    sender, recipient, third = await town.some(3)
    sent = await sender.sends(make_package(sender.code, recipient.code))
    await recipient.takes()

    foreign = await third.sends_files(answering(sent, third, "8"), ANSWER)
    unknown = {**answering(sent, third, "9"), "answers": [{"organ_id": sender.code, "document_id": "không có"}]}
    nobody = await third.sends_files(unknown, ANSWER)

    told = [[one for one in two.answer["warnings"] if one["code"] == "reply_unknown"] for two in (foreign, nobody)]
    assert told[0] == told[1] != []
    assert (await sender.copies(sent))[recipient.code]["replied_by"] is None
    await audit(sent)


async def test_an_error_is_reported_and_the_document_stays(town, audit):
    """law: R-149 TT Đ10.3, R-130 NĐ30 Đ21.2b"""
    sender, recipient = await town.some(2)
    sent = await sender.sends(make_package(sender.code, recipient.code))
    got = await recipient.takes()

    code, _ = await recipient.truc("status", got.delivery, "--report", "error", "--description", "Sai ngày ban hành")
    said = {"kind": "incident", "text": "Tệp có dấu hiệu bị sửa"}
    (await recipient.native.post(f"/inbox/{got.delivery}/report", json=said)).expect(201)

    assert code == 0
    error, incident = await sender.hears()
    assert error == ("01", "BÁO SAI SÓT: Sai ngày ban hành")
    assert incident[1].startswith("BÁO SỰ CỐ: Tệp có dấu hiệu bị sửa")
    assert sent.answer["sha256"] in incident[1]
    assert await town.operator_alarms(sent) == ["incident_reported"]
    assert (await sender.copies(sent))[recipient.code]["business_status"] == "01"
    await audit(sent)
