"""M-02: kill -9 of the broker, again and again, while a hub gives to an office system and takes from it."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import itertools
import os
import random
import time

import pytest
from fake_peers.amqp_clerk import Clerk
from fake_peers.authority import Authority
from patience import until
from province import hub, new_folder, province, stc, url  # noqa: F401 - fixtures

from edxml.testing import make_package, package_signer
from hub.flow import intake, outward, peers, trust
from hub.jobs import revocation_fetch
from hub.store import deliveries, packages

pytestmark = [pytest.mark.rabbitmq, pytest.mark.slow]

KILLS = int(os.environ.get("TRUC_BROKER_KILLS", "2"))
SEED = int(os.environ.get("TRUC_BROKER_SEED", "4711"))
PAUSE_SECONDS = 0.2
"""Between two documents of one direction, on average."""

MOMENT_SECONDS = 2.0
"""A broker that works again is killed within this time."""

SETTLING_SECONDS = 360
"""Longer than the longest rest of a collector that failed again and again; after few kills it is seconds."""

OWN, OTHER = "000.00.01.H99", "000.00.02.H99"


@pytest.fixture
def sections() -> dict:
    return {
        "outgoing": {"allow": ["127.0.0.0/8"]},
        "revocation": {"timeout_seconds": 5},
        "dispatch": {"backoff_seconds": [1], "timeout_seconds": 10},
    }


@pytest.fixture
async def signer(hub, province, stc, place):  # noqa: F811 - fixtures
    """Sở Nội vụ is reached through the broker, the hub's loops run; gives what signs its packages."""
    await province.agencies(OWN)
    values = place.values(timeout_seconds=3, answer_seconds=3, repeat_seconds=3)
    values["password"] = peers.sealed(hub.keys, values["password"])
    await province.system("snv", OWN, connector="amqp", settings=values)
    tasks = [asyncio.create_task(outward.deliver(hub)), asyncio.create_task(outward.fetch(hub))]
    async with Authority() as authority:
        authority.ca.write_trust(hub.settings.trust_folder, revocation=False)
        await trust.reload(hub)
        hub.fetcher = revocation_fetch.RevocationFetcher(hub)
        yield package_signer(authority.ca, f"Cơ quan {OWN}")
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await hub.fetcher.close()


@pytest.fixture
def clerk(place):
    made = Clerk(place.broker.port, place.vhost, place.user)
    made.start()
    yield made
    made.end()


async def give(hub, system_id, data):  # noqa: F811 - the fixture of that name
    async def pieces():
        yield data

    return await intake.accept(hub, pieces(), intake.Submission(hub.system(system_id), "api"))


@pytest.mark.timeout(SETTLING_SECONDS + 120 + 60 * KILLS)
async def test_m02_a_broker_that_is_killed_loses_nothing_and_doubles_nothing(hub, signer, stc, place, clerk):  # noqa: F811
    """M-02: whatever stood in its queues, each document has one effect on the other side, both ways."""
    chance = random.Random(SEED)
    given: dict[str, str] = {}
    sent: dict[str, str] = {}

    enough = asyncio.Event()

    async def load() -> None:
        """One document each way, over and over, broker or no broker."""
        for number in itertools.count():
            if enough.is_set():
                return
            data = make_package(OTHER, OWN)
            given[(await give(hub, stc.system_id, data)).package_id] = hashlib.sha256(data).hexdigest()
            data = make_package(OWN, OTHER, signer=signer)
            sent[f"m{number}"] = hashlib.sha256(data).hexdigest()
            clerk.sent[f"m{number}"] = data
            await asyncio.sleep(chance.random() * 2 * PAUSE_SECONDS)

    loading = asyncio.create_task(load())
    for _ in range(KILLS):
        stored = len(clerk.stored)
        await until(lambda: len(clerk.stored) > stored)  # noqa: B023 - asked before the next turn
        await asyncio.sleep(chance.random() * MOMENT_SECONDS)
        await asyncio.to_thread(place.broker.kill)
        await asyncio.to_thread(place.broker.start)
    enough.set()
    await loading

    async def undelivered() -> list[str]:
        def work(connection):
            return [one for one in given for row in deliveries.of_package(connection, one) if row.status != "delivered"]

        return await hub.db.read(work)

    async def all_done() -> bool:
        return not clerk.sent and not await undelivered()

    began = time.monotonic()
    with contextlib.suppress(TimeoutError):
        await until(all_done, SETTLING_SECONDS)

    assert await undelivered() == []
    assert sorted(clerk.sent) == []
    assert sorted(clerk.stored.values()) == sorted(given.values())
    assert {name: {one["result"] for one in answers} for name, answers in clerk.answers.items()} == {
        name: {"taken"} for name in sent
    }
    taken = {name: {one["package_id"] for one in answers} for name, answers in clerk.answers.items()}
    assert all(len(ids) == 1 for ids in taken.values())
    ids = {one for found in taken.values() for one in found}
    rows = await hub.db.read(lambda connection: [packages.get(connection, one).sha256 for one in ids])
    assert sorted(rows) == sorted(sent.values())
    print(
        f"kills {KILLS}, given {len(given)}, sent {len(sent)}, connections of the office {clerk.lives}, "
        f"items that came again {sum(clerk.came.values()) - len(clerk.came)}, "
        f"answers that came again {sum(map(len, clerk.answers.values())) - len(sent)}, "
        f"settled after {time.monotonic() - began:.1f} s"
    )
