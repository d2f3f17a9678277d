"""C-20 for what is pushed: bytes that are not what was sealed never count as handed over."""

from __future__ import annotations

from dispatching import A
from held import row

from connectors import base
from hub.jobs import keeping


async def believes(parcel: base.Parcel) -> base.Outcome:
    """A connector that takes a body which breaks off for a whole one."""
    try:
        async for _ in parcel.open():
            pass
    except Exception:  # noqa: BLE001 - a connector of others
        return base.Delivered("id-1")
    return base.Delivered("id-2")


async def test_damaged_bytes_are_kept_back_and_go_when_they_are_restored(world):
    office = await world.office("one", A)
    office.behaviour = believes
    sent = await world.give(A)
    path = world.hub.blobs.path(sent.package_id)
    good = path.read_bytes()
    path.write_bytes(good[:-1] + bytes([good[-1] ^ 1]))

    await world.turn()
    await world.turn(3600)

    kept = await row(world.hub, sent.package_id)
    assert (kept.status, kept.held_for) == ("quarantined", "damaged")
    assert await world.statuses(sent.package_id) == ["queued"]
    assert (await world.journal(sent.package_id)).count("delivery.attempted") == 1

    path.write_bytes(good)
    await keeping.turn(world.hub)
    await world.turn(3600)
    assert await world.statuses(sent.package_id) == ["delivered"]
