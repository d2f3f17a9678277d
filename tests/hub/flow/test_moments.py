"""The five moments of a document, and what counts as receipt at each door."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update

from edxml.testing import make_package, make_status
from hub import admin
from hub.clock import FakeClock
from hub.flow import items, moments, pickup, quarantine, views
from hub.flow.moments import By
from hub.store import deliveries, events, tables

from .conftest import Hand
from .test_intake import A, B

DOCUMENT = "000.00.01.H99,2026/11/20,7/BC-SNV"
RECEIVED = make_status("01", B, (A, DOCUMENT))
FRIDAY = datetime(2026, 11, 20, 10, 31, tzinfo=UTC)  # 17:31 in Vietnam
MONDAY = "2026-11-23T00:30:00.000000Z"  # 07:30
MONDAY_END = "2026-11-23T10:30:00.000000Z"


@pytest.fixture
def clock(hub):
    hub.clock = FakeClock(FRIDAY)
    return hub.clock


async def row(hub, package_id):
    return (await hub.db.read(lambda connection: deliveries.of_package(connection, package_id)))[0]


async def acknowledged(hand, delivery_id):
    lease = await pickup.lease(hand.hub, hand.system, delivery_id)
    assert (await row(hand.hub, lease.package_id)).received_by != "ack", "a lease is no receipt"
    sha256 = (await views.package(hand.hub, hand.system, lease.package_id)).sha256
    await pickup.acknowledge(hand.hub, hand.system, delivery_id, lease.lease, sha256)
    return await row(hand.hub, lease.package_id)


async def given(sender):
    accepted = await sender.give(make_package(A, (B,), document_id=DOCUMENT))
    return accepted.package_id, accepted.deliveries[0].delivery_id


async def test_the_acknowledgement_of_a_native_system_is_the_receipt(clock, sender, recipient):
    """law: R-089 HN Đ12.2, R-090, R-097: real and legal are both kept"""
    package_id, delivery_id = await given(sender)
    assert (await row(sender.hub, package_id)).received_at is None

    found = await acknowledged(recipient, delivery_id)

    assert (found.received_at, found.received_by) == ("2026-11-20T10:31:00.000000Z", "ack")
    assert (found.received_legal, found.accept_by) == (MONDAY, MONDAY_END)
    assert found.watch_at == found.received_at


async def test_a_later_01_of_a_native_system_beats_its_acknowledgement(clock, sender, recipient):
    """law: R-089 HN Đ12.2"""
    package_id, delivery_id = await given(sender)
    await acknowledged(recipient, delivery_id)
    clock.advance(timedelta(minutes=5))

    await recipient.give(RECEIVED)

    found = await row(sender.hub, package_id)
    assert (found.received_at, found.received_by) == ("2026-11-20T10:36:00.000000Z", "01")


async def test_an_01_before_the_acknowledgement_stands(clock, sender, recipient):
    """law: R-089 HN Đ12.2"""
    package_id, delivery_id = await given(sender)
    await recipient.give(RECEIVED)
    clock.advance(timedelta(minutes=5))

    found = await acknowledged(recipient, delivery_id)

    assert (found.received_at, found.received_by) == ("2026-11-20T10:31:00.000000Z", "01")
    assert found.package_id == package_id


@pytest.mark.parametrize("words", [("done", "01"), ("01", "done")])
async def test_at_the_vxp_door_the_earlier_of_done_and_01_is_the_receipt(clock, sender, recipient, words):
    """law: R-089 HN Đ12.2"""
    package_id, _ = await given(sender)
    [item] = await items.received(recipient.hub, recipient.system, "edoc")
    await items.fetch(recipient.hub, recipient.system, item.doc_id)
    assert (await row(sender.hub, package_id)).received_at is None, "being listed and fetched is no receipt"

    for word in words:
        if word == "done":
            await items.update(recipient.hub, recipient.system, item.doc_id, "done")
        else:
            await Hand(recipient.office, "vxp").give(RECEIVED)
        clock.advance(timedelta(minutes=5))

    found = await row(sender.hub, package_id)
    assert (found.received_at, found.received_by) == ("2026-11-20T10:31:00.000000Z", words[0])


async def test_the_receipt_tells_the_legal_time_beside_the_real_one(clock, sender, recipient):
    """law: R-090 HN Đ12.2"""
    package_id, delivery_id = await given(sender)
    await acknowledged(recipient, delivery_id)

    def look(connection):
        return [one for one in events.of_package(connection, package_id) if one.type == "delivery.delivered"]

    [event] = await sender.hub.db.read(look)
    detail = json.loads(event.detail)
    assert detail["delivered_at"].startswith("2026-11-20T17:31:00")
    assert detail["received_legal"] == "2026-11-23T07:30:00+07:00"
    assert detail["accept_by"] == "2026-11-23T17:30:00+07:00"


async def test_a_status_message_has_no_moment_of_receipt(clock, sender, recipient):
    package_id, _ = await given(sender)
    await recipient.give(RECEIVED)
    [waiting] = (await pickup.inbox(sender.hub, sender.system, limit=9)).items

    found = await acknowledged(sender, waiting.delivery_id)

    assert found.package_id != package_id
    assert (found.received_at, found.received_legal, found.accept_by) == (None, None, None)


@pytest.mark.parametrize(
    ("kind", "by"),
    [
        ("push", By.PUSH), ("amqp", By.PUSH), ("province.own", By.PUSH), ("folder", By.RENAME),
        ("database", By.RENAME), ("mailbox", By.LISTED), ("vxp", None), ("pull", None),
    ],
)  # fmt: skip
def test_a_connectors_success_tells_what_its_door_can_know(kind, by):
    """law: R-089 HN Đ12.2: what the axis took the recipient does not have yet"""
    assert moments.of_connector(kind) == by


async def test_each_recipient_receives_by_its_own_calendar(clock, province, sender, recipient):
    """law: R-092"""
    hours = {"sessions": ["07:30-11:30"], "days": ["sat"]}
    entered = {"hours": hours, "source": "QĐ 5", "organ_id": B}
    assert "result" in await admin.answer(sender.hub, "calendar.hours", entered)
    _, delivery_id = await given(sender)

    found = await acknowledged(recipient, delivery_id)

    assert found.received_legal == "2026-11-21T00:30:00.000000Z"
    assert found.accept_by == "2026-11-21T04:30:00.000000Z"


async def test_by_a_profile_that_reads_so_the_sending_time_is_the_answers(clock, sender, recipient):
    """law: R-087 HN Đ12.1: one setting changes the reading"""
    clocks = sender.hub.profile.clocks.model_copy(update={"sending_time": "answer"})
    sender.hub.profile = replace(sender.hub.profile, clocks=clocks)
    package_id, _ = await given(sender)
    told = {"issued_at": "2026-11-20T10:00:00.000000Z"}
    await sender.hub.db.write(lambda c: c.execute(update(tables.packages).values(**told)))

    seen = await views.package(sender.hub, sender.system, package_id)

    assert seen.sent.sent_at == FRIDAY
    assert seen.sent.issued_at == datetime(2026, 11, 20, 10, tzinfo=UTC)


async def test_what_is_kept_back_is_not_sent_yet(clock, sender, recipient):
    """law: R-087 HN Đ12.1: empty until the answer is there"""
    package_id, _ = await given(sender)
    await quarantine.add(sender.hub, package_id, "an", "nghi ngờ")

    assert (await views.package(sender.hub, sender.system, package_id)).sent.sent_at is None


async def put(hub, table, key, **values):
    await hub.db.write(lambda connection: connection.execute(update(table).where(table.c.id == key).values(**values)))


async def test_the_sender_sees_how_late_a_signed_document_was_sent_by_both_rules(clock, sender, recipient):
    """law: R-082 HN Đ7.2: after the morning of the next working day, and after that whole day (NĐ30 Đ18.1)"""
    hub = sender.hub
    clock.set(datetime(2026, 11, 20, 7, tzinfo=UTC))  # Friday, 14:00
    package_id, _ = await given(sender)
    unsigned = await views.package(hub, sender.system, package_id)

    await put(hub, tables.packages, package_id, signed_at="2026-11-19T09:50:00.000000Z")  # Thursday, 16:50

    late = (await views.package(hub, sender.system, package_id)).issued_late
    assert (late.strict.minutes, late.wide, late.rule) == (30, None, "morning")
    assert "muộn 30 phút làm việc" in late.strict.text_vi
    assert (late.by, late.by_wide) == (
        datetime(2026, 11, 20, 4, 30, tzinfo=UTC), datetime(2026, 11, 20, 10, 30, tzinfo=UTC),
    )  # fmt: skip
    assert unsigned.issued_late is None
    assert (await views.package(hub, recipient.system, package_id)).issued_late is None


async def test_days_overdue_are_shown_until_the_answer_and_stay_as_the_answer_left_them(clock, sender, recipient):
    """law: R-100 CB Đ6.2"""
    hub = sender.hub

    async def days(package_id):
        return (await views.package(hub, sender.system, package_id)).deliveries[0].days_overdue

    clock.set(datetime(2026, 11, 12, 2, tzinfo=UTC))
    package_id, delivery_id = await given(sender)
    none = await days(package_id)
    await put(hub, tables.packages, package_id, reply_due="2026-11-13T10:30:00.000000Z")
    in_time = await days(package_id)
    clock.set(datetime(2026, 11, 16, 2, tzinfo=UTC))
    answer = await recipient.give(make_package(B, (A,), document_id="trả lời"))
    clock.set(FRIDAY)
    owed = await days(package_id)
    await put(hub, tables.deliveries, delivery_id, replied_by=answer.package_id)

    assert (none, in_time, owed, await days(package_id)) == (None, 0, 7, 3)
