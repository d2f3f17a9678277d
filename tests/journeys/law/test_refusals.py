"""A refusal 02 with its reason; the corrected sending that is linked with it; none after an acceptance."""

from __future__ import annotations

import pytest

from edxml import reader
from edxml.testing import make_package, make_status

pytestmark = pytest.mark.asyncio(loop_scope="module")

CLERK = "Trần Thị Bình"


def corrected(sent, recipient) -> bytes:
    """The document once more under its DocumentId, with other content."""
    read = sent.read
    more = {"number": read.number, "notation": read.notation, "size": 12_000}
    return make_package(sent.by.code, recipient.code, document_id=read.document_id, **more)


async def test_refused_with_a_reason_and_sent_again_corrected(town, audit):
    """law: R-127 R-128 HN Đ6.4, R-131 HN Đ9.1b, R-114"""
    sender, recipient, other = await town.some(3)
    sent = await sender.sends(make_package(sender.code, (recipient.code, other.code)))
    got, kept = await recipient.takes(), await other.takes()
    why = {"reason_code": "INCOMPLETE", "reason": "Thiếu phụ lục số 2", "staff": CLERK}

    silent = await recipient.native.say(got.delivery, "02")
    nameless = await recipient.native.say(got.delivery, "02", reason_code="INCOMPLETE", reason="Thiếu phụ lục")
    await recipient.says(got, "02", **why)
    await town.look()
    waits = await sender.alarms(sent)
    clash = await sender.native.offer(corrected(sent, other))
    again = await sender.sends(corrected(sent, recipient))
    fresh = await recipient.takes()
    await recipient.says(fresh, "03", arrival_number="77")
    await town.look()

    assert (silent.code, nameless.code) == ("reason_required", "reason_required")
    assert clash.code == "conflict", "who did not refuse may still hold the earlier content"
    assert (waits, await sender.alarms(sent)) == (["refused_waits"], [])
    assert await recipient.alarms(sent) == await other.alarms(sent) == []
    copies = await sender.copies(sent)
    mine = copies[recipient.code]
    assert (mine["business_status"], mine["refusal"], mine["business_reason"]) == ("02", "INCOMPLETE", why["reason"])
    assert (mine["corrected_by"], copies[other.code]["corrected_by"]) == (again.id, None)
    assert copies[other.code]["business_status"] is None
    assert fresh.data == again.data != sent.data
    assert (await sender.copies(again))[recipient.code]["business_status"] == "03"
    assert await sender.hears() == [("02", f"INCOMPLETE: {why['reason']}"), ("03", "Số đến: 77")]
    links = {
        one["detail"]["relation"]: one["detail"]["package_id"]
        for sending in (sent, again)
        for one in await recipient.native.timeline(sending.id)
        if one["type"] == "package.linked"
    }
    assert links == {"corrected_by": again.id, "corrects": sent.id}
    assert kept.data == sent.data
    await audit(sent, again)


async def test_no_refusal_after_an_acceptance_at_any_door(town, audit):
    """law: R-132 HN Đ9.1"""
    sender, recipient = await town.some(2)
    sent = await sender.sends(make_package(sender.code, recipient.code))
    got = await recipient.takes()
    await recipient.says(got, "03", arrival_number="8")

    native = await recipient.native.say(got.delivery, "02", reason="Không thuộc thẩm quyền", staff=CLERK)
    by_sdk = await recipient.says_by_sdk(make_status("02", recipient.code, sent.read, "Không thuộc thẩm quyền"))
    words = ("--code", "02", "--reason", "Không thuộc thẩm quyền", "--staff", CLERK)
    code, answer = await recipient.truc("status", got.delivery, *words)

    assert (native.status, native.code) == (409, "state_conflict")
    assert (by_sdk.ok, by_sdk.code) == (False, "21")
    assert (code, answer["error"]["code"]) == (1, "state_conflict")
    assert (await sender.copies(sent))[recipient.code]["business_status"] == "03"
    assert [one for one, _ in await sender.hears()] == ["03"]
    await audit(sent)


async def test_refused_through_the_sdk_with_a_code_and_through_the_command_line(town, audit):
    """law: R-128 HN Đ6.4: the first word of Description is the code when it is one of the list, else OTHER."""
    sender, first, second, third = await town.some(4)
    sent = await sender.sends_by_sdk(make_package(sender.code, (first.code, second.code, third.code)))
    for party in (first, second):
        await party.takes_by_sdk()
    got = await third.takes()

    said = make_status("02", first.code, sent.read, "BAD_FORMAT: Tệp không mở được")
    assert (await first.says_by_sdk(said)).ok
    assert (await second.says_by_sdk(make_status("02", second.code, sent.read, "Gửi trùng, đề nghị xem lại"))).ok
    words = ("--code", "02", "--reason", "Chữ ký không hợp lệ", "--reason-code", "BAD_SIGNATURE", "--staff", CLERK)
    assert (await third.truc("status", got.delivery, *words))[0] == 0

    copies = await sender.copies(sent)
    told = {code: (one["refusal"], one["business_reason"]) for code, one in copies.items()}
    assert told == {
        first.code: ("BAD_FORMAT", "Tệp không mở được"),
        second.code: ("OTHER", "Gửi trùng, đề nghị xem lại"),
        third.code: ("BAD_SIGNATURE", "Chữ ký không hợp lệ"),
    }
    assert {one["status"] for one in copies.values()} == {"delivered"}, "an answer moves no delivery"
    back = [reader.read(data).status for _, data in await sender.takes_by_sdk("status")]
    assert sorted(one.code for one in back) == ["02", "02", "02"]
    await audit(sent)


async def test_what_went_to_the_wrong_place_is_hidden_from_it(town, audit):
    """law: R-129 NĐ30 Đ21.2b: it gives the document back and keeps nothing to look at."""
    sender, recipient = await town.some(2)
    sent = await sender.sends(make_package(sender.code, recipient.code, subject="Chỉ một nơi được đọc văn bản này"))
    got = await recipient.takes()

    await recipient.says(got, "02", reason_code="WRONG_RECIPIENT", reason="Không phải của đơn vị", staff=CLERK)

    assert (await recipient.native.get(f"/packages/{sent.id}/content")).code == "not_found"
    assert (await recipient.sees(sent))["subject"] == ""
    assert (await sender.sees(sent))["subject"] == "Chỉ một nơi được đọc văn bản này"
    assert await sender.native.content(sent.id) == sent.data
    await audit(sent)
