"""What goes wrong with a call: the endpoint rests, doubt goes back, a definite no ends it."""

from __future__ import annotations

import asyncio

from dispatching import A, answering
from patience import until

from connectors import base
from hub import clock
from hub.flow import dispatch, operate, peers
from hub.store import events


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
    """law: R-172 HN Đ7.1"""
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

    async def exposed():
        return (await world.rows(sent.package_id))[0].exposed_at

    await until(exposed)
    await world.dispatcher.close()

    row = (await world.rows(sent.package_id))[0]
    assert (row.status, row.lease) == ("queued", None)
    assert row.exposed_at is not None  # some bytes may have arrived
    assert row.due_at == clock.to_text(world.hub.clock.now())
