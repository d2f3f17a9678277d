"""What leaves for one system together: the item waits, is stopped and is asked back as a whole."""

from __future__ import annotations

import pytest
from dispatching import A, B, answering

from agency_registry import edit
from connectors import base
from edxml.testing import make_package
from hub.flow import operate
from hub.flow.recalls import withdraw


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

    await province.change(lambda c: edit.change_system(c, "one", connector="pull", settings={}))
    await world.turn()

    assert office.got == []
    assert await world.statuses(sent.package_id) == ["available"]


async def test_a_suspended_system_is_not_called(world, province):
    office = await world.office("one", A)
    sent = await world.give(A)

    await province.change(lambda c: edit.suspend_system(c, "one"))
    await world.turn()

    assert office.got == []
    assert await world.statuses(sent.package_id) == ["queued"]
