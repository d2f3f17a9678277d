"""Web hooks tell a system its own events: in order, thin, signed, none lost."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import patience
import pytest
from fake_peers import receiver
from fake_peers.receiver import said
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from agency_registry import edit
from connectors import base, outgoing
from edxml.testing import make_package
from hub import clock, log
from hub.flow import feed
from hub.flow.webhooks import hooks, sending
from hub.states import Audience
from hub.store import alarms, calls, webhooks

A = "000.00.02.H99"
OK = said(200)


@pytest.fixture
def sections():
    return {"outgoing": {"allow": ["127.0.0.0/8"]}, "webhooks": {"timeout_seconds": 1, "stop_after_hours": 48}}


@pytest.fixture
async def hub(hub):
    """The hub with a clock that stands still, shortly before now: the library looks at the time."""
    hub.clock = clock.FakeClock(datetime.now(UTC))
    return hub


@pytest.fixture
async def program():
    """The receiver's program."""
    made = receiver.Receiver(script=[OK])
    await made.start()
    yield made
    await made.stop()


@pytest.fixture
async def sender_loop(hub):
    async with outgoing.session(outgoing.Guard(["127.0.0.0/8"]), timeout_seconds=1) as http:
        made = sending.Sender(hub, base.Tools(http, hub.clock.now, log.get(), 1))
        yield made
        await made.close()


class World:
    """A sender's and a recipient's system, the loop turned by hand."""

    def __init__(self, hub, loop, sender, recipient, program) -> None:
        self.hub, self.loop, self.sender, self.recipient, self.program = hub, loop, sender, recipient, program

    async def hook(self, hand=None, *, events=(), after=0, url=None):
        system = (hand or self.sender).system
        view, secret = await hooks.create(self.hub, system, url or self.program.url + "/su-kien", events, after)
        return view.id, secret

    async def give(self, count: int = 1) -> None:
        for _ in range(count):
            await self.sender.give(make_package(to=(A,), subject="Chuyện kín"))

    async def turn(self, seconds: float = 0) -> None:
        self.hub.clock.advance(seconds=seconds)
        await self.loop.turn()
        await self.loop.idle()

    async def row(self, hook_id):
        return await self.hub.db.read(lambda c: webhooks.get(c, hook_id))

    async def shown(self, hand=None):
        """What GET /events shows."""
        found, _ = await feed.own(self.hub, (hand or self.sender).system, after=0, limit=200)
        return [one.event.seq for one in found]

    def told(self):
        return [called.json["data"]["seq"] for called in self.program.calls]


@pytest.fixture
def world(hub, sender_loop, sender, recipient, program):
    return World(hub, sender_loop, sender, recipient, program)


async def test_a_hook_is_told_what_get_events_shows_and_nothing_of_a_document(world):
    _, secret = await world.hook()
    _, theirs = await world.hook(world.recipient, url=world.program.url + "/theirs")
    await world.give(3)

    await world.turn()

    for path, hand, own in (("/su-kien", world.sender, secret), ("/theirs", world.recipient, theirs)):
        calls = [called for called in world.program.calls if called.path == path]
        assert [called.json["data"]["seq"] for called in calls] == await world.shown(hand)
        assert calls or hand is world.recipient
        for called in calls:
            event = Webhook(own).verify(called.body, called.headers)
            assert set(event) == {"type", "timestamp", "data"}
            assert event["timestamp"].endswith("+07:00")
            assert b"Chuy" not in called.body
            assert len(called.body) < 500
    assert len({called.headers["webhook-id"] for called in world.program.calls}) >= 3


async def test_n_18_a_message_that_was_changed_or_is_of_another_does_not_verify(world):
    _, secret = await world.hook()
    _, other = await world.hook(world.recipient)
    await world.give()
    await world.turn()
    called = next(one for one in world.program.calls if one.is_signed(secret=secret))

    assert Webhook(secret).verify(called.body, called.headers)
    earlier = str(int(called.headers["webhook-timestamp"]) - 3600)
    for key, body, headers in (
        (other, called.body, called.headers),
        (secret, called.body + b" ", called.headers),
        (secret, called.body, {**called.headers, "webhook-id": "evt_1"}),
        (
            secret,
            called.body,
            {**called.headers, "webhook-timestamp": earlier},
        ),
    ):
        with pytest.raises(WebhookVerificationError):
            Webhook(key).verify(body, headers)


async def test_only_the_types_that_were_asked_for_are_told(world):
    await world.hook(events=("package.accepted",))
    await world.give(2)

    await world.turn()

    assert [called.json["type"] for called in world.program.calls] == ["package.accepted"] * 2


async def test_without_a_beginning_a_hook_begins_now(world):
    await world.give()
    await world.hook(after=None)
    await world.turn()
    assert world.told() == []

    await world.give()
    await world.turn()

    assert world.told()


