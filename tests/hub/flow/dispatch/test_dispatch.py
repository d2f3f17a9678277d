"""The dispatcher: each recipient independent, urgent first, exposed before the first byte."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from dispatching import A, B, answering
from patience import until

from connectors import base
from edxml.faults import Refusal
from edxml.testing import make_package
from hub import app
from hub.flow import dispatch, operate
from hub.flow.thread import statuses


async def test_all_recipients_behind_one_system_get_the_package_together_and_once(world):
    office = await world.office("one", A, B)
    document = make_package(to=(A, B))

    sent = await world.sender.give(document)
    await world.turn()

    assert [(parcel.recipients, data) for parcel, data in office.got] == [((A, B), document)]
    assert await world.statuses(sent.package_id) == ["delivered", "delivered"]
    journal = await world.journal(sent.package_id)
    assert journal.index("delivery.attempted") < journal.index("delivery.exposed") < journal.index("delivery.delivered")


async def test_a_dead_destination_delays_nobody_else(world):
    dead, quick = await world.office("dead", A), await world.office("quick", B)
    dead.behaviour = dead.hang
    for _ in range(5):
        await world.give(A)
    sent = [await world.give(A, B) for _ in range(4)]
    stop = asyncio.Event()
    loop = asyncio.create_task(dispatch.run(world.hub, world.tools, stop))

    await until(lambda: len(quick.got) == 4)

    assert (dead.now, dead.got) == (2, [])

    async def told():
        return (await world.statuses(sent[0].package_id))[1] == "delivered"

    await until(told)
    loop.cancel()
    await asyncio.gather(loop, return_exceptions=True)
    assert set(await world.statuses(sent[0].package_id)) == {"queued", "delivered"}


async def test_hanging_ends_at_the_hard_timeout(world, monkeypatch):
    monkeypatch.setattr(dispatch.backoff, "hard_timeout_seconds", lambda *_: 0.1)
    office = await world.office("dead", A)
    office.behaviour = office.hang

    sent = await world.give(A)
    await world.turn()

    row = (await world.rows(sent.package_id))[0]
    assert (row.status, row.attempts) == ("queued", 1)
    assert "no outcome" in row.reason
    assert row.exposed_at is not None


async def test_urgent_ones_overtake_and_have_a_slot_of_their_own(world):
    """law: R-085."""
    office = await world.office("one", A)
    gate, began = asyncio.Event(), []

    async def slow(parcel):
        began.append(parcel.urgency)
        await gate.wait()
        return base.Delivered()

    office.behaviour = slow
    for urgency in (0, 0, 0, 0):
        await world.give(A, priority=urgency)
    await world.dispatcher.turn()
    await asyncio.sleep(0)
    await world.give(A, priority=3)
    await world.give(A, priority=1)
    await world.dispatcher.turn()
    await asyncio.sleep(0)
    await world.dispatcher.turn()
    gate.set()
    await world.turns()

    assert office.most == 3
    assert began == [0, 0, 3, 1, 0, 0]


async def test_a_normal_document_does_not_wait_for_ever(world):
    """law: R-085."""
    office = await world.office("one", A)
    old = await world.give(A)
    world.hub.clock.advance(dispatch.AGED + timedelta(seconds=1))
    for _ in range(3):
        await world.give(A, priority=3)

    await world.turns()

    assert old.package_id in [parcel.package_id for parcel, _ in office.got[:2]]


async def test_exposed_is_committed_before_the_first_byte(world):
    office = await world.office("one", A)
    seen = []

    async def look(parcel):
        seen.append((await world.rows(parcel.package_id))[0].exposed_at)
        await anext(parcel.open())
        seen.append((await world.rows(parcel.package_id))[0].exposed_at)
        return base.Delivered()

    office.behaviour = look
    await world.give(A)
    await world.turn()

    assert seen[0] is None
    assert seen[1] is not None


async def test_a_failed_connection_exposes_nothing_so_a_cancel_still_works(world):
    office = await world.office("one", A)
    office.behaviour = answering(base.Deferred("nobody at home", untouched=True))
    sent = await world.give(A)
    await world.turn()
    row = (await world.rows(sent.package_id))[0]

    await operate.cancel(world.hub, row.id, "op", "sent by mistake")

    assert row.exposed_at is None
    assert await world.statuses(sent.package_id) == ["cancelled"]


async def test_bytes_taken_before_the_connection_failed_are_unexposed_again(world):
    office = await world.office("one", A)

    async def first_byte_then_no_connection(parcel):
        async for _ in parcel.open():
            break
        return base.Deferred("connection refused", untouched=True)

    office.behaviour = first_byte_then_no_connection
    sent = await world.give(A)
    await world.turn()
    assert (await world.rows(sent.package_id))[0].exposed_at is None
    office.behaviour = office.hang
    world.dispatcher._hub.clock.advance(seconds=70)
    await world.dispatcher.turn()

    async def exposed():
        return (await world.rows(sent.package_id))[0].exposed_at

    await until(exposed)
    for task in world.dispatcher._tasks():
        task.cancel()
    await world.dispatcher.idle()
    office.behaviour = first_byte_then_no_connection
    await world.turn(400)

    assert (await world.rows(sent.package_id))[0].exposed_at is not None  # an earlier attempt may have arrived


async def test_the_loop_starts_by_itself_when_something_arrives(world):
    office = await world.office("one", A)
    stop = asyncio.Event()
    loop = asyncio.create_task(dispatch.run(world.hub, world.tools, stop))
    await asyncio.sleep(0.1)
    await world.give(A)

    await until(lambda: office.got)
    stop.set()
    await loop

    assert app.LOOPS["deliver"]


async def test_an_office_may_accept_before_the_hub_has_heard_that_it_arrived(world):
    office = await world.office("quick", A)
    said = []

    async def accept_at_once(parcel):
        async for _ in parcel.open():
            pass
        system = world.hub.directory.system("quick")
        for code in ("01", "03"):
            await statuses.say(world.hub, system, parcel.delivery_ids[0], statuses.Said(code))
            said.append(code)
        return base.Delivered("1")

    office.behaviour = accept_at_once
    sent = await world.give(A)
    await world.turn()

    row = (await world.rows(sent.package_id))[0]
    assert said == ["01", "03"]
    assert (row.status, row.business_status) == ("delivered", "03")


async def test_before_a_byte_has_left_nobody_answers(world):
    office = await world.office("shut", A)
    office.behaviour = answering(base.Deferred("nobody there", untouched=True))
    sent = await world.give(A)
    await world.turn()

    row = (await world.rows(sent.package_id))[0]
    with pytest.raises(Refusal, match="not_found"):
        await statuses.say(world.hub, world.hub.directory.system("shut"), row.id, statuses.Said("03"))
