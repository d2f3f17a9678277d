"""An office system that is pushed to over TLS with a client certificate, and parcels for it."""

from __future__ import annotations

import pytest
from fake_peers import receiver

from connectors import base, outgoing, push
from hub import log
from hub.clock import Clock

SECONDS = 1.0


@pytest.fixture(scope="session")
def authority():
    return receiver.Authority()


@pytest.fixture(scope="session")
def ours(authority):
    return authority.issue("Trục liên thông")


@pytest.fixture
async def office(authority, tmp_path):
    tls = receiver.server_tls(tmp_path, authority, authority.issue("QLVB"))
    made = await receiver.Receiver(tls).start()
    yield made
    await made.stop()


@pytest.fixture
async def tools():
    async with outgoing.session(outgoing.Guard(["127.0.0.0/8"]), timeout_seconds=SECONDS) as http:
        yield base.Tools(http, Clock().now, log.get(), SECONDS)


@pytest.fixture
def connect(office, authority, ours, tools):
    """A connector to the office; settings that differ are named."""

    def made(**changed):
        settings = {
            "endpoint": office.url + "/vanban",
            "secret": receiver.SECRET,
            "client_certificate": ours.certificate,
            "client_key": ours.key,
            "authorities": authority.certificate,
            **changed,
        }
        return push.Connector(push.Settings.model_validate(settings), tools)

    return made