@pytest.mark.parametrize(
    "trouble",
    [
        said(500),
        said(404),
        said(302, Location="/"),
        receiver.cut,
        receiver.silent,
        receiver.endless,
        receiver.dribbling,
    ],
)
async def test_n_17_an_event_nobody_took_is_told_again_under_the_same_id_and_in_order(world, trouble):
    hook_id, _ = await world.hook()
    world.program.script = [OK, trouble, OK]
    await world.give(2)

    await world.turn()
    failed = await world.row(hook_id)
    await world.turn()
    assert len(world.program.calls) == 2, "it rests"
    await world.turn(10)

    assert failed.failures == 1
    assert failed.last_error
    told = world.told()
    assert told[1] == told[2]
    assert told[:1] + told[2:] == await world.shown()
    ids = [called.headers["webhook-id"] for called in world.program.calls]
    assert ids[1] == ids[2]
    well = await world.row(hook_id)
    assert (well.failures, well.last_error, well.cursor >= told[-1]) == (0, None, True)


async def test_a_hook_that_fails_delays_no_other(world):
    broken = await receiver.Receiver(script=[receiver.silent]).start()
    await world.hook(url=broken.url)
    await world.hook()
    await world.give()

    await world.loop.turn()
    running = list(world.loop._running.values())

    await world.loop.idle()
    await broken.stop()
    assert len(running) == 2
    assert world.told() == await world.shown()


async def test_a_receiver_that_asks_for_rest_gets_it(world):
    hook_id, _ = await world.hook()
    world.program.script = [said(429, Retry_After="600"), OK]
    await world.give()

    await world.turn()
    await world.turn(599)
    assert len(world.program.calls) == 1
    await world.turn(2)

    assert (await world.row(hook_id)).failures == 0


async def test_a_hook_that_fails_for_days_is_stopped_with_an_alarm_and_goes_on_where_it_stood(world):
    hook_id, _ = await world.hook()
    world.program.script = [said(503)]
    await world.give()
    for _ in range(80):
        await world.turn(3600)
        if (await world.row(hook_id)).state == "stopped":
            break
    tried = len(world.program.calls)
    await world.turn(8000)
    standing = await world.hub.db.read(lambda c: alarms.open_for(c, Audience.OPERATOR))

    assert (await world.row(hook_id)).state == "stopped"
    assert len(world.program.calls) == tried
    assert [row.kind for row in standing] == ["webhook_stopped"]
    assert world.program.url not in standing[0].detail

    world.program.script = [OK]
    await hooks.resume(world.hub, world.sender.system, hook_id)
    world.program.calls.clear()
    await world.turn()
    assert world.told() == await world.shown()


async def test_a_receiver_that_is_gone_for_good_is_stopped_at_once(world):
    hook_id, _ = await world.hook()
    world.program.script = [said(410)]
    await world.give()

    await world.turn()

    assert (await world.row(hook_id)).state == "stopped"


async def test_both_secrets_sign_while_one_is_changed_and_the_old_one_not_afterwards(world):
    hook_id, old = await world.hook()
    _, new = await hooks.rotate(world.hub, world.sender.system, hook_id)
    await world.give()
    await world.turn()

    assert old != new
    for secret in (old, new):
        assert Webhook(secret).verify(world.program.last.body, world.program.last.headers)
    world.hub.clock.advance(seconds=25 * 3600)
    world.program.calls.clear()
    await world.give()
    await world.turn()
    assert world.program.last.is_signed(secret=new)
    assert not world.program.last.is_signed(secret=old)


async def test_secrets_lie_wrapped_in_the_table_and_are_never_shown_again(world):
    hook_id, secret = await world.hook()
    row = await world.row(hook_id)

    assert secret.encode() not in row.secret
    assert secret.removeprefix("whsec_").encode() not in row.secret
    assert secret not in repr(await hooks.one(world.hub, world.sender.system, hook_id))


async def test_a_system_that_is_suspended_is_told_nothing_until_it_is_active_again(world, province):
    await world.hook()
    await world.give()
    await province.change(lambda c: edit.suspend_system(c, world.sender.system.id))

    await world.turn()
    assert world.told() == []
    await province.change(lambda c: edit.activate_system(c, world.sender.system.id))
    await world.turn()

    assert world.told() == await world.shown()


async def test_a_stop_in_the_middle_loses_nothing(world):
    """What was told and not yet written down comes again, with its old id."""
    hook_id, _ = await world.hook()
    world.program.script = [OK, OK, receiver.silent]
    await world.give(3)
    await world.loop.turn()
    await patience.until(lambda: len(world.program.calls) == 3)

    await world.loop.close()
    world.program.script = [OK]
    world.loop = sending.Sender(world.hub, world.loop._tools)
    await world.turn()

    assert sorted(set(world.told())) == await world.shown()
    assert world.told() == sorted(world.told())
    assert (await world.row(hook_id)).failures == 0


async def test_attempts_are_in_the_log_of_calls(world):
    await world.hook()
    world.program.script = [OK, said(500)]
    await world.give(2)

    await world.turn()

    noted = [call for call in world.hub.calls.take() if call.door == "webhook"]
    assert [(call.status, call.direction) for call in noted] == [(200, "out"), (500, "out")]
    assert all(isinstance(call, calls.Call) and "Chuy" not in json.dumps(call.detail) for call in noted)
