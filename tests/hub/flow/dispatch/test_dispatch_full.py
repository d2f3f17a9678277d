"""Endpoints whose slots are all taken by peers that never answer cost the others nothing."""

from __future__ import annotations

from dispatching import A, answering

from connectors import base
from hub.flow import dispatch
from hub.store import endpoints

FULL = [f"000.00.{number}.H99" for number in range(100, 120)]


async def test_k_07_a_turn_asks_nothing_about_endpoints_whose_slots_are_full(world, monkeypatch):
    """30 of 50 offices are half-open: each turn for the others must not look into their queues again and again."""
    for number, code in enumerate(FULL):
        office = await world.office(f"dead-{number}", code)
        office.behaviour = office.hang
    quick = await world.office("quick", A)
    for _ in range(3):
        await world.give(*FULL)
    while await world.dispatcher.turn() == 0:
        pass
    asked: list[str] = []
    real = endpoints.candidates

    def candidates(connection, system_id, *args, **more):
        asked.append(system_id)
        return real(connection, system_id, *args, **more)

    monkeypatch.setattr(dispatch.endpoints, "candidates", candidates)
    await world.give(A)
    while await world.dispatcher.turn() == 0:
        pass

    assert set(asked) == {"quick"}
    assert quick.now or quick.got
    asked.clear()
    await world.give(FULL[3], priority=2)
    await world.dispatcher.turn()
    assert set(asked) == {"dead-3"}, "an urgent one has a slot of its own"


async def test_an_endpoint_that_took_a_notice_is_healthy_again(world):
    office = await world.office("told", A)
    office.behaviour = answering(base.Deferred("down", untouched=True), base.Parked())
    sent = await world.give(A)
    await world.turn()
    failed = await world.endpoint("told")

    await world.turn(120)

    assert failed.failures == 1
    assert await world.statuses(sent.package_id) == ["available"]
    assert (await world.endpoint("told")).failures == 0
