"""The moments of a document at the native door: told by the clerk's system, shown to both sides."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from edxml.testing import make_package, plain_pdf
from hub.clock import VIETNAM, FakeClock

from .conftest import RECIPIENT, SENDER

ABOUT = {"from": SENDER, "to": [RECIPIENT], "subject": "Báo cáo tháng mười một năm 2026"}
FILE = ("bao-cao.pdf", plain_pdf())


@pytest.fixture
def sections():
    return {"listen": [{"port": 0, "doors": ["api"]}]}


@pytest.fixture
def clock(hub):
    """17:31 of a Friday in Vietnam."""
    hub.clock = FakeClock(datetime(2026, 11, 20, 10, 31, tzinfo=UTC))
    return hub.clock


async def test_all_five_moments_are_shown_to_the_sender(clock, offices):
    """law: R-087 HN Đ12.1, R-088"""
    sender, recipient, _ = offices
    told = {"issued_at": "2026-11-20 17:29:30", "date": "2026-11-20", "number": "7", "notation": "BC-SNV"}
    sent = (await sender.send_files(ABOUT | told, FILE)).expect(201)
    before = await sender.package(sent["package_id"])
    item, _, _ = await recipient.receive()
    assert (item["issued_at"], item["sent_at"]) == ("2026-11-20T17:29:30+07:00", "2026-11-20T17:29:30+07:00")
    clock.advance(timedelta(days=2, hours=15))
    sender.token = recipient.token = ""  # theirs ran out meanwhile
    (await recipient.say(item["delivery_id"], "03", arrival_number="12", arrival_date="2026-11-23")).expect(201)

    shown = await sender.package(sent["package_id"])

    assert before["deliveries"][0]["received_at"] is None
    assert (shown["signed_at"], shown["issued_at"]) == (None, "2026-11-20T17:29:30+07:00")
    assert shown["sent_at"] == shown["issued_at"]
    assert shown["received_at"] == "2026-11-20T17:31:00+07:00"
    [one] = shown["deliveries"]
    assert (one["received_at"], one["received_by"]) == ("2026-11-20T17:31:00+07:00", "ack")
    assert (one["received_legal"], one["accept_by"]) == ("2026-11-23T07:30:00+07:00", "2026-11-23T17:30:00+07:00")
    assert one["accepted_at"] == "2026-11-23T08:31:00+07:00"


@pytest.mark.parametrize(
    ("told", "doubted", "sent_at"),
    [
        ("", False, "2026-11-20T17:31:00+07:00"),  # nobody told: the hub's answer
        ("2026-11-20T17:36:01+07:00", True, "2026-11-20T17:31:00+07:00"),  # in the future
        ("2026-11-19T17:30:59+07:00", True, "2026-11-19T17:30:59+07:00"),  # long past
        ("2026-11-19T17:31:00+07:00", False, "2026-11-19T17:31:00+07:00"),
        ("2026-11-20T10:00:00Z", False, "2026-11-20T17:00:00+07:00"),
    ],
)
async def test_a_told_moment_of_issue_is_kept_doubted_and_never_later_than_the_hubs(
    clock, offices, told, doubted, sent_at
):
    """law: R-087 HN Đ12.1; threat O-07"""
    sender = offices[0]
    sent = (await sender.send_files(ABOUT | ({"issued_at": told} if told else {}), FILE)).expect(201)

    shown = await sender.package(sent["package_id"])

    assert ("issued_doubtful" in [one["code"] for one in sent["warnings"]]) is doubted
    assert shown["sent_at"] == sent_at
    assert shown["issued_at"] == (datetime.fromisoformat(told).astimezone(VIETNAM).isoformat() if told else None)


@pytest.mark.parametrize("told", ["yesterday", "2026-11-20", "2026-02-30T10:00", "0001-01-01T00:00:00+14:00", 7])
async def test_a_told_moment_that_is_none_is_refused(clock, offices, told):
    heard = await offices[0].send_files(ABOUT | {"issued_at": told}, FILE)

    assert heard.status == 422
    assert heard.code == "schema_invalid"


async def test_a_sending_by_bytes_tells_no_click(clock, offices):
    """law: R-087 HN Đ12.1: then the hub's answer is the sending time"""
    sender = offices[0]
    sent = await sender.send(make_package(SENDER, (RECIPIENT,)))

    shown = await sender.package(sent["package_id"])

    assert (shown["issued_at"], shown["sent_at"]) == (None, "2026-11-20T17:31:00+07:00")
