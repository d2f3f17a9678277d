"""What a VXP item offers and what its deliveries say must agree whatever was done to them, in any mixture."""

from __future__ import annotations

import pytest

from edxml.testing import make_package
from hub.flow import content, items, operate, pickup, views

from .conftest import Hand
from .test_intake import A, B, C


@pytest.fixture
async def both(province):
    """One system that receives for two agencies."""
    await province.agencies(B, C)
    return Hand(await province.system("both", (B, C)))


async def offered(hand):
    """docId, state and recipients of every item offered."""
    listed = await items.received(hand.hub, hand.system, "edoc")
    assert len(listed) == await items.count(hand.hub, hand.system, "edoc")
    return [(one.doc_id, one.status, one.recipients) for one in listed]


async def states(hand, package_id):
    seen = await views.package(hand.hub, hand.system, package_id)
    return {one.recipient: one.status for one in seen.deliveries}


async def ids(hand, package_id):
    seen = await views.package(hand.hub, hand.system, package_id)
    return {one.recipient: one.delivery_id for one in seen.deliveries}


async def fetched(hand, doc_id):
    return await (await items.fetch(hand.hub, hand.system, doc_id)).read()


async def test_what_is_sent_again_after_a_fail_is_offered_again(sender, recipient):
    """Else the operator's second sending is available for ever and no VXP system ever sees it."""
    data = make_package(A, (B,))
    accepted = await sender.give(data)
    [(doc_id, _, _)] = await offered(recipient)
    await items.update(recipient.hub, recipient.system, doc_id, "fail", "hết đĩa")

    await operate.resend(sender.hub, accepted.deliveries[0].delivery_id, "an", "đã dọn đĩa")

    assert await offered(recipient) == [(doc_id, "initial", (B,))]
    assert await fetched(recipient, doc_id) == data
    await items.update(recipient.hub, recipient.system, doc_id, "done")
    assert await states(sender, accepted.package_id) == {B: "delivered"}
    assert await offered(recipient) == []


async def test_what_was_held_while_the_other_was_taken_is_offered_after_release(sender, both):
    accepted = await sender.give(make_package(A, (B, C)))
    mine = await ids(sender, accepted.package_id)
    await operate.hold(sender.hub, mine[B], "an", "thử")
    [(doc_id, _, shown)] = await offered(both)
    await fetched(both, doc_id)
    await items.update(both.hub, both.system, doc_id, "done")
    nothing = await offered(both)

    await operate.release(sender.hub, mine[B], "an", "xong")

    assert shown == (C,)
    assert nothing == []
    assert await offered(both) == [(doc_id, "initial", (B,))]
    told = {row.recipient: row.receive_status for row in await items.sent(sender.hub, sender.system, "edoc")}
    assert told == {B: "initial", C: "done"}
    await items.update(both.hub, both.system, doc_id, "done")
    assert await states(sender, accepted.package_id) == {B: "delivered", C: "delivered"}


async def test_one_of_two_acknowledged_natively_leaves_the_item_for_the_other(sender, both):
    accepted = await sender.give(make_package(A, (B, C)))
    mine = await ids(sender, accepted.package_id)
    taken = await pickup.lease(both.hub, both.system, mine[B])
    await (await content.of_package(both.hub, both.system, accepted.package_id)).read()
    await pickup.acknowledge(both.hub, both.system, mine[B], taken.lease, accepted.sha256)

    [(doc_id, _, shown)] = await offered(both)
    await items.update(both.hub, both.system, doc_id, "done")

    assert shown == (C,)
    assert await states(sender, accepted.package_id) == {B: "delivered", C: "delivered"}
