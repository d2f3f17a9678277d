"""What becomes of a package whose sealed bytes are not what was sealed, wherever the hub comes upon it."""

from __future__ import annotations

import pytest
from held import journal, row, stamped
from sqlalchemy import update

from edxml.faults import Fault, Refusal
from edxml.testing import make_package
from hub.flow import content, hold, officers, pickup, quarantine
from hub.flow.recalls import withdraw
from hub.jobs import keeping
from hub.store import tables

A, B = "000.00.01.H99", "000.00.02.H99"
BOTH = officers.Officers("an", "binh")


def lose(hub, package_id: str):
    """Take the sealed file away; how to put it back."""
    path = hub.blobs.path(package_id)
    good = path.read_bytes()
    path.unlink()
    return lambda: path.write_bytes(good)


async def refused(work) -> Fault:
    with pytest.raises(Refusal) as caught:
        await work
    return caught.value.fault


async def read(hub, system, package_id: str) -> bytes:
    return await (await content.of_package(hub, system, package_id)).read()


async def test_the_sender_too_hears_that_the_copy_is_damaged(sender, recipient):
    hub, sent = sender.hub, await sender.give(make_package(A, (B,)))
    lose(hub, sent.package_id)

    assert await refused(read(hub, sender.system, sent.package_id)) is Fault.DEPENDENCY_DOWN
    assert (await row(hub, sent.package_id)).held_for == "damaged"


async def test_a_package_whose_key_does_not_open_is_damaged(sender, recipient):
    hub, sent = sender.hub, await sender.give(make_package(A, (B,)))
    key = (await row(hub, sent.package_id)).key
    turned = update(tables.packages).where(tables.packages.c.id == sent.package_id)
    await hub.db.write(lambda connection: connection.execute(turned.values(key=key[:-1] + bytes([key[-1] ^ 1]))))

    assert await refused(read(hub, sender.system, sent.package_id)) is Fault.DEPENDENCY_DOWN
    assert (await row(hub, sent.package_id)).held_for == "damaged"


async def test_a_held_damaged_package_stays_held_and_the_hub_goes_on(sender, recipient):
    """Neither the scan nor a second look may end the job that looks after what is kept back."""
    hub = sender.hub
    held = await sender.give(stamped(A, (B,)))
    restore = lose(hub, held.package_id)
    assert await refused(read(hub, sender.system, held.package_id)) is Fault.DEPENDENCY_DOWN

    await keeping.turn(hub)
    await hold.declare(hub, sender.system, held.package_id, "Nguyễn Thị Lan")
    await keeping.turn(hub)
    kept = await row(hub, held.package_id)
    assert (kept.status, kept.held_for) == ("held", "damaged")

    restore()
    await keeping.turn(hub)
    assert (await row(hub, held.package_id)).status == "accepted"
    assert [one.package_id for one in (await pickup.inbox(hub, recipient.system, limit=9)).items] == [held.package_id]


async def test_what_is_stopped_by_order_meanwhile_stays_stopped_when_it_is_restored(sender, recipient):
    """law: R-013"""
    hub, sent = sender.hub, await sender.give(make_package(A, (B,)))
    restore = lose(hub, sent.package_id)
    await refused(read(hub, sender.system, sent.package_id))

    await quarantine.add(hub, sent.package_id, "op", "văn bản mật gửi nhầm")
    restore()
    await keeping.turn(hub)

    kept = await row(hub, sent.package_id)
    assert (kept.status, kept.held_for) == ("quarantined", "order")
    assert (await pickup.inbox(hub, recipient.system, limit=9)).items == ()


async def test_a_file_that_is_not_the_packages_is_not_taken_for_restored(sender, recipient):
    """law: R-231 HN Đ7.1"""
    hub, sent = sender.hub, await sender.give(make_package(A, (B,)))
    other = await sender.give(make_package(A, (B,), subject="V/v việc khác"))
    lose(hub, sent.package_id)
    await refused(read(hub, sender.system, sent.package_id))

    hub.blobs.path(sent.package_id).write_bytes(hub.blobs.path(other.package_id).read_bytes())
    await keeping.turn(hub)

    assert (await row(hub, sent.package_id)).status == "quarantined"


async def test_a_withdrawn_damaged_package_still_ends(sender, recipient):
    hub, sent = sender.hub, await sender.give(make_package(A, (B,)))
    lose(hub, sent.package_id)
    await refused(read(hub, sender.system, sent.package_id))

    [one] = await withdraw.withdraw(hub, sender.system, sent.package_id, reason="Gửi nhầm")

    assert one.recall_state == "never_delivered"
    assert "delivery.cancelled" in await journal(hub, sent.package_id)


async def test_two_officers_may_erase_what_cannot_be_restored(sender, recipient):
    hub, sent = sender.hub, await sender.give(make_package(A, (B,)))
    lose(hub, sent.package_id)
    await refused(read(hub, sender.system, sent.package_id))

    assert await officers.erase(hub, sent.package_id, BOTH, "không còn bản sao lưu") == "erased"
