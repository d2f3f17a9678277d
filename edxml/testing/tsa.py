"""Time-stamp tokens for tests, good ones and each kind of bad one (RFC 3161)."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime

from asn1crypto import algos, cms, core, tsp  # type: ignore[import-untyped]
from asn1crypto import x509 as asn1_x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding
from pyhanko.sign.timestamps.api import TimeStamper

from edxml.testing.authority import TestSigner

POLICY = "1.2.704.0.0.1"


@dataclass(frozen=True, slots=True)
class TokenShape:
    """How a token differs from a good one.

    imprint: instead of the one that was asked for. accuracy_seconds: None says nothing. names_signer: whether the
    signing-certificate attribute is there; named: the certificate it names instead of the signer's.
    alters_time: genTime after signing, so that the token's own signature breaks.
    crls: lists that come in the token.
    """

    imprint: bytes | None = None
    accuracy_seconds: int | None = None
    names_signer: bool = True
    named: TestSigner | None = None
    alters_time: datetime | None = None
    crls: tuple[bytes, ...] = ()


GOOD = TokenShape()


class TestStamper(TimeStamper):
    """A time-stamping authority with a clock that stands still at `moment`."""

    __test__ = False  # an actor, no test case

    def __init__(self, signer: TestSigner, moment: datetime, shape: TokenShape = GOOD) -> None:
        super().__init__(include_nonce=False)  # type: ignore[no-untyped-call]
        self._signer, self._moment, self._shape = signer, moment, shape

    async def async_timestamp(self, message_digest: bytes, md_algorithm: str) -> cms.ContentInfo:
        """The token over a digest."""
        return self.token(message_digest, md_algorithm)

    async def async_dummy_response(self, md_algorithm: str) -> cms.ContentInfo:
        """A token of the size that one will have."""
        return self.token(bytes(hashes.Hash(getattr(hashes, md_algorithm.upper())()).finalize()), md_algorithm)

    def token(self, digest: bytes, algorithm: str) -> cms.ContentInfo:
        """The token over a digest, as ContentInfo."""
        info = self._info(digest, algorithm, self._moment)
        attributes = self._attributes(info.dump())
        if self._shape.alters_time is not None:
            info = self._info(digest, algorithm, self._shape.alters_time)
        return cms.ContentInfo({"content_type": "signed_data", "content": self._signed(info, attributes)})

    def _info(self, digest: bytes, algorithm: str, moment: datetime) -> tsp.TSTInfo:
        values = {
            "version": "v1",
            "policy": POLICY,
            "message_imprint": {
                "hash_algorithm": {"algorithm": algorithm},
                "hashed_message": digest if self._shape.imprint is None else self._shape.imprint,
            },
            "serial_number": secrets.randbits(63) | 1,
            "gen_time": moment,
        }
        if self._shape.accuracy_seconds is not None:
            values["accuracy"] = {"seconds": self._shape.accuracy_seconds}
        return tsp.TSTInfo(values)

    def _attributes(self, content: bytes) -> cms.CMSAttributes:
        found = [
            cms.CMSAttribute({"type": "content_type", "values": ["tst_info"]}),
            cms.CMSAttribute({"type": "message_digest", "values": [_sha256(content)]}),
        ]
        if self._shape.names_signer:
            named = self._shape.named or self._signer
            one = tsp.ESSCertIDv2(
                {"hash_algorithm": {"algorithm": "sha256"}, "cert_hash": _sha256(named.certificate_der)}
            )
            value = tsp.SigningCertificateV2({"certs": [one]})
            found.append(cms.CMSAttribute({"type": "signing_certificate_v2", "values": [value]}))
        return cms.CMSAttributes(found)

    def _signed(self, info: tsp.TSTInfo, attributes: cms.CMSAttributes) -> cms.SignedData:
        certificate = asn1_x509.Certificate.load(self._signer.certificate_der)
        key = self._signer.key
        if isinstance(key, ec.EllipticCurvePrivateKey):
            kind, value = "sha256_ecdsa", key.sign(attributes.dump(), ec.ECDSA(hashes.SHA256()))
        else:
            kind, value = "sha256_rsa", key.sign(attributes.dump(), padding.PKCS1v15(), hashes.SHA256())
        signer = {
            "version": "v1",
            "sid": {"issuer_and_serial_number": _place(certificate)},
            "digest_algorithm": algos.DigestAlgorithm({"algorithm": "sha256"}),
            "signed_attrs": attributes,
            "signature_algorithm": algos.SignedDigestAlgorithm({"algorithm": kind}),
            "signature": value,
        }
        values = {
            "version": "v3",
            "digest_algorithms": [algos.DigestAlgorithm({"algorithm": "sha256"})],
            "encap_content_info": {
                "content_type": "tst_info", "content": core.ParsableOctetString(info.dump()),
            },
            "certificates": [cms.CertificateChoices("certificate", certificate)],
            "signer_infos": [signer],
        }  # fmt: skip
        if self._shape.crls:
            values["crls"] = [_list(der) for der in self._shape.crls]
        return cms.SignedData(values)


def _list(der: bytes) -> cms.RevocationInfoChoice:
    return cms.RevocationInfoChoice("crl", cms.CertificateList.load(der))


def _place(certificate: asn1_x509.Certificate) -> dict[str, object]:
    return {"issuer": certificate.issuer, "serial_number": certificate.serial_number}


def _sha256(data: bytes) -> bytes:
    digest = hashes.Hash(hashes.SHA256())
    digest.update(data)
    return digest.finalize()
