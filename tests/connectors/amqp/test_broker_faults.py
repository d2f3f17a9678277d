"""Group M of the threats: whatever the broker does, nothing is lost, nothing has two effects, and nothing hangs.

In a file of its own: kill -9 under load. Not tried: three nodes and a partition between them, which need a cluster.
Switching the kind of queue does not arise: the broker is one system's door, the hub's own queue is never in it.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket

import aio_pika
import pytest
from fake_peers.broker_door import Door
from fake_peers.parcels import parcel
from patience import until

from connectors import base
from connectors.testing.peer import Mode

pytestmark = pytest.mark.rabbitmq


def named(name: str, body: bytes = b"<edXML/>"):
    return parcel(body + name.encode(), item_id=name)


async def final(connector, one) -> base.Outcome:
    """Offered again and again, as the hub does, until the outcome is final."""

    async def attempt():
        outcome = await connector.deliver(one)
        return None if isinstance(outcome, base.Deferred) else outcome

    return await until(attempt, 100)


@pytest.fixture
async def door(place):
    """Between connector and broker: shut, silent or slow when it is told to."""
    made = Door(place.broker.port)
    await made.open()
    yield made
    await made.close()


@pytest.fixture
def through(connect, door):
    """Connectors that go through the door, with short patience."""

    def make(**more):
        more = {"timeout_seconds": 1, "answer_seconds": 1, "acknowledge": "broker", **more}
        return connect(url=f"amqp://127.0.0.1:{door.port}", **more)

    return make


@pytest.mark.slow
async def test_m01_a_stopped_broker_holds_everything_back_and_then_all_goes_in_order(connect, office, place):
    """M-01: rabbitmqctl stop_app, start_app."""
    connector = connect(acknowledge="broker", timeout_seconds=2)
    assert isinstance(await connector.deliver(named("i0")), base.Delivered)
    await asyncio.to_thread(place.broker.ctl, "stop_app")

    meanwhile = [await connector.deliver(named(f"i{n}")) for n in (1, 2, 3)]
    with pytest.raises(base.PeerTroubleError):
        [one async for one in connector.collect("edoc")]
    await asyncio.to_thread(place.broker.ctl, "start_app")
    for n in (1, 2, 3):
        assert isinstance(await final(connector, named(f"i{n}")), base.Delivered)

    snv = await office()
    taken = [(await snv.do("take")).item_id for _ in range(4)]
    assert all(isinstance(one, base.Deferred) and one.untouched for one in meanwhile)
    assert taken == ["i0", "i1", "i2", "i3"]


async def test_m03_a_silent_connection_is_given_up_in_time_and_reading_goes_on(through, door, office):
    """M-03: packets vanish, nothing is closed; the consumer is back with the next connection."""
    connector = through(acknowledge="consumer")
    assert await connector.check() is None
    snv = await office()
    await snv.do("take", 0)
    await door.misbehave(Mode.HALF_OPEN)
    began = asyncio.get_running_loop().time()

    outcome = await connector.deliver(named("i1"))
    took = asyncio.get_running_loop().time() - began
    with pytest.raises(base.PeerTroubleError):
        [one async for one in connector.collect("edoc")]
    await door.misbehave(None)
    delivering = asyncio.create_task(final(connector, named("i1")))
    await snv.do("acknowledge", await snv.do("take"))

    assert isinstance(outcome, base.Deferred)
    assert took < 10
    assert isinstance(await delivering, base.Delivered)
    readers = await connector._delivering.lane.link()
    assert (await readers.depth(connector.settings.names().taken))[1] == 1


async def test_m04_a_channel_that_the_broker_closed_is_opened_again(connect):
    """M-04: precondition failed on our channel."""
    connector = connect(acknowledge="broker")
    assert isinstance(await connector.deliver(named("i1")), base.Delivered)
    link = await connector._delivering.lane.link()
    channel = await link._channel.get_underlay_channel()

    with contextlib.suppress(aio_pika.exceptions.ChannelPreconditionFailed):
        await channel.queue_declare(connector.settings.names().delivery, durable=True)  # not the arguments it has

    assert isinstance(await final(connector, named("i2")), base.Delivered)


async def test_m05_an_unroutable_package_is_deferred_and_the_queue_made_anew(connect, office):
    """M-05: somebody deleted the queue while we were connected."""
    connector = connect(acknowledge="broker")
    assert isinstance(await connector.deliver(named("i1")), base.Delivered)
    link = await connector._delivering.lane.link()
    channel = await link._channel.get_underlay_channel()
    queue = connector.settings.names().delivery
    depth = link.depth

    async def deleted_meanwhile(name):
        found = await depth(name)
        await channel.queue_delete(queue)
        return found

    link.depth = deleted_meanwhile
    outcome = await connector.deliver(named("i2"))
    second = await connector.deliver(named("i2"))

    assert isinstance(outcome, base.Deferred)
    assert "made anew" in outcome.reason
    assert isinstance(second, base.Delivered)
    snv = await office()
    assert (await snv.do("take")).item_id == "i2"


async def test_m06_a_full_queue_says_no_and_a_silent_one_nothing_both_are_doubt(connect, through, door, place):
    """M-06: nack; no confirm at all; the package goes again under the same id."""
    connector = connect(acknowledge="broker")
    assert isinstance(await connector.deliver(named("i1")), base.Delivered)
    policy = [
        "set_policy",
        "-p",
        place.vhost,
        "full",
        f"^truc.{place.user}.delivery$",
        '{"max-length": 1}',
        "--apply-to",
        "queues",
    ]
    await asyncio.to_thread(place.broker.ctl, *policy)

    async def nacked():
        outcome = await connector.deliver(named(os.urandom(4).hex()))
        return outcome if isinstance(outcome, base.Deferred) else None

    outcome = await until(nacked)
    await asyncio.to_thread(place.broker.ctl, "clear_policy", "-p", place.vhost, "full")
    silent = through()
    assert await silent.check() is None
    link = await silent._delivering.lane.link()
    depth = link.depth

    async def silent_from_now_on(name):
        found = await depth(name)
        await door.misbehave(Mode.HALF_OPEN)
        return found

    link.depth = silent_from_now_on
    unanswered = await silent.deliver(named("i3"))
    await door.misbehave(None)

    assert "did not take it" in outcome.reason
    assert isinstance(unanswered, base.Deferred)
    assert not unanswered.untouched
    assert isinstance(await final(silent, named("i3")), base.Delivered)


async def test_m07_a_broker_short_of_memory_holds_back_and_is_not_waited_for(connect, place):
    """M-07: connection.blocked is told at once as what it is; fetching goes on."""
    connector = connect(acknowledge="broker", timeout_seconds=30)
    assert isinstance(await connector.deliver(named("i1")), base.Delivered)
    assert [one async for one in connector.collect("edoc")] == []
    await asyncio.to_thread(place.broker.ctl, "set_vm_memory_high_watermark", "0.000001")
    try:
        began = asyncio.get_running_loop().time()
        outcome = await connector.deliver(named("i2"))
        took = asyncio.get_running_loop().time() - began
        assert [one async for one in connector.collect("edoc")] == []
    finally:
        await asyncio.to_thread(place.broker.ctl, "set_vm_memory_high_watermark", "0.4")

    assert isinstance(outcome, base.Deferred)
    assert "short of memory or disk" in outcome.reason
    assert took < 15
    assert isinstance(await final(connector, named("i2")), base.Delivered)


async def test_m09_a_message_that_crashes_whoever_reads_it_is_put_aside_by_the_broker(connect, office):
    """M-09: not more often than delivery_limit; the others go on."""
    connector = connect(delivery_limit=2)
    assert await connector.check() is None
    snv = await office()
    await snv.do("send", "edoc", b"<poison/>", "poison")

    times = 0
    while [one async for one in connector.collect("edoc")]:
        times += 1
        await connector.close()  # as a worker that died: nothing was answered
    await snv.do("send", "edoc", b"<good/>", "good")
    good = await until(lambda: first_of(connector))

    assert times <= 4
    assert good.remote_id.startswith("good:")
    assert [body for body, _ in await until(lambda: snv.do("refused"))] == [b"<poison/>"]


async def first_of(connector):
    async for one in connector.collect("edoc"):
        return one
    return None


async def test_m10_no_more_is_held_than_is_worked_on_and_nothing_is_acknowledged_early(connect, office):
    """M-10: a hundred wait, eight are held, a process that dies between commit and acknowledgement gets it again."""
    connector = connect()
    assert await connector.check() is None
    snv = await office()
    for n in range(100):
        await snv.do("send", "edoc", b"x", f"m{n:02}")

    held = [one async for one in connector.collect("edoc")]
    link = await connector._delivering.lane.link()
    ready, _ = await link.depth(connector.settings.names().submit)
    await held[0].confirm(base.Taken())
    await connector.close()
    again = [one.remote_id for one in [one async for one in connector.collect("edoc")]]

    assert (len(held), ready) == (8, 92)
    assert held[0].remote_id not in again
    assert sorted(again) == sorted([*(one.remote_id for one in held[1:]), again_last(again, held)])


def again_last(again, held):
    """The one package that moved up."""
    (new,) = set(again) - {one.remote_id for one in held}
    return new


def test_the_port_of_a_test_broker_is_its_own(place):
    assert place.broker.port != 5672
    with socket.create_connection(("127.0.0.1", place.broker.port), 5):
        pass
