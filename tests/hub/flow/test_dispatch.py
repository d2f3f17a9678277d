"""The dispatcher: each recipient independent, urgent first, exposed before the first byte, doubt goes back."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from fake_peers.office import Office

from connectors import base
from edxml.testing import make_package
from hub import app, clock, log
from hub.flow import dispatch, operate, peers, withdraw
from hub.store import deliveries, endpoints, events

A, B, C = "000.00.11.H99", "000.00.12.H99", "000.00.13.H99"


@pytest.fixture
def sections():
    return {"dispatch": {"backoff_seconds": [60, 300], "push_slots": 2, "timeout_seconds": 1, "give_up_hours": 2}}


@pytest.fixture
async def hub(hub):
    """The hub with a clock that stands still."""
    hub.clock = clock.FakeClock(datetime(2026, 11, 23, 2, 0, tzinfo=UTC))
    return hub


class World:
    """A dispatcher turned by hand, and the offices it calls."""

    def __init__(self, hub, province, sender) -> None:
        self.hub, self.province, self.sender = hub, province, sender
        tools = base.Tools(None, hub.clock.now, log.get(), 1)
        self.tools = tools
        self.dispatcher = dispatch.Dispatcher(hub, tools)

    async def office(self, name: str, *codes: str, **more) -> Office:
        await self.province.agencies(*codes)
        more.setdefault("settings", {"name": name})
        await self.province.system(name, codes, connector="fake_peers.office", **more)
        return Office(name)

    async def give(self, *to: str, **more):
        return await self.sender.give(make_package(to=to, **more))

    async def turn(self, seconds: float = 0) -> None:
        """Let the clock go on, turn until nothing more starts, and wait for what was started."""
        self.hub.clock.advance(seconds=seconds)
        while await self.dispatcher.turn() == 0:
            pass
        await self.dispatcher.idle()

    async def turns(self) -> None:
        """Turn as the loop does: again whenever something ended."""
        while await self.dispatcher.turn() == 0 or self.dispatcher._tasks():
            if tasks := self.dispatcher._tasks():
                await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)

    async def rows(self, package_id: str):
        return await self.hub.db.read(lambda c: deliveries.of_package(c, package_id))

    async def statuses(self, package_id: str) -> list[str]:
        return [row.status for row in await self.rows(package_id)]

    async def journal(self, package_id: str) -> list[str]:
        return [row.type for row in await self.hub.db.read(lambda c: events.of_package(c, package_id))]

    async def endpoint(self, name: str):
        return await self.hub.db.read(lambda c: endpoints.get(c, name))


@pytest.fixture
async def world(hub, province, sender):
    made = World(hub, province, sender)
    yield made
    await made.dispatcher.close()
    Office.known.clear()


def answering(*outcomes):
    """A behaviour that gives these outcomes in turn, reading the parcel before any but an untouched one."""
    left = list(outcomes)

    async def answer(parcel):
        outcome = left.pop(0) if len(left) > 1 else left[0]
        if not getattr(outcome, "untouched", False):
            async for _ in parcel.open():
                pass
        return outcome

    return answer


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

    async with asyncio.timeout(3):
        while len(quick.got) < 4:  # noqa: ASYNC110 - the office only counts
            await asyncio.sleep(0.02)

    assert (dead.now, dead.got) == (2, [])
    assert (await world.statuses(sent[0].package_id))[1] == "delivered"
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
    await asyncio.sleep(0.1)
    for task in world.dispatcher._tasks():
        task.cancel()
    await world.dispatcher.idle()
    office.behaviour = first_byte_then_no_connection
    await world.turn(400)

    assert (await world.rows(sent.package_id))[0].exposed_at is not None  # an earlier attempt may have arrived


async def test_the_endpoint_rests_after_a_failure_and_is_probed_with_one(world):
    office = await world.office("one", A)
    office.behaviour = answering(base.Deferred("nobody at home", untouched=True))
    sent = [await world.give(A) for _ in range(6)]

    await world.turn()
    first = await world.endpoint("one")
    await world.turn(30)
    tried = sum([row.attempts for one in sent for row in await world.rows(one.package_id)])
    await world.turn(34)
    again = sum([row.attempts for one in sent for row in await world.rows(one.package_id)])
    second = await world.endpoint("one")
    office.behaviour = office.take
    await world.turn(400)
    await world.turns()

    assert (first.failures, tried) == (1, 2)  # two slots were under way together: one failure
    assert (second.failures, again) == (2, 3)
    assert (await world.endpoint("one")).failures == 0
    assert len(office.got) == 6


async def test_back_off_is_stored_and_survives_a_restart(world, hub):
    office = await world.office("one", A)
    office.behaviour = answering(base.Deferred("nobody at home", untouched=True))
    await world.give(A)
    await world.turn()
    await world.dispatcher.close()
    world.dispatcher = dispatch.Dispatcher(hub, world.tools)
    office.behaviour = office.take

    await world.turn(50)
    assert office.got == []
    await world.turn(14)

    assert len(office.got) == 1


async def test_a_peer_that_calls_by_itself_is_tried_at_once(world):
    office = await world.office("one", A)
    office.behaviour = answering(base.Deferred("HTTP 502"))
    await world.give(A)
    await world.turn()
    await world.turn(64)
    await world.turn(1)
    assert (await world.endpoint("one")).failures == 2
    office.behaviour = office.take

    await dispatch.heard(world.hub, "one")
    await world.turn()

    assert len(office.got) == 1


async def test_one_poisonous_package_does_not_stop_the_others_of_its_endpoint(world):
    office = await world.office("one", A)
    poison = await world.give(A)

    async def choke(parcel):
        if parcel.package_id == poison.package_id:
            return base.Deferred("HTTP 500")
        return await office.take(parcel)

    office.behaviour = choke
    for _ in range(5):
        await world.give(A)
    for _ in range(3):
        await world.turn(70)
        await world.turns()

    assert len(office.got) == 5


async def test_doubt_keeps_the_delivery_and_the_same_parcel_comes_again(world):
    office = await world.office("one", A)
    office.behaviour = answering(base.Deferred("no answer"), base.Delivered("x"))

    sent = await world.give(A)
    await world.turn()
    waiting = (await world.rows(sent.package_id))[0]
    await world.turn(70)

    assert (waiting.status, waiting.exposed_at is not None) == ("queued", True)
    assert await world.statuses(sent.package_id) == ["delivered"]
    assert (await world.rows(sent.package_id))[0].item_id == waiting.item_id


async def test_a_definite_no_fails_the_delivery_with_its_words(world):
    office = await world.office("one", A)
    office.behaviour = answering(base.Refused("không nhận", "18"))

    sent = await world.give(A)
    await world.turn()

    row = (await world.rows(sent.package_id))[0]
    assert (row.status, row.reason, row.fault) == ("failed", "18 không nhận", "org_unknown")
    assert "delivery.failed" in await world.journal(sent.package_id)


async def test_a_connectors_mistake_is_trouble_and_not_a_lost_delivery(world):
    office = await world.office("one", A)

    async def stumble(_parcel):
        raise KeyError("mistake")

    office.behaviour = stumble
    sent = await world.give(A)
    await world.turn()

    assert await world.statuses(sent.package_id) == ["queued"]


async def test_settings_that_cannot_be_used_wait_and_tell(world):
    await world.office("one", A, settings={"nonsense": 1})

    sent = await world.give(A)
    await world.turn()

    row = (await world.rows(sent.package_id))[0]
    assert (row.status, row.exposed_at) == ("queued", None)
    assert "nonsense" in row.reason
    assert (await world.endpoint("one")).failures == 1


async def test_given_up_after_the_limit_with_a_signed_proof(world):
    office = await world.office("one", A)
    office.behaviour = answering(base.Deferred("nobody at home", untouched=True))
    sent = await world.give(A)
    await world.turn()

    await world.turn(2 * 3600 + 61)
    row = (await world.rows(sent.package_id))[0]
    proof = await world.hub.db.read(
        lambda c: events.receipt_of(c, "delivery.failed", package_id=sent.package_id, delivery_id=row.id)
    )
    await operate.resend(world.hub, row.id, "op", "their line is back")
    office.behaviour = office.take
    await world.turn(61)
    await world.turn(400)

    assert row.status == "failed"
    assert b"nobody at home" in world.hub.keys.verify_receipt(proof)
    assert await world.statuses(sent.package_id) == ["delivered"]


async def test_a_killed_worker_leaves_nothing_to_clean_up(world):
    office = await world.office("one", A)
    sent = await world.give(A)
    now = world.hub.clock.now()
    chosen = [(peers.find(world.hub, "one"), (await world.rows(sent.package_id))[0].item_id)]
    await world.hub.db.write(lambda c: world.dispatcher._claim(c, now, chosen))  # and then the power goes

    await world.turn(20)
    assert office.got == []
    await world.turn(100)

    row = (await world.rows(sent.package_id))[0]
    assert (len(office.got), row.status, row.attempts) == (1, "delivered", 2)


async def test_a_late_outcome_of_an_old_claim_does_not_undo_a_newer_one(world):
    office = await world.office("one", A)
    gate = asyncio.Event()

    async def late(_parcel):
        await gate.wait()
        return base.Refused("too late to say no")

    office.behaviour = late
    sent = await world.give(A)
    await world.dispatcher.turn()
    second = dispatch.Dispatcher(world.hub, world.tools)
    office_now = office.take
    await asyncio.sleep(0)
    office.behaviour = office_now
    world.hub.clock.advance(seconds=100)
    await second.turn()
    await second.idle()
    gate.set()
    await world.dispatcher.idle()
    await second.close()

    assert await world.statuses(sent.package_id) == ["delivered"]


async def test_a_stopped_hub_puts_attempts_back_at_once(world):
    office = await world.office("one", A)
    office.behaviour = office.hang
    sent = await world.give(A)
    await world.dispatcher.turn()
    await asyncio.sleep(0.1)

    await world.dispatcher.close()

    row = (await world.rows(sent.package_id))[0]
    assert (row.status, row.lease) == ("queued", None)
    assert row.exposed_at is not None  # some bytes may have arrived
    assert row.due_at == clock.to_text(world.hub.clock.now())


async def test_an_update_never_overtakes_the_document_it_updates(world):
    office = await world.office("one", A)
    first = make_package(to=A, document_id="000.00.01.H99,2026/11/23,7/SNV")
    office.behaviour = answering(base.Deferred("x", peer=False))
    await world.sender.give(first)
    await world.turn()
    office.behaviour = office.take

    update = make_package(to=A, document_id="000.00.01.H99,2026/11/23,7/SNV", business_type=2, priority=3)
    await world.sender.give(update)
    await world.turn(1)
    before = len(office.got)
    await world.turn(70)
    await world.turns()

    assert before == 0
    assert [data for _, data in office.got] == [first, update]


async def test_while_one_of_its_recipients_is_held_the_item_waits(world):
    """To is never shortened, so the bytes for B would reach A as well."""
    office = await world.office("one", A, B)
    sent = await world.give(A, B)
    row = (await world.rows(sent.package_id))[0]

    await operate.hold(world.hub, row.id, "op", "asked to")
    await world.turn()
    held = len(office.got)
    await operate.release(world.hub, row.id, "op", "fine")
    await world.turn()

    assert (held, len(office.got)) == (0, 1)
    assert await world.statuses(sent.package_id) == ["delivered", "delivered"]


async def test_one_of_two_that_leave_together_is_asked_back_and_not_stopped(world):
    """Its bytes would leave all the same: To is never shortened."""
    office = await world.office("one", A, B)
    document = make_package(to=(A, B))
    sent = await world.sender.give(document)

    answer = await withdraw.withdraw(
        world.hub, world.sender.system, sent.package_id, reason="Sai nơi nhận", recipients=[A]
    )
    await world.turn()
    await world.turns()

    assert [(one.recipient, one.recall_state) for one in answer] == [(A, "asked")]
    assert [parcel.message_type for parcel, _ in office.got] == ["edoc", "status"]
    assert await world.statuses(sent.package_id) == ["delivered", "delivered"]


@pytest.mark.parametrize("kind", ["cancel", "recall"])
async def test_all_that_leave_together_are_stopped_together(world, kind):
    office = await world.office("one", A, B)
    sent = await world.give(A, B)

    answer = await withdraw.withdraw(world.hub, world.sender.system, sent.package_id, reason="Gửi nhầm", kind=kind)
    await world.turn()

    assert [one.recall_state for one in answer] == ["never_delivered", "never_delivered"]
    assert office.got == []
    assert await world.statuses(sent.package_id) == ["cancelled", "cancelled"]


async def test_a_system_that_fetches_now_finds_what_was_queued(world, province):
    office = await world.office("one", A)
    sent = await world.give(A)
    from agency_registry import edit

    await province.change(lambda c: edit.change_system(c, "one", connector="pull", settings={}))
    await world.turn()

    assert office.got == []
    assert await world.statuses(sent.package_id) == ["available"]


async def test_a_suspended_system_is_not_called(world, province):
    office = await world.office("one", A)
    sent = await world.give(A)
    from agency_registry import edit

    await province.change(lambda c: edit.suspend_system(c, "one"))
    await world.turn()

    assert office.got == []
    assert await world.statuses(sent.package_id) == ["queued"]


async def test_the_loop_starts_by_itself_when_something_arrives(world):
    office = await world.office("one", A)
    stop = asyncio.Event()
    loop = asyncio.create_task(dispatch.run(world.hub, world.tools, stop))
    await asyncio.sleep(0.1)
    await world.give(A)

    async with asyncio.timeout(2):
        while not office.got:  # noqa: ASYNC110 - the office only counts
            await asyncio.sleep(0.01)
    stop.set()
    await loop

    assert app.LOOPS["deliver"]
