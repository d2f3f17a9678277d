"""Mode `notice`: a thin event, then the package waits; verified with the library that receivers use."""

from __future__ import annotations

import pytest
from fake_peers import receiver
from fake_peers.parcels import Source, parcel
from fake_peers.receiver import said
from standardwebhooks.webhooks import Webhook

from connectors import base


async def test_a_notice_tells_that_a_package_waits_and_nothing_of_it(office, connect):
    source = Source(b"Mat")

    outcome = await connect(mode="notice").deliver(parcel(b"Mat", source, urgency=3))

    assert outcome == base.Parked()
    assert source.pulled == 0
    event = Webhook(receiver.SECRET).verify(office.last.body, office.last.headers)
    assert event["type"] == "package.waiting"
    assert event["data"] == {"package_id": "package", "delivery_ids": ["d1"], "urgency": 3}


@pytest.mark.parametrize("answer", [said(500), said(404), said(302, Location="/"), receiver.cut, receiver.silent])
async def test_a_notice_nobody_took_comes_again_and_the_package_can_still_be_cancelled(office, connect, answer):
    office.script = [answer]

    outcome = await connect(mode="notice").deliver(parcel())

    assert isinstance(outcome, base.Deferred)
    assert outcome.untouched


async def test_a_notice_needs_no_certificate_of_ours(authority, connect, tmp_path, office):
    await office.stop()
    office.tls = receiver.server_tls(tmp_path, authority, authority.issue("QLVB"), clients=False)
    await office.start()
    settings = {"mode": "notice", "client_certificate": "", "client_key": "", "endpoint": office.url}

    assert await connect(**settings).deliver(parcel()) == base.Parked()
