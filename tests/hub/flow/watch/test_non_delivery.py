"""The signed statement of non-delivery: checked by another library, with what was tried; a receipt still beats it."""

from __future__ import annotations

import base64
import json
from datetime import datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from dispatching import A as FIRST
from dispatching import World, answering
from fake_peers.office import Office
from joserfc import jwk, jws

from connectors import base
from hub import clock
from hub.flow import items, pickup
from hub.store import events

WIDE = jws.JWSRegistry(algorithms=["ES256"])
WIDE.max_header_length = WIDE.max_payload_length = 64_000


def checked(receipt: str) -> dict:
    """The content of a compact JWS, verified offline by joserfc with the certificate it carries alone."""
    head = json.loads(base64.urlsafe_b64decode(receipt.partition(".")[0] + "=="))
    certificate = x509.load_der_x509_certificate(base64.b64decode(head["x5c"][0]))
    public = certificate.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    key = jwk.import_key(public, "EC")
    return json.loads(jws.deserialize_compact(receipt, key, registry=WIDE).payload)


@pytest.fixture
def sections() -> dict:
    return {"dispatch": {"give_up_hours": 24}}


async def statement(hub, sent, row) -> dict:
    def read(connection):
        return events.receipt_of(connection, "delivery.failed", package_id=sent.package_id, delivery_id=row.id)

    return checked(await hub.db.read(read))


async def test_what_nobody_fetched_ends_with_a_statement_and_a_call_for_paper(watched):
    """law: R-101 HN Đ10.2c, R-111 HN Đ6.2."""
    sent = await watched.give()

    await watched.look(days=30)

    row = await watched.row(sent)
    assert (row.status, row.watch_at) == ("failed", None)
    said = await statement(watched.hub, sent, row)
    wanted = {
        "event": "delivery.failed",
        "document_id": sent.document_id,
        "sha256": sent.sha256,
        "recipient": "000.00.02.H99",
        "since": "2026-11-23T08:00:00+07:00",
        "until": "2026-12-23T08:00:00+07:00",
        "reason_code": "not_fetched",
        "attempts": 0,
        "tried": [],
    }
    assert said.items() >= wanted.items()
    assert await watched.alarms() == ["paper_due/sender/failed"]


async def test_a_statement_tells_that_it_was_fetched_and_never_confirmed_and_a_late_receipt_beats_it(watched):
    sent = await watched.give()
    system = watched.recipient.system
    lease = await pickup.lease(watched.hub, system, (await watched.row(sent)).id)

    await watched.look(days=30)

    row = await watched.row(sent)
    said = await statement(watched.hub, sent, row)
    assert (row.status, said["reason_code"]) == ("failed", "not_confirmed")
    assert said["tried"] == [{"at": "2026-11-23T08:00:00+07:00", "outcome": "fetched", "exposed": True}]

    await pickup.acknowledge(watched.hub, system, row.id, lease.lease, sent.sha256)
    await watched.look(seconds=1)

    assert (await watched.row(sent)).status == "delivered"
    assert [one for one in await watched.alarms() if one.startswith("paper_due")] == []


async def test_a_vxp_item_given_up_is_no_longer_offered_and_its_done_still_counts(watched, stc):
    sent = await watched.give()
    item_id = (await watched.row(sent)).item_id

    await watched.look(days=30)

    system = watched.recipient.system
    assert await items.received(watched.hub, system, "edoc") == []
    await items.update(watched.hub, system, item_id, "done")
    assert (await watched.row(sent)).status == "delivered"


async def test_a_suspended_recipient_is_the_reason(watched):
    sent = await watched.give()
    await watched.hub.db.write(
        lambda connection: connection.exec_driver_sql("UPDATE systems SET state = 'suspended' WHERE id = 'stc'")
    )
    await watched.hub.reload()

    await watched.look(days=30)

    assert (await statement(watched.hub, sent, await watched.row(sent)))["reason_code"] == "recipient_suspended"


@pytest.fixture
async def world(hub, province, sender):
    hub.clock = clock.FakeClock(datetime(2026, 11, 23, 8, 0, tzinfo=clock.VIETNAM))
    made = World(hub, province, sender)
    yield made
    await made.dispatcher.close()
    Office.known.clear()


async def test_a_pushed_one_lists_its_attempts(world):
    office = await world.office("dead", FIRST)
    office.behaviour = answering(base.Deferred("connection refused", untouched=True))
    sent = await world.give(FIRST)
    for _ in range(26):
        await world.turn(seconds=3600)

    row = (await world.rows(sent.package_id))[0]

    said = await statement(world.hub, sent, row)
    assert (row.status, said["reason_code"]) == ("failed", "not_reached")
    assert said["attempts"] > 0
    assert len(said["tried"]) == min(said["attempts"], 50)
    assert said["tried"][0]["outcome"] == "deferred"
    assert said["tried"][0]["reason"] == "connection refused"


async def test_a_definite_no_is_stated_at_once(world):
    office = await world.office("no", FIRST)
    office.behaviour = answering(base.Refused("18", "no such office here"))
    sent = await world.give(FIRST)

    await world.turn()

    row = (await world.rows(sent.package_id))[0]
    said = await statement(world.hub, sent, row)
    assert (row.status, said["reason_code"], said["attempts"]) == ("failed", "refused", 1)
    assert said["tried"][0]["outcome"] == "refused"


async def test_nothing_is_given_up_by_a_clock_that_was_just_put_forward(world):
    """Case O-01: no mass expiry."""
    office = await world.office("dead", FIRST)
    office.behaviour = answering(base.Deferred("connection refused", untouched=True))
    sent = await world.give(FIRST)
    await world.turn()
    world.hub.clock.move_hands(timedelta(days=30))

    await world.turn(seconds=60)

    assert (await world.rows(sent.package_id))[0].status != "failed"
