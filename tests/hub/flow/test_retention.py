"""Content goes some days after the last recipient confirmed, people's words long after; receipts stay whole."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update

from edxml.faults import Fault, Refusal
from edxml.testing import make_package
from hub import admin
from hub.clock import FakeClock
from hub.flow import content, damage, pickup, quarantine, retention
from hub.flow.recalls import withdraw
from hub.flow.thread import statuses
from hub.jobs import retention as turns
from hub.store import events, packages, rechecks, tables
from hub.store.blobs import BlobMissing
from hub.store.events import leaf_hash

A, B, C = "000.00.01.H99", "000.00.02.H99", "000.00.03.H99"
MONTH = timedelta(days=30, hours=1)
YEAR = timedelta(days=365, hours=1)


@pytest.fixture
def clock(hub) -> FakeClock:
    hub.clock = FakeClock(datetime(2026, 3, 2, 3, 0, tzinfo=UTC))
    return hub.clock


async def row(hub, package_id):
    return await hub.db.read(lambda connection: packages.get(connection, package_id))


async def journal(hub, package_id):
    return await hub.db.read(lambda connection: events.of_package(connection, package_id))


async def take(recipient):
    """The recipient fetches what waits for it and acknowledges."""
    [item] = (await pickup.inbox(recipient.hub, recipient.system, limit=10)).items
    lease = await pickup.lease(recipient.hub, recipient.system, item.delivery_id)
    await pickup.acknowledge(recipient.hub, recipient.system, item.delivery_id, lease.lease, item.sha256)
    return item


async def refused(work) -> Fault:
    with pytest.raises(Refusal) as caught:
        await work
    return caught.value.fault


async def set_column(hub, table, package_id, **values):
    which = table.c.id if table is tables.packages else table.c.package_id
    await hub.db.write(lambda connection: connection.execute(update(table).where(which == package_id).values(**values)))


async def test_content_goes_thirty_days_after_the_last_confirmation(hub, clock, sender, recipient):
    """law: R-226 QĐ28 Đ6.1, R-225, R-229 HN Đ14.4"""
    sent = await sender.give(make_package(A, B, subject="Về việc thử"))
    clock.advance(timedelta(days=100))
    await take(recipient)

    await turns.turn(hub)
    clock.advance(timedelta(days=29))
    await turns.turn(hub)
    before = await row(hub, sent.package_id)
    clock.advance(MONTH)
    await turns.turn(hub)

    after = await row(hub, sent.package_id)
    assert (before.key is None, after.key, after.status, after.subject) == (False, None, "accepted", "Về việc thử")
    assert not hub.blobs.path(sent.package_id).exists()
    told = [one for one in await journal(hub, sent.package_id) if one.type == "package.erased"]
    assert [json.loads(one.detail)["reason"] for one in told] == ["kept_long_enough"]
    assert json.loads(told[0].detail)["sha256"] == sent.sha256
    for party in (sender.system, recipient.system):
        assert await refused(content.of_package(hub, party, sent.package_id)) is Fault.NOT_FOUND


async def test_receipts_and_their_leaves_outlive_the_content(hub, clock, sender, recipient):
    """law: R-226, R-231 HN Đ7.1"""
    sent = await sender.give(make_package(A, B))
    await take(recipient)
    proven = [(one.receipt, one.canonical, one.nonce, one.leaf) for one in await journal(hub, sent.package_id)]

    await turns.turn(hub)
    clock.advance(MONTH + YEAR)
    await turns.turn(hub)
    await turns.turn(hub)

    now = [(one.receipt, one.canonical, one.nonce, one.leaf) for one in await journal(hub, sent.package_id)]
    assert now[: len(proven)] == proven
    assert all(leaf_hash(nonce, text) == leaf for receipt, text, nonce, leaf in now if receipt)


@pytest.mark.parametrize("why", ["moving", "recall", "legal_hold", "kept_back", "verdict"])
async def test_nothing_goes_that_is_still_needed(hub, clock, sender, recipient, why):
    """R-05; law: R-226 R-232"""
    sent = await sender.give(make_package(A, B))
    if why != "moving":
        await take(recipient)
    if why == "recall":
        await withdraw.withdraw(hub, sender.system, sent.package_id, reason="gửi nhầm", kind="take_back")
    if why == "legal_hold":
        await set_column(hub, tables.packages, sent.package_id, legal_hold_at="2026-03-02T00:00:00.000000Z")
    if why == "kept_back":
        await quarantine.add(hub, sent.package_id, "op", "xem lại")
    if why == "verdict":
        await hub.db.write(lambda connection: rechecks.plan(connection, sent.package_id, "answer", "2026", "2027"))

    foreseen = await retention.foresee(hub)
    clock.advance(YEAR)
    await turns.turn(hub)

    assert foreseen[why] == 1
    assert (await row(hub, sent.package_id)).key is not None


@pytest.mark.parametrize("why", ["moving", "legal_hold", "recall"])
async def test_what_is_needed_again_after_it_was_counted_stays(hub, clock, sender, recipient, why):
    """law: R-226 R-232"""
    sent = await sender.give(make_package(A, B))
    await take(recipient)
    await turns.turn(hub)
    counted = (await row(hub, sent.package_id)).content_until
    if why == "moving":
        await set_column(hub, tables.deliveries, sent.package_id, status="held")
    if why == "recall":
        await set_column(hub, tables.deliveries, sent.package_id, recall_state="asked")
    if why == "legal_hold":
        await set_column(hub, tables.packages, sent.package_id, legal_hold_at="2026-03-02T00:00:00.000000Z")
    clock.advance(MONTH)
    await turns.turn(hub)
    kept = await row(hub, sent.package_id)

    await set_column(hub, tables.deliveries, sent.package_id, status="delivered", recall_state="refused")
    await set_column(hub, tables.packages, sent.package_id, legal_hold_at=None)
    await turns.turn(hub)
    await turns.turn(hub)

    assert counted
    assert (kept.key is None, kept.content_until) == (False, None)
    assert (await row(hub, sent.package_id)).key is None


async def test_one_recipient_of_several_who_has_not_fetched_keeps_it_for_all(hub, province, clock, sender, recipient):
    """law: R-226"""
    await province.agencies(C)
    await province.system("other", C)
    sent = await sender.give(make_package(A, (B, C)))
    await take(recipient)
    clock.advance(YEAR)
    await turns.turn(hub)

    assert (await row(hub, sent.package_id)).content_until is None


async def test_a_shorter_time_of_keeping_shortens_nothing_that_is_counted(hub, clock, sender, recipient):
    """R-05"""
    sent = await sender.give(make_package(A, B))
    await take(recipient)
    await turns.turn(hub)
    keeping = hub.profile.keeping.model_copy(update={"content_days": 1})
    object.__setattr__(hub.profile, "keeping", keeping)
    clock.advance(timedelta(days=10))

    await turns.turn(hub)

    assert (await row(hub, sent.package_id)).key is not None


async def test_whoever_reads_while_it_goes_finds_no_damage(hub, clock, sender, recipient):
    """The bytes went lawfully between a reader's look and its first piece: nothing is put under quarantine."""
    sent = await sender.give(make_package(A, B))
    await take(recipient)
    reading = await content.of_package(hub, recipient.system, sent.package_id)
    await turns.turn(hub)
    clock.advance(MONTH)
    await turns.turn(hub)

    assert await refused(reading.read()) is Fault.DEPENDENCY_DOWN
    await damage.found(hub, sent.package_id, BlobMissing("gone"))

    assert (await row(hub, sent.package_id)).status == "accepted"
    assert await refused(content.of_package(hub, recipient.system, sent.package_id)) is Fault.NOT_FOUND


