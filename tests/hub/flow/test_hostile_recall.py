"""Taking back when one DocumentId stands for several packages, and races between taking back and fetching."""

from __future__ import annotations

import asyncio
import random

from edxml.faults import Fault, Refusal
from edxml.testing import make_package, make_status
from hub.flow import content, items, pickup, views
from hub.flow.recalls import withdraw
from hub.store import deliveries, events

from .test_intake import A, B, C, refused
from .test_recall import state

RACES = 300


async def taken(hand, accepted):
    delivery_id = accepted.deliveries[0].delivery_id
    lease = await pickup.lease(hand.hub, hand.system, delivery_id)
    return await pickup.acknowledge(hand.hub, hand.system, delivery_id, lease.lease, accepted.sha256)


async def test_a_take_back_asks_for_the_copy_that_left_not_only_for_the_update_that_did_not(sender, recipient):
    """law: R-121"""
    first = await sender.give(make_package(A, (B,), document_id="d-1"))
    await taken(recipient, first)
    update = await sender.give(make_package(A, (B,), document_id="d-1", business_type=2))

    answer = await withdraw.withdraw(sender.hub, sender.system, first.package_id, reason="Gửi nhầm")

    assert [(one.recipient, one.recall_state) for one in answer] == [(B, "asked")]
    assert await state(sender, update.package_id) == {B: ("cancelled", "never_delivered")}
    waiting = (await pickup.inbox(sender.hub, recipient.system, limit=10)).items
    assert [item.status_code for item in waiting] == ["13"]
    await recipient.give(make_status("15", B, (A, "d-1")))
    assert await state(sender, first.package_id) == {B: ("delivered", "agreed")}


async def test_both_copies_that_left_are_asked_for_and_answered_together(sender, recipient):
    first = await sender.give(make_package(A, (B,), document_id="d-1"))
    await taken(recipient, first)
    update = await sender.give(make_package(A, (B,), document_id="d-1", business_type=2))
    await taken(recipient, update)

    await sender.give(make_status("13", A, (B, "d-1"), description="Gửi nhầm"))
    await recipient.give(make_status("16", B, (A, "d-1"), description="Đã xử lý"))

    for package in (first, update):
        assert await state(sender, package.package_id) == {B: ("delivered", "refused")}


async def test_a_recall_of_what_was_stopped_before_goes_to_nobody(sender, recipient):
    accepted = await sender.give(make_package(A, (B,), document_id="d-1"))
    await withdraw.withdraw(sender.hub, sender.system, accepted.package_id, reason="Sai số")

    await sender.give(make_package(A, (B,), document_id="d-1", business_type=1, reason="Sai số"))

    assert (await pickup.inbox(sender.hub, recipient.system, limit=10)).items == ()


async def test_who_gave_the_document_back_may_get_it_anew(sender, recipient):
    """The recipient holds nothing any more, so nothing conflicts. law: R-114"""
    first = await sender.give(make_package(A, (B,), document_id="d-1"))
    await taken(recipient, first)
    again = make_package(A, (B,), document_id="d-1", size=11_000)
    before = await refused(sender.give(again))
    await sender.give(make_status("13", A, (B, "d-1"), description="Gửi nhầm"))
    asked = await refused(sender.give(again))

    await recipient.give(make_status("15", B, (A, "d-1")))

    assert (before, asked) == (Fault.CONFLICT, Fault.CONFLICT)
    assert (await sender.give(again)).deliveries[0].status == "available"


async def test_three_hundred_races_of_withdraw_and_fetch_have_two_outcomes(sender, recipient, province):
    """Never exposed and cancelled, or exposed and asked; whoever got bytes is the one that is asked."""
    chance = random.Random(20_26)
    await province.agencies(C)
    hub = sender.hub
    outcomes = {"cancelled": 0, "asked": 0}

    async def fetch(accepted, way):
        await asyncio.sleep(chance.choice((0, 0, 0.001, 0.003)))
        delivery_id = accepted.deliveries[0].delivery_id
        if way == "lease":
            await pickup.lease(hub, recipient.system, delivery_id)
            return await (await content.of_package(hub, recipient.system, accepted.package_id)).read()
        if way == "content":
            return await (await content.of_package(hub, recipient.system, accepted.package_id)).read()
        doc_id = await hub.db.read(lambda c: _item_of(c, delivery_id))
        return await (await items.fetch(hub, recipient.system, doc_id)).read()

    async def take_back(accepted, kind):
        await asyncio.sleep(chance.choice((0, 0, 0.001, 0.003)))
        if kind == "wire":
            return await sender.give(make_status("13", A, (B, accepted.document_id), description="Gửi nhầm"))
        if kind == "recall":
            text = {"document_id": accepted.document_id, "business_type": 1, "reason": "Gửi nhầm"}
            return await sender.give(make_package(A, (B,), **text))
        return await withdraw.withdraw(hub, sender.system, accepted.package_id, reason="Gửi nhầm", kind=kind)

    for number in range(RACES):
        data = make_package(A, (B,), document_id=f"race-{number}", size=500)
        accepted = await sender.give(data)
        way, kind = chance.choice(("lease", "content", "vxp")), chance.choice(("auto", "take_back", "wire", "recall"))
        got, _ = await asyncio.gather(fetch(accepted, way), take_back(accepted, kind), return_exceptions=True)
        seen = (await views.package(hub, sender.system, accepted.package_id)).deliveries[0]
        lines = await hub.db.read(lambda c, one=accepted: [row.type for row in events.of_package(c, one.package_id)])
        if isinstance(got, Refusal):
            assert (seen.status, seen.recall_state, seen.exposed_at) == ("cancelled", "never_delivered", None)
            assert "delivery.exposed" not in lines
            assert lines.count("delivery.cancelled") == 1
            outcomes["cancelled"] += 1
        else:
            assert got == data
            assert (seen.status, seen.recall_state) == ("available", "asked")
            assert seen.exposed_at is not None
            assert lines.count("delivery.exposed") == 1
            assert "delivery.cancelled" not in lines
            outcomes["asked"] += 1

    assert min(outcomes.values()) > RACES / 20, outcomes


def _item_of(connection, delivery_id):
    return deliveries.get(connection, delivery_id).item_id
