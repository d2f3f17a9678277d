"""Nothing of a package that is kept back is handed over, at whatever moment it was stopped."""

from __future__ import annotations

from dispatching import A
from held import stamped

from connectors import base
from hub.flow import hold, quarantine


async def held(world, *to: str) -> str:
    accepted = await world.sender.give(stamped("000.00.01.H99", to))
    assert accepted.status == "held"
    return accepted.package_id


async def test_a_held_package_waits_and_leaves_when_it_is_declared(world):
    """law: R-012"""
    office = await world.office("office", A)
    package_id = await held(world, A)

    await world.turn(3600)
    assert office.got == []
    await hold.declare(world.hub, world.sender.system, package_id, "Văn thư")
    await world.turn()

    assert [parcel.package_id for parcel, _ in office.got] == [package_id]
    assert await world.statuses(package_id) == ["delivered"]


async def test_a_package_held_longer_than_tries_last_is_not_given_up_when_it_is_released(world):
    office = await world.office("office", A)
    package_id = await held(world, A)

    await world.turn(3 * 3600)  # give_up_hours is 2
    await hold.declare(world.hub, world.sender.system, package_id, "Văn thư")
    await world.turn(61)

    assert await world.statuses(package_id) == ["delivered"]
    assert len(office.got) == 1


async def test_what_is_stopped_between_claim_and_first_byte_does_not_leave(world):
    """law: R-013 NĐ30 Đ21.2b"""
    office = await world.office("office", A)
    accepted = await world.give(A)
    taken = []

    async def stopped_first(parcel):
        await quarantine.add(world.hub, parcel.package_id, "op", "mật gửi nhầm")
        try:
            taken.extend([piece async for piece in parcel.open()])
        except Exception:  # noqa: BLE001 - a connector sees only that there is nothing to read
            return base.Deferred("no bytes")
        return base.Delivered("x")

    office.behaviour = stopped_first
    await world.turn()
    office.behaviour = office.take
    await world.turn(3600)

    assert taken == []
    assert office.got == []
    [row] = await world.rows(accepted.package_id)
    assert (row.status, row.exposed_at) == ("queued", None)