async def test_a_status_that_comes_after_the_content_went_still_counts(hub, clock, sender, recipient):
    """law: R-123"""
    sent = await sender.give(make_package(A, B))
    item = await take(recipient)
    await turns.turn(hub)
    clock.advance(MONTH)
    await turns.turn(hub)

    await statuses.say(hub, recipient.system, item.delivery_id, statuses.Said("03", arrival_number="12"))

    query = select(tables.deliveries.c.business_status).where(tables.deliveries.c.id == item.delivery_id)
    assert await hub.db.read(lambda connection: connection.execute(query).scalar()) == "03"
    again = await sender.give(make_package(A, B))
    assert again.package_id != sent.package_id or again.receipt == sent.receipt


async def test_words_go_a_year_after_the_content_and_receipts_still_prove_them(hub, clock, sender, recipient):
    """law: P-04 Luật 91/2025 Đ3, P-02"""
    name, words = "Nguyễn Văn An", "Ông Nguyễn Văn An, 0912345678, xin nhận lại"
    files = [("don-nguyen-van-an.pdf", b"%PDF-1.7\n%%EOF\n")]
    data = make_package(A, B, subject=f"Đơn của ông {name}", attachments=files)
    sent = await sender.give(data)
    item = await take(recipient)
    await statuses.say(hub, recipient.system, item.delivery_id, statuses.Said("02", words, "WRONG"))
    await turns.turn(hub)
    clock.advance(MONTH)
    await turns.turn(hub)
    between = await row(hub, sent.package_id)
    clock.advance(YEAR)
    await turns.turn(hub)

    after = await row(hub, sent.package_id)
    lines = await journal(hub, sent.package_id)
    [answer] = [one for one in lines if one.type == "status.02"]
    assert (name in between.subject, after.subject, after.content_until) == (True, "", None)
    assert [one["name"] for one in json.loads(after.attachments)] == [""]
    for text in (*(str(value) for value in after), *(f"{one.detail}{one.canonical}" for one in lines)):
        assert name not in text
        assert "don-nguyen-van-an" not in text
        assert "0912345678" not in text
    signed = json.loads(answer.canonical)
    assert hashlib.sha256(f"{words}; WRONG".encode()).hexdigest() in signed.values()
    assert leaf_hash(answer.nonce, answer.canonical) == answer.leaf


