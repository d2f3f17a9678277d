"""The loops of a running hub: web hooks are told within seconds, and without a notifier nobody sends text messages."""

from __future__ import annotations

import asyncio

import patience
import pytest
from fake_peers import receiver
from fake_peers.receiver import said

from edxml.testing import make_package
from hub import app
from hub.flow.webhooks import hooks
from hub.jobs import text_messages, webhooks


@pytest.fixture
def sections():
    return {"outgoing": {"allow": ["127.0.0.0/8"]}}


async def test_the_loop_tells_what_happens_while_it_runs(hub, sender, stc):
    program = await receiver.Receiver(script=[said(204)]).start()
    running = asyncio.create_task(webhooks.run(hub))
    await hooks.create(hub, sender.system, program.url, ("package.accepted",), None)

    sent = await sender.give(make_package(to=("000.00.02.H99",)))
    await patience.until(lambda: program.calls)

    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    await program.stop()
    assert program.last.json["data"]["package_id"] == sent.package_id


async def test_a_hub_without_a_notifier_queues_nothing(hub):
    running = asyncio.create_task(text_messages.run(hub))

    done, _ = await asyncio.wait({running}, timeout=0.1)

    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert not done


def test_both_loops_are_among_those_of_a_running_hub():
    assert {"hub.jobs.webhooks:run", "hub.jobs.text_messages:run"} <= set(app.LOOPS.values())
