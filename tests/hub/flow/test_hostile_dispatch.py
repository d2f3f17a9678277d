"""An attempt that lost its claim (a machine that slept, a clock that jumped) sends no byte any more."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest

from connectors import base
from edxml.testing import make_package
from hub.flow import operate, peers, views
from hub.flow.handover import Handover
from hub.store import deliveries, endpoints

from .test_intake import A, C


@pytest.fixture
async def attempt(sender, province):
    """A new attempt for the one package that is queued for a pushed system, at a moment of the caller's choice."""
    await province.agencies(C)
    office = await province.system("pushed", C, connector="vxp")
    hub = sender.hub
    sent = await sender.give(make_package(A, (C,)))
    began = hub.clock.now()
    peer = peers.Peer(hub.system(office.system_id), "vxp", 1)

    async def begin(after: timedelta) -> Handover:
        now = began + after

        def work(connection):
            item = deliveries.of_package(connection, sent.package_id)[0].item_id
            return endpoints.claim(
                connection, hub.journal, now, item, token=str(uuid.uuid4()), due=lambda *_: now + timedelta(minutes=5)
            )

        return Handover(hub, peer, await hub.db.write(work), now)

    return sent, begin


async def settled(one: Handover, outcome) -> None:
    await one.hub.db.write(lambda connection: one.settle(connection, outcome))


async def seen(sender, sent):
    return (await views.package(sender.hub, sender.system, sent.package_id)).deliveries[0]


async def test_after_a_cancel_an_old_attempt_gets_no_byte(sender, attempt):
    sent, begin = attempt
    slept = await begin(timedelta(0))
    second = await begin(timedelta(hours=1))
    await settled(second, base.Deferred("refused the connection", untouched=True))
    await operate.cancel(sender.hub, sent.deliveries[0].delivery_id, "an", "sai nơi nhận")

    with pytest.raises(Exception, match="claim"):
        await anext(slept.parcel().open())

    after = await seen(sender, sent)
    assert (after.status, after.exposed_at) == ("cancelled", None)


async def test_an_old_attempt_that_never_connected_does_not_take_back_the_new_ones_exposure(sender, attempt):
    sent, begin = attempt
    slept = await begin(timedelta(0))
    await anext(slept.parcel().open())
    second = await begin(timedelta(hours=1))
    await anext(second.parcel().open())

    await settled(slept, base.Deferred("refused the connection", untouched=True))

    assert (await seen(sender, sent)).exposed_at is not None