async def test_a_refused_package_keeps_no_subject_for_ever(hub, clock, sender, recipient):
    """law: P-04"""
    assert await refused(sender.give(make_package("000.00.77.H99", B, subject="Về ông Trần Văn Bình"))) is not None
    await turns.turn(hub)
    clock.advance(MONTH + YEAR)
    await turns.turn(hub)
    await turns.turn(hub)

    query = select(tables.packages.c.subject).where(tables.packages.c.status == "rejected")
    assert await hub.db.read(lambda connection: connection.execute(query).scalars().all()) == [""]


async def test_the_command_counts_before_anything_goes(hub, clock, sender, recipient):
    """R-05"""
    await sender.give(make_package(A, B))
    await take(recipient)
    await sender.give(make_package(A, B, document_id="000.00.01.H99,2026/03/01,9/X"))

    shown = (await admin.answer(hub, "retention.show", {}))["result"]
    clock.advance(MONTH)
    ran = (await admin.answer(hub, "retention.run", {}))["result"]

    assert (shown["content_days"], shown["content_counted"]) == (30, 0)
    assert shown["to_count"] == {"counted": 1, "moving": 1}
    assert (ran["counted"], ran["content_erased"], ran["words_erased"]) == (1, 1, 0)


async def test_what_is_counted_is_not_looked_at_again(hub, clock, sender, recipient):
    for number in range(3):
        await sender.give(make_package(A, B, document_id=f"000.00.01.H99,2026/03/01,{number}/X"))
        await take(recipient)
    await turns.turn(hub)

    assert await retention.foresee(hub) == {}
    await sender.give(make_package(A, B, document_id="000.00.01.H99,2026/03/01,9/X"))
    assert await retention.foresee(hub) == {"moving": 1}
