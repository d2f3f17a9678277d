"""A real hub, a real broker, an office system of somebody else's making: a document there, one and a status back."""

from __future__ import annotations

import asyncio
import hashlib
import json

import pytest
from fake_peers.authority import Authority
from patience import until
from province import hub, new_folder, province, stc, url  # noqa: F401 - fixtures

from edxml import reader
from edxml.package_signature import signing
from edxml.testing import make_package, make_status, package_signer
from hub.flow import intake, outward, peers, trust
from hub.jobs import revocation_fetch
from hub.store import deliveries

pytestmark = [pytest.mark.rabbitmq, pytest.mark.slow]

OWN, OTHER = "000.00.01.H99", "000.00.02.H99"


WITHOUT_REST = {
    "outgoing": {"allow": ["127.0.0.0/8"]},
    "revocation": {"timeout_seconds": 5},
    "dispatch": {"backoff_seconds": [1], "timeout_seconds": 10},
}


@pytest.fixture
def sections() -> dict:
    return WITHOUT_REST


@pytest.fixture
async def world(hub, province, stc, place):  # noqa: F811 - fixtures
    """Sở Nội vụ is reached through the broker; the hub's loops run."""
    await province.agencies(OWN)
    values = place.values()
    values["password"] = peers.sealed(hub.keys, values["password"])
    await province.system("snv", OWN, connector="amqp", settings=values)
    tasks = [asyncio.create_task(outward.deliver(hub)), asyncio.create_task(outward.fetch(hub))]
    async with Authority() as authority:
        authority.ca.write_trust(hub.settings.trust_folder, revocation=False)
        await trust.reload(hub)
        hub.fetcher = revocation_fetch.RevocationFetcher(hub)
        yield authority
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await hub.fetcher.close()


async def give(hub, system_id, data):  # noqa: F811 - the fixture of that name
    async def pieces():
        yield data

    return await intake.accept(hub, pieces(), intake.Submission(hub.system(system_id), "api"))


@pytest.mark.parametrize("sections", [{**WITHOUT_REST, "dispatch": {"backoff_seconds": [3600], "timeout_seconds": 10}}])
async def test_a_late_acknowledgement_counts_at_once_and_nothing_is_tried_in_between(hub, world, stc, office):  # noqa: F811
    accepted = await give(hub, stc.system_id, make_package(OTHER, OWN))

    async def row():
        return (await hub.db.read(lambda c: deliveries.of_package(c, accepted.package_id)))[0]

    async def waits():
        return (await row()).status == "queued" and (await row()).attempts

    await until(waits)
    snv = await office()
    package = await snv.do("take", 60)
    before = await row()
    await snv.do("acknowledge", package)

    async def delivered():
        return (await row()).status == "delivered"

    await until(delivered, 30)
    assert "no consumer" in before.reason
    assert (before.attempts, (await row()).attempts) == (1, 2)


async def test_a_document_there_a_document_and_a_status_back(hub, world, stc, place, office):  # noqa: F811 - fixtures
    document = make_package(OTHER, OWN)
    accepted = await give(hub, stc.system_id, document)

    async def connected():
        try:
            return await office()
        except Exception:  # noqa: BLE001 - the hub has not made the queues yet
            return None

    snv = await until(connected)
    package = await snv.do("take", 60)
    await snv.do("acknowledge", package)

    async def delivered():
        rows = await hub.db.read(lambda c: deliveries.of_package(c, accepted.package_id))
        return [row.status for row in rows] == ["delivered"]

    await until(delivered)
    assert package.body == document
    assert package.headers["sha256"] == hashlib.sha256(document).hexdigest()
    assert package.headers["recipients"] == [OWN]

    signed = make_package(OWN, OTHER, signer=package_signer(world.ca, f"Cơ quan {OWN}"))
    message_id = await snv.do("send", "edoc", signed)
    answer = await snv.do("answer", 60)
    assert (answer["message_id"], answer["result"]) == (message_id, "taken"), answer
    assert json.loads(hub.keys.verify_receipt(answer["receipt"]))["sha256"] == hashlib.sha256(signed).hexdigest()

    again = await snv.do("send", "edoc", signed)
    repeated = await snv.do("answer", 60)
    assert (repeated["message_id"], repeated["repeated"], repeated["receipt"]) == (again, True, answer["receipt"])

    await snv.do("send", "edoc", make_package(OWN, OTHER))
    unsigned = await snv.do("answer", 60)
    assert (unsigned["result"], unsigned["code"]) == ("refused", "sig_missing")
    assert unsigned["remedy_vi"]

    status = make_status("03", OWN, reader.read(document))
    await snv.do("send", "status", signing.sign_bytes(status, package_signer(world.ca, f"Cơ quan {OWN}")))
    status = await snv.do("answer", 60)
    assert status["result"] == "taken", status
    waiting = await hub.db.read(lambda c: deliveries.waiting(c, stc.system_id, after=None, limit=100))
    assert [row.status_code for row in waiting if row.status_code] == ["03"]
