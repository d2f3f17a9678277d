"""What a document asks of its recipients, at the native door: an answer, a confirmation, not to pass it on."""

from __future__ import annotations

from datetime import datetime

import pytest

from edxml.testing import make_package, plain_pdf
from hub import clock

SENDER, RECIPIENT, STRANGER = "000.00.01.H99", "000.00.02.H99", "000.00.03.H99"
UNKNOWN = "000.00.77.H99"
PDF = plain_pdf(2000)


@pytest.fixture
def sections():
    return {"listen": [{"port": 0, "doors": ["api"]}]}


def letter(to, **more) -> dict:
    return {
        "from": SENDER, "to": to, "subject": "Mời họp giao ban quý IV tại hội trường", "number": "12",
        "notation": "GM-SNV", "date": "2026-11-20", **more,
    }  # fmt: skip


async def test_an_answer_is_asked_with_a_day_that_can_be_kept(offices, hub):
    """law: R-041 HN Đ10.2d"""
    sender, recipient, _ = offices

    none = await sender.send_files(letter(RECIPIENT, reply_requested=True), ("m.pdf", PDF))
    early = await sender.send_files(letter(RECIPIENT, reply_requested=True, due_date="2026-11-19"), ("m.pdf", PDF))
    asked = await sender.send_files(letter(RECIPIENT, reply_requested=True, due_date="2026-11-27"), ("m.pdf", PDF))
    [item] = await recipient.inbox()

    assert (none.status, none.code, early.code) == (422, "profile_invalid", "profile_invalid")
    assert "hạn trả lời" in none.json["detail"]
    asked.expect(201)
    due = hub.calendars.of(None).end_of_day(datetime(2026, 11, 27, tzinfo=clock.VIETNAM))
    assert item["reply_due"] == clock.local_text(due)
    assert item["reply_due"].startswith("2026-11-27T17:")


async def test_a_request_for_confirmation_is_open_until_the_answer_links_back(offices):
    """law: R-239 TT Đ8.2"""
    sender, recipient, _ = offices
    asked = (
        await sender.send_files(letter(RECIPIENT, request="confirmation", due_date="2026-11-27"), ("m.pdf", PDF))
    ).expect(201)
    [item] = await recipient.inbox()
    before = await sender.package(asked["package_id"])
    await recipient.receive()

    back = {
        **letter(SENDER), "from": RECIPIENT, "number": "3", "notation": "XN-STC",
        "answers": [{"organ_id": SENDER, "code": "12/GM-SNV", "document_id": asked["document_id"],
                     "date": "2026-11-20"}],
    }  # fmt: skip
    (await recipient.send_files(back, ("x.pdf", plain_pdf(2100)))).expect(201)
    after = await sender.package(asked["package_id"])

    assert (item["request"], before["request"]) == ("confirmation", "confirmation")
    assert [one["confirmed"] for one in before["deliveries"]] == [False]
    assert [one["confirmed"] for one in after["deliveries"]] == [True]


async def test_a_mark_of_circulation_is_shown_and_passing_on_is_told(offices):
    """law: R-020 NĐ30 PL I.III.2c"""
    sender, recipient, stranger = offices
    marked = letter(RECIPIENT, circulation="internal")
    await sender.send_files(marked, ("m.pdf", PDF))
    [item] = await recipient.inbox()

    onward = {**letter(STRANGER), "from": RECIPIENT, "number": "4", "notation": "CV-STC"}
    passed = (await recipient.send_files(onward, ("m.pdf", PDF))).expect(201)
    returned = (await recipient.send_files({**onward, "to": SENDER, "number": "5"}, ("m.pdf", PDF))).expect(201)

    assert item["circulation"] == "internal"
    assert "circulation" in [one["code"] for one in passed["warnings"]]
    assert "circulation" not in [one["code"] for one in returned["warnings"]]
    assert len(await stranger.inbox()) == 1
    printed = make_package(SENDER, RECIPIENT, sphere="Xem xong  trả lại")
    await sender.send(printed)
    assert [one["circulation"] for one in await recipient.inbox()] == ["internal", "return"]
