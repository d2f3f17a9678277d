"""A package signature whose revocation is not known: authorities are asked; until one answers nobody says "valid"."""

from __future__ import annotations

import pytest
from fake_peers.authority import Authority

from edxml.faults import Fault, Refusal
from edxml.testing import make_package, package_signer
from hub.flow import trust
from hub.jobs import revocation_fetch

SENDER, RECIPIENT = "000.00.01.H99", "000.00.02.H99"


@pytest.fixture
def sections() -> dict:
    return {
        "outgoing": {"allow": ["127.0.0.0/8"]},
        "revocation": {"timeout_seconds": 1},
        "intake": {"signed_packages_from": ["snv"]},
    }


@pytest.fixture
async def authority(hub):
    """Trusted here, without any of its answers given."""
    async with Authority() as made:
        made.ca.write_trust(hub.settings.trust_folder, revocation=False)
        await trust.reload(hub)
        yield made


@pytest.fixture
async def signed(authority, snv, stc) -> bytes:
    return make_package(SENDER, (RECIPIENT,), signer=package_signer(authority.ca, f"Cơ quan {SENDER}"))


async def test_the_authority_is_asked_and_its_answer_decides(hub, authority, sender, signed):
    hub.fetcher = revocation_fetch.RevocationFetcher(hub)

    accepted = await sender.give(signed)
    await hub.fetcher.close()

    assert "package_signature" not in {one.code for one in accepted.warnings}


async def test_without_an_answer_a_demanded_signature_is_to_be_sent_again(hub, sender, signed):
    hub.fetcher = None

    with pytest.raises(Refusal) as caught:
        await sender.give(signed)

    assert (caught.value.fault, caught.value.fault.retry) == (Fault.REVOCATION_UNAVAILABLE, "later")


async def test_without_an_answer_a_voluntary_signature_travels_with_a_warning(hub, authority, stc, recipient):
    hub.fetcher = None
    data = make_package(RECIPIENT, (RECIPIENT,), signer=package_signer(authority.ca, f"Cơ quan {RECIPIENT}"))

    accepted = await recipient.give(data)

    assert [one.title_en for one in accepted.warnings if one.code == "package_signature"] == [
        "The package signature cannot be decided yet: TRY_LATER"
    ]
