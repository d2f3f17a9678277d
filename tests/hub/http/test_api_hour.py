"""The hour of an express document at a fixed hour, and how soon it was sent, told at the native door."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

import pytest

from edxml.testing import TestCA, make_package, plain_pdf, signed_pdf
from hub import clock
from hub.flow import trust
from hub.flow.watch import turns

SENDER, RECIPIENT = "000.00.01.H99", "000.00.02.H99"
FILE = ("gm.pdf", plain_pdf(2000))


@pytest.fixture
def sections():
    return {"listen": [{"port": 0, "doors": ["api"]}]}


@pytest.fixture
def hub(hub):
    hub.clock = clock.FakeClock(datetime(2026, 11, 23, 8, 0, tzinfo=clock.VIETNAM))
    return hub


def letter(**more) -> dict:
    return {
        "from": SENDER, "to": RECIPIENT, "subject": "Công điện phòng chống bão số 9 trên địa bàn tỉnh", "number": "12",
        "notation": "CĐ-UBND", "date": "2026-11-23", "urgency": 4, **more,
    }  # fmt: skip


async def alarms(office) -> list[str]:
    return sorted(f"{one['kind']} {one['mark']}".strip() for one in (await office.get("/alarms")).expect()["items"])


async def test_both_sides_are_called_half_an_hour_and_ten_minutes_before_the_hour(hub, offices):
    """law: R-086."""
    sender, recipient, _ = offices
    sent = (await sender.send_files(letter(hour_at="2026-11-23T09:00:00+07:00"), FILE)).expect(201)
    assert "hour_missing" not in [one["code"] for one in sent["warnings"]]
    called = []
    for minutes in (29, 1, 20, 10):
        hub.clock.advance(timedelta(minutes=minutes))
        await turns.turn(hub, 100)
        await asyncio.gather(*(office.sign_in() for office in offices))
        called.append([one for one in await alarms(recipient) if one.startswith("hour_near")])

    assert called == [
        [],
        ["hour_near 30"],
        ["hour_near 10", "hour_near 30"],
        [*map("hour_near {}".format, (0, 10, 30))],
    ]
    assert [one for one in await alarms(sender) if one.startswith("hour_near")] == called[-1]


async def test_level_4_without_its_hour_travels_with_a_warning(offices):
    """law: R-086."""
    sender, recipient, _ = offices

    sent = (await sender.send_files(letter(), FILE)).expect(201)
    packed = await sender.send(make_package(SENDER, RECIPIENT, priority=4))

    assert "hour_missing" in [one["code"] for one in sent["warnings"]]
    assert "hour_missing" in [one["code"] for one in packed["warnings"]]
    assert len(await recipient.inbox()) == 2


async def test_an_hour_goes_with_level_4_alone(offices):
    sender, *_ = offices

    refused = await sender.send_files(letter(urgency=3, hour_at="2026-11-23T09:00:00+07:00"), FILE)
    nonsense = await sender.send_files(letter(hour_at="9 giờ"), FILE)

    assert (refused.code, nonsense.code) == ("profile_invalid", "schema_invalid")


async def test_an_urgent_one_sent_hours_after_it_was_signed_calls_its_sender(hub, offices):
    """law: R-083 HN Đ7.2."""
    sender, *_ = offices
    ca = TestCA()
    ca.write_trust(hub.settings.trust_folder)
    await trust.reload(hub)
    signed = signed_pdf(ca)
    hub.clock.set(ca.now + timedelta(hours=5))

    await sender.send(make_package(SENDER, RECIPIENT, priority=3, attachments=[("qd.pdf", signed)]))
    await turns.turn(hub, 100)

    assert await alarms(sender) == ["issued_late"]
