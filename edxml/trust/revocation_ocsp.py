"""OCSP responses (RFC 6960): what one says about a certificate, and whether who says it may."""

from __future__ import annotations

import functools
import hashlib
from dataclasses import dataclass
from datetime import datetime

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.x509 import ocsp

from edxml.trust import issued, key_signatures, path_rules
from edxml.trust.issued import Issued, name_key

UNREADABLE = (ValueError, TypeError, UnsupportedAlgorithm, x509.DuplicateExtension, x509.InvalidVersion)
MOST_SINGLES = 100
DIGESTS = frozenset({"sha1", "sha256", "sha384", "sha512"})
_NO_CHECK = x509.ObjectIdentifier("1.3.6.1.5.5.7.48.1.5")


@dataclass(frozen=True, slots=True)
class Single:
    """What a response says about one certificate. since: revoked since; None unless status is "revoked"."""

    status: str
    this_update: datetime
    next_update: datetime | None
    since: datetime | None = None
    on_hold: bool = False


class OcspAnswer:
    """One response. responder: the certificates that came with it, as who may have signed it."""

    __slots__ = ("_parsed", "_signers", "digest", "produced_at", "responders")

    def __init__(self, der: bytes) -> None:
        """Read a response; raises ValueError for bytes that are none, and for one that answers nothing."""
        try:
            parsed = ocsp.load_der_ocsp_response(der)
            if parsed.response_status is not ocsp.OCSPResponseStatus.SUCCESSFUL:
                raise ValueError(f"the responder did not answer: {parsed.response_status.name}")
            self.produced_at = parsed.produced_at_utc
            blobs = [c.public_bytes(serialization.Encoding.DER) for c in parsed.certificates]
            critical = [e for e in parsed.extensions if e.critical]
        except UNREADABLE as error:
            raise ValueError(f"the OCSP answer cannot be read: {error}") from error
        if critical:
            raise ValueError("a critical extension of the OCSP answer is not understood")
        self.digest = hashlib.sha256(der).hexdigest()
        self.responders = tuple(filter(None, map(_readable, blobs)))
        self._parsed = parsed
        self._signers: dict[bytes, bool] = {}

    @property
    def has_sha1(self) -> bool:
        """Whether the responder signed over SHA-1."""
        return key_signatures.digest_name(self._parsed) == "sha1"

    def about(self, certificate: Issued, issuer: Issued) -> Single | None:
        """What the response says about a certificate of that issuer; None if it speaks of others."""
        try:
            for number, one in enumerate(self._parsed.responses):
                if number >= MOST_SINGLES:
                    return None
                if one.serial_number == certificate.serial and _names_issuer(one, issuer):
                    return _single(one)
        except UNREADABLE:
            return None
        return None

    def responder(self, issuer: Issued) -> Issued | None:
        """Who signed the response, if it is the issuer or whom the issuer named for it; None otherwise.

        A named responder has the usage "OCSP signing" in a certificate of that issuer (RFC 6960 4.2.2.2).
        """
        if self._claims(issuer) and self._is_signed_by(issuer):
            return issuer
        return next((one for one in self.responders if self._is_named(one, issuer)), None)

    def _is_named(self, one: Issued, issuer: Issued) -> bool:
        if one.problem is not None or one.weakness is not None or one.issuer != issuer.subject or one.ca:
            return False
        if one.extended is None or path_rules.OCSP_SIGNING not in one.extended:
            return False
        if one.usage is not None and not one.usage & {"digital_signature", "content_commitment"}:
            return False
        if not path_rules.is_valid(one, self.produced_at):
            return False
        return self._claims(one) and issued.is_signed_by(one, issuer) and self._is_signed_by(one)

    def _claims(self, one: Issued) -> bool:
        """Whether the response names a certificate's holder as its responder."""
        key_hash = self._parsed.responder_key_hash
        if key_hash is not None:
            return key_hash == key_digest(one, "sha1")
        name = self._parsed.responder_name
        return name is not None and name_key(name) == one.subject

    def _is_signed_by(self, one: Issued) -> bool:
        if one.key is None or one.weakness is not None:
            return False
        if one.spki not in self._signers:
            self._signers[one.spki] = key_signatures.fits_answer(one.key, self._parsed)
        return self._signers[one.spki]


def needs_no_check(responder: Issued) -> bool:
    """Whether its issuer lets a responder's certificate go unchecked while it lives (RFC 6960 4.2.2.2.1)."""
    return any(e.oid == _NO_CHECK for e in responder.parsed.extensions)


@functools.lru_cache(maxsize=256)
def of_bytes(der: bytes) -> OcspAnswer | None:
    """A response given as bytes, read once; None for what is none or answers nothing."""
    try:
        return OcspAnswer(der)
    except ValueError:
        return None


@functools.lru_cache(maxsize=512)
def key_digest(one: Issued, algorithm: str) -> bytes:
    """The digest of a certificate's public key as OCSP has it: of the bits alone."""
    return hashlib.new(algorithm, _key_bits(one.spki)).digest()


@functools.lru_cache(maxsize=512)
def name_digest(one: Issued, algorithm: str) -> bytes:
    """The digest of the DER of a certificate's subject."""
    return hashlib.new(algorithm, one.parsed.subject.public_bytes()).digest()


def _key_bits(spki: bytes) -> bytes:
    """The content of the BIT STRING of a SubjectPublicKeyInfo, without its count of unused bits."""
    _, bits = key_signatures.children(spki)
    return key_signatures.content(bits)[1:]


def _names_issuer(one: ocsp.OCSPSingleResponse, issuer: Issued) -> bool:
    algorithm = one.hash_algorithm.name
    if algorithm not in DIGESTS:
        return False
    return one.issuer_key_hash == key_digest(issuer, algorithm) and one.issuer_name_hash == name_digest(
        issuer, algorithm
    )


def _single(one: ocsp.OCSPSingleResponse) -> Single:
    status = {ocsp.OCSPCertStatus.GOOD: "good", ocsp.OCSPCertStatus.REVOKED: "revoked"}
    return Single(
        status=status.get(one.certificate_status, "unknown"),
        this_update=one.this_update_utc,
        next_update=one.next_update_utc,
        since=one.revocation_time_utc,
        on_hold=one.revocation_reason is x509.ReasonFlags.certificate_hold,
    )


def _readable(der: bytes) -> Issued | None:
    try:
        return issued.load(der)
    except ValueError:
        return None
