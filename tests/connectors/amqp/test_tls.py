"""amqps at a real broker that asks for a client certificate: whoever is not who he should be gets nothing."""

from __future__ import annotations

import pytest
from fake_peers.parcels import Source, parcel
from fake_peers.receiver import Authority

from connectors import base

pytestmark = pytest.mark.rabbitmq


@pytest.fixture
def over_tls(connect, place):
    """Connectors by TLS; settings that differ from the right ones are named."""

    def make(**changed):
        ours = place.broker.authority.issue("Trục liên thông")
        right = {
            "ca": place.broker.authority.certificate, "certificate": ours.certificate, "key": ours.key,
            "url": f"amqps://127.0.0.1:{place.broker.tls_port}", "acknowledge": "broker",
        }  # fmt: skip
        return connect(**right | changed)

    return make


async def test_the_right_authority_and_the_right_certificate_pass(over_tls, office):
    outcome = await over_tls().deliver(parcel(b"<edXML/>"))
    snv = await office()

    assert isinstance(outcome, base.Delivered)
    assert (await snv.do("take")).body == b"<edXML/>"


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ("authority", "certificate verify failed"),
        ("none", ""),
        ("foreign", ""),
        ("name", "mismatch"),
    ],
)
async def test_whoever_is_not_who_he_should_be_gets_no_byte(over_tls, place, wrong, words):
    stranger = Authority()
    foreign = stranger.issue("Trục liên thông")
    changed = {
        "authority": {"ca": stranger.certificate},
        "none": {"certificate": "", "key": ""},
        "foreign": {"certificate": foreign.certificate, "key": foreign.key},
        "name": {"url": f"amqps://localhost:{place.broker.tls_port}"},
    }[wrong]
    source = Source(b"<edXML/>")
    connector = over_tls(**changed)

    outcome = await connector.deliver(parcel(b"<edXML/>", source))

    assert isinstance(outcome, base.Deferred)
    assert (outcome.untouched, source.pulled) == (True, 0)
    assert outcome.reason.startswith("connecting: ")
    assert words in outcome.reason
    assert "PRIVATE KEY" not in outcome.reason
    assert (await connector.check() or "").startswith("connecting: ")
    with pytest.raises(base.PeerTroubleError):
        [one async for one in connector.collect("edoc")]
