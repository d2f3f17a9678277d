"""Chains for group E: an authority and every way to go wrong below it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec

from edxml.testing import TestCA
from edxml.testing.authority import SIGNER, TestSigner
from edxml.testing.certify import AUTHORITY, Shape, name_of
from edxml.trust import certificate_path, path_results
from edxml.trust.certificates import Trust
from edxml.trust.revocation_check import Times
from edxml.trust.revocation_sources import NOTHING, Stapled

NOW = datetime(2026, 11, 21, 8, tzinfo=UTC)
DAY, SECOND = timedelta(days=1), timedelta(seconds=1)
PROVINCE = "UBND tỉnh Thử Nghiệm"


@dataclass
class Chain:
    """What a verifier gets: a signer, what came along, and whom it trusts."""

    leaf: TestSigner
    others: tuple[bytes, ...] = ()
    trust: Trust = field(default_factory=Trust)
    stapled: Stapled = NOTHING
    at: datetime = NOW

    def check(self, *, known: datetime | None = None) -> path_results.PathResult:
        """The verdict on the path. known: a moment that a time-stamp proves."""
        anchors = certificate_path.parse(self.trust)
        times = Times(self.at, known or self.at, proven=known is not None, grace=anchors.grace)
        return certificate_path.check_document_signer(
            self.leaf.certificate_der, self.others, anchors, times, self.stapled
        )


def new_ca(**more) -> TestCA:
    return TestCA(now=NOW, **more)


def signer(ca: TestCA, shape: Shape = SIGNER, **more) -> TestSigner:
    return ca.make("organisation", "Sở Nội vụ", name_of("Sở Nội vụ", organisation=PROVINCE), shape, **more)


def authority(ca: TestCA, name: str, shape: Shape = AUTHORITY, **more) -> TestSigner:
    return ca.make("ca", name, name_of(name, organisation=ca.name), shape, **more)


def below(ca: TestCA, *shapes: Shape, leaf: Shape = SIGNER) -> Chain:
    """A signer below as many further authorities as there are shapes; each comes with the document."""
    issuer, made = ca.intermediate, []
    for number, shape in enumerate(shapes):
        issuer = authority(ca, f"cấp {number}", shape, issuer=issuer)
        made.append(issuer)
    crls = tuple(ca.crl_for(one) for one in made)
    trust = ca.trust().with_revocation(crls=crls)
    return Chain(signer(ca, leaf, issuer=issuer), tuple(one.certificate_der for one in made), trust)


def self_signed(name: str = "Người lạ") -> TestSigner:
    stranger = new_ca(name=name)
    return replace(stranger.root, role="organisation")


def mesh(ca: TestCA, names: int, keys: int) -> Chain:
    """Authorities that all certify each other, and none of them an anchor: every step has many continuations."""
    made = [authority(ca, f"lưới {n}", key=ec.generate_private_key(ec.SECP256R1())) for n in range(names)]
    web = [
        authority(ca, one.name, issuer=other, key=one.key)
        for one in made
        for other in made
        if one is not other
        for _ in range(keys)
    ]
    trust = Trust(state=(new_ca().root_pem,))
    return Chain(signer(ca, issuer=made[0]), tuple(one.certificate_der for one in web), trust)


def unknown_critical() -> tuple[x509.ExtensionType, bool]:
    return x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.704.99.1"), b"\x05\x00"), True
