"""Endpoints whose slots are all taken by peers that never answer cost the others nothing."""

from __future__ import annotations

from dispatching import A, answering
from fake_peers.office import Office

from agency_registry import edit
from connectors import base
from hub import clock
from hub.flow import dispatch, registry
from hub.store import endpoints

WHY = edit.Why("An")
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


async def test_k_11_a_system_that_moved_is_called_at_once_at_its_new_address(world):
    """Its rest belonged to the old address; what waited goes on, nothing is lost."""
    office = await world.office("old", A)
    moved = Office("new")
    office.behaviour = answering(base.Deferred("HTTP 410"))
    sent = await world.give(A)
    for _ in range(3):
        await world.turn(400)
    resting = await world.endpoint("old")

    await registry.change(world.hub, lambda c: edit.change_system(c, "old", settings={"name": "new"}, why=WHY))
    await world.turn()

    assert resting.failures == 3
    assert resting.retry_at > clock.to_text(world.hub.clock.now())
    assert await world.statuses(sent.package_id) == ["delivered"]
    assert len(moved.got) == 1


async def test_a_change_of_anything_else_leaves_the_rest_as_it_is(world):
    office = await world.office("old", A)
    office.behaviour = answering(base.Deferred("down"))
    await world.give(A)
    await world.turn()
    before = await world.endpoint("old")

    await registry.change(world.hub, lambda c: edit.change_system(c, "old", name="tên mới", why=WHY))

    assert (await world.endpoint("old")).retry_at == before.retry_at
