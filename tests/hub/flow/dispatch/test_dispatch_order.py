"""G-10: a long thread reaches its recipient in the order in which the hub took it, however it was sent."""

from __future__ import annotations

import asyncio
import random

from dispatching import A
from fake_peers.office import Office

from connectors import base
from edxml.testing import make_package

NAME = "000.00.01.H99,2026/11/23,8/SNV"
REVISIONS = 40


async def test_G10_a_thread_keeps_its_order_whatever_fails_between(world):  # noqa: N802 - the id of the case
    office = await world.office("one", A)
    chance = random.Random(10)

    async def moody(parcel: base.Parcel) -> base.Outcome:
        if chance.random() < 0.3:
            return base.Deferred("x", peer=False)
        return await Office.take(office, parcel)

    office.behaviour = moody
    sent = [await world.sender.give(make_package(to=A, document_id=NAME))]
    updates = [
        make_package(to=A, document_id=NAME, business_type=2, reason=f"Lần {number}", priority=chance.randrange(4))
        for number in range(REVISIONS)
    ]
    sent += await asyncio.gather(*(world.sender.give(one) for one in updates))  # all at once
    for _ in range(100):
        if len(office.got) > REVISIONS:
            break
        await world.turn(61)

    rows = [(await world.rows(one.package_id))[0] for one in sent]
    taken = [row.package_id for row in sorted(rows, key=lambda row: row.seq)]
    assert [parcel.package_id for parcel, _ in office.got] == taken
    assert {row.status for row in rows} == {"delivered"}
