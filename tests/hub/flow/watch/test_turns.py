"""The watchdog in a real hub: each alarm once, over when its reason is gone, whatever clock and process do."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

import pytest

from hub import clock
from hub.flow import pickup
from hub.flow.watch import turns
from hub.jobs.watch import Watchdog

TOLD = ["not_confirmed/operator", "not_confirmed/sender"]


async def fetch(watched, sent) -> None:
    system = watched.recipient.system
    row = await watched.row(sent)
    lease = await pickup.lease(watched.hub, system, row.id)
    await pickup.acknowledge(watched.hub, system, row.id, lease.lease, sent.sha256)


async def test_not_confirmed_calls_the_operator_then_the_clerk_then_proposes_paper_and_is_cleared(watched):
    """law: R-101 HN Đ10.2c, R-111 BD Đ3.3."""
    sent = await watched.give()

    assert await watched.look(minutes=119) == turns.Turn(0, 0, 0)
    await watched.look(minutes=1)
    assert await watched.alarms() == TOLD[:1]
    await watched.look(minutes=90)
    assert await watched.alarms() == TOLD
    await watched.look(hours=6)
    assert await watched.alarms() == [*TOLD, "paper_due/sender"]

    await fetch(watched, sent)
    await watched.set(sent)
    await watched.look(seconds=1)

    assert await watched.alarms() == []
    assert [one["alarm"] for one in await watched.events()] == ["not_confirmed", "not_confirmed", "paper_due"]


async def test_what_is_taken_in_time_calls_nobody_and_is_not_looked_at_again(watched):
    sent = await watched.give()
    await fetch(watched, sent)

    await watched.look(hours=2)

    assert await watched.alarms(every=True) == []


async def test_two_watchdogs_raise_nothing_twice(watched):
    for _ in range(5):
        await watched.give()
    watched.hub.clock.advance(timedelta(hours=2))

    done = await asyncio.gather(*(turns.turn(watched.hub, 100) for _ in range(4)))

    assert sum(one.looked for one in done) == 5
    assert sum(one.raised for one in done) == 5
    assert len(await watched.events()) == 5


async def test_a_look_that_was_asked_for_meanwhile_is_not_lost(watched):
    """A fact changes between reading and writing: what was found before does not silence it."""
    sent = await watched.give()
    watched.hub.clock.advance(timedelta(hours=2))
    now = watched.hub.clock.now()
    found = await watched.hub.db.read(lambda connection: turns._look(watched.hub, connection, now, 10))
    watched.hub.clock.advance(seconds=1)
    await watched.set(sent)

    done = await watched.hub.db.write(lambda connection: turns._write(watched.hub, connection, now, found))

    assert done == turns.Turn(0, 0, 0)
    assert (await watched.row(sent)).watch_at == clock.to_text(watched.hub.clock.now())


async def test_a_watchdog_that_was_stopped_for_a_night_looks_once_and_says_it_was_late(watched):
    """Case O-10: missed looks run once, in order; the alarm says how long nobody looked."""
    await watched.dog.once()
    watched.hub.clock.set(datetime(2026, 11, 23, 20, 0, tzinfo=clock.VIETNAM))
    await watched.dog.once()
    await watched.give(priority=3)
    watched.hub.clock.advance(timedelta(hours=6))

    await Watchdog(watched.hub).once()

    late = [one for one in await watched.events() if one["alarm"] == "watch_late"]
    assert [(one["since"], one["waiting"]) for one in late[-1:]] == [("2026-11-23T20:00:00+07:00", 1)]
    open_now = [one for one in await watched.alarms() if not one.startswith(("watch_late", "calendar"))]
    assert open_now == [*TOLD, "paper_due/sender", "urgent_after_hours/recipient", "urgent_unopened/recipient"]
    before = len(await watched.events())
    await Watchdog(watched.hub).once()
    assert len(await watched.events()) == before


@pytest.mark.parametrize("hours", [2, -2])
async def test_a_clock_put_forward_or_back_calls_for_nothing_and_is_told(watched, hours):
    """Case O-01: no mass expiry while the clock is in doubt, and no alarm twice when it is put right."""
    for _ in range(3):
        await watched.give()
    await watched.dog.once()
    watched.hub.clock.move_hands(timedelta(hours=hours))
    watched.hub.clock.advance(seconds=5)

    await watched.dog.once()

    told = [one for one in await watched.events() if one["alarm"] == "clock_moved"]
    assert [one["seconds"] for one in told] == [hours * 3600]
    assert [one for one in await watched.alarms() if one.startswith("not_confirmed")] == []

    watched.hub.clock.move_hands(timedelta(hours=-hours))
    watched.hub.clock.advance(timedelta(hours=2))
    await watched.dog.once()
    await watched.dog.once()

    assert (await watched.alarms()).count("not_confirmed/operator") == 3


async def test_a_clock_that_stays_where_it_was_put_is_believed_after_a_while(watched):
    await watched.give()
    await watched.dog.once()
    watched.hub.clock.move_hands(timedelta(hours=2))
    for _ in range(62):
        watched.hub.clock.advance(seconds=5)
        await watched.dog.once()

    assert "not_confirmed/operator" in await watched.alarms()


async def test_next_year_is_to_be_decided_in_november(watched):
    """law: R-093."""
    await watched.dog.once()

    assert await watched.alarms() == ["calendar/office/2027", "calendar/operator/2027"]


async def test_a_refused_document_calls_its_sender_until_it_sends_a_corrected_one(watched):
    """law: R-131 HN Đ9.1b."""
    sent = await watched.give()
    await fetch(watched, sent)
    await watched.set(sent, business_status="02", business_at=clock.to_text(watched.hub.clock.now()))

    await watched.look(seconds=1)
    assert await watched.alarms() == ["refused_waits/sender"]

    again = await watched.give(document_id=(await watched.row(sent)).id)
    await watched.hub.db.write(
        lambda connection: connection.exec_driver_sql(
            "UPDATE packages SET original_id = ? WHERE id = ?", (sent.package_id, again.package_id)
        )
    )
    await watched.look(days=1)

    assert "refused_waits/sender" not in await watched.alarms()
