"""Group E at every door of a real hub: proven wrong is refused by name; what cannot be told travels, undecided."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID

from edxml.testing import TestCA, plain_pdf
from edxml.testing.answers import Period, Revoked, ocsp_answer
from edxml.testing.authority import SIGNER, TestSigner
from edxml.testing.certify import AUTHORITY, name_of
from edxml.testing.documents import sign_once
from edxml.testing.tsa import TestStamper, TokenShape
from edxml.trust.revocation_sources import Stapled
from hub.flow import trust

from ..doors import SENDER, Doors  # noqa: TID252 - tests are no installed package
from .chains import unknown_critical

DAY, SECOND = timedelta(days=1), timedelta(seconds=1)
OFFICE = f"Cơ quan {SENDER}"
NO_CHAIN, MISUSE, LATER = "NO_CERTIFICATE_CHAIN_FOUND", "CHAIN_CONSTRAINTS_FAILURE", "TRY_LATER"


def office(ca: TestCA, shape=SIGNER, **more) -> TestSigner:
    return ca.make("organisation", OFFICE, name_of(OFFICE, organisation=OFFICE), shape, **more)


def signed(ca: TestCA, by: TestSigner, at: datetime | None = None, **more) -> bytes:
    return sign_once(plain_pdf(), ca, by, 0, at or ca.now, **more)


def stapled(ca: TestCA, leaf: TestSigner, revoked: Revoked | None) -> Stapled:
    period = Period(ca.now - SECOND, ca.now + DAY)
    answer = ocsp_answer(leaf.certificate, ca.intermediate.certificate, ca.intermediate.holder, period, revoked=revoked)
    return Stapled(ocsps=(answer,))


def early(ca: TestCA) -> bytes:
    return signed(ca, office(ca, validity=(ca.now - DAY, None)), ca.now - 2 * DAY, timestamp=ca.now - 2 * DAY)


def revoked_by_list(ca: TestCA) -> bytes:
    leaf = office(ca)
    ca.revoke(leaf, ca.now - DAY)
    return signed(ca, leaf)


def revoked_by_answer(ca: TestCA) -> bytes:
    leaf = office(ca)
    gone = Revoked(leaf.certificate.serial_number, ca.now - DAY)
    return signed(ca, leaf, stapled=stapled(ca, leaf, gone))


REFUSED: dict[str, tuple[Callable[[TestCA], bytes], str]] = {
    "E-01 not yet valid when it was stamped": (early, "cert_not_yet_valid"),
    "E-06 revoked by the list": (revoked_by_list, "cert_revoked"),
    "E-07 revoked by the answer in the document": (revoked_by_answer, "cert_revoked"),
}


@dataclass(frozen=True)
class Undecided:
    """A file that travels: its sub-indication."""

    make: Callable[[TestCA], bytes]
    sub_indication: str


def expired(ca: TestCA) -> bytes:
    return signed(ca, office(ca, validity=(None, ca.now - 2 * DAY)), ca.now - DAY)


def by_a_leaf(ca: TestCA) -> bytes:
    holder = office(ca)
    return signed(ca, office(ca, issuer=holder))


def by_an_unknown_intermediate(ca: TestCA) -> bytes:
    above = ca.make("ca", "cấp lạ", name_of("cấp lạ", organisation=ca.name), AUTHORITY)
    return signed(ca, office(ca, issuer=above))


def weak(ca: TestCA) -> bytes:
    return signed(ca, office(ca, key=rsa.generate_private_key(65537, 1024)))


UNDECIDED = {
    "E-01 expired": Undecided(expired, "EXPIRED"),
    "E-02 an unknown root of the same name": Undecided(lambda _: signed(ca := TestCA(), office(ca)), NO_CHAIN),
    "E-03 issued by a leaf": Undecided(by_a_leaf, NO_CHAIN),
    "E-05 an intermediate nobody has": Undecided(by_an_unknown_intermediate, NO_CHAIN),
    "E-09 a web server's certificate": Undecided(
        lambda ca: signed(ca, office(ca, replace(SIGNER, extended=(ExtendedKeyUsageOID.SERVER_AUTH,)))), MISUSE
    ),
    "E-13 a critical extension nobody knows": Undecided(
        lambda ca: signed(ca, office(ca, SIGNER.with_extra(unknown_critical()))), MISUSE
    ),
    "E-13 a key of 1024 bits": Undecided(weak, "CRYPTO_CONSTRAINTS_FAILURE"),
}  # fmt: skip


@pytest.fixture
def doors(target, believed) -> Doors:
    return Doors(target, believed)


async def publish(doors: Doors) -> None:
    """The authority's lists as they are now, in the hub's folder."""
    doors.ca.write_trust(doors.hub.settings.trust_folder)
    await trust.reload(doors.hub)


@pytest.mark.parametrize("name", REFUSED)
async def test_a_certificate_proven_wrong_is_refused_by_name(doors, name):
    make, code = REFUSED[name]
    pdf = make(doors.ca)
    await publish(doors)

    assert await doors.refused(pdf) == code
    assert await doors.wire(pdf) == "21"
    assert (await doors.from_the_axis(pdf))["verdict"] == "FAILED"
    await doors.still_passes()


@pytest.mark.parametrize("name", UNDECIDED)
async def test_a_certificate_of_which_nothing_is_proven_is_never_passed_and_never_refused(doors, name):
    """law: R-072 HN Đ9.1"""
    case = UNDECIDED[name]
    pdf = case.make(doors.ca)

    told = await doors.accepted(pdf)
    from_outside = await doors.from_the_axis(pdf)

    for one in (told, from_outside):
        assert (one["verdict"], one["sub_indication"]) == ("INDETERMINATE", case.sub_indication), one
        assert one["legal_value"] == "information"
        assert one["sentence"]
    await doors.still_passes()


async def test_e_08_with_every_list_gone_nothing_is_passed_and_nothing_is_lost(doors):
    """E-08: the lists are there, then away, then back; what came between is decided by itself."""
    folder = doors.hub.settings.trust_folder / "crl"
    for file in folder.iterdir():
        file.unlink()
    await trust.reload(doors.hub)
    pdfs = [signed(doors.ca, office(doors.ca)) for _ in range(5)]

    told = [await doors.accepted(pdf) for pdf in pdfs]

    assert {(one["verdict"], one["sub_indication"]) for one in told} == {("INDETERMINATE", LATER)}
    await publish(doors)
    await doors.still_passes()


async def test_e_15_a_token_that_proves_nothing_leaves_the_time_a_claim(doors):
    """E-15: wrong imprint; E-16: no token at all. Neither is evidence of a time, and both are said."""
    ca = doors.ca
    bad = TestStamper(ca.tsa(), ca.now, TokenShape(imprint=b"\x11" * 32))

    wrong = await doors.accepted(signed(ca, office(ca), stamper=bad))
    absent = await doors.accepted(signed(ca, office(ca)))

    [with_bad], [without] = wrong["files"][0]["signatures"], absent["files"][0]["signatures"]
    assert (with_bad["time_source"], with_bad["signed_at"]) == ("claimed", with_bad["claimed_at"])
    assert "timestamp_not_trusted" in with_bad["warnings"]
    assert (without["time_source"], "no_timestamp" in without["warnings"]) == ("claimed", True)
    await doors.still_passes()
