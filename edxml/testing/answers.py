"""Revocation answers for tests: lists and OCSP responses, good ones and each kind of bad one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.x509 import ocsp

from edxml.testing.certify import Key

DER = serialization.Encoding.DER


@dataclass(frozen=True, slots=True)
class Revoked:
    """One line of a list: a serial number, since when and why."""

    serial: int
    since: datetime
    reason: x509.ReasonFlags = x509.ReasonFlags.key_compromise


@dataclass(frozen=True, slots=True)
class Period:
    """From when to when an answer speaks; until None: it does not say."""

    since: datetime
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Holder:
    """Who signs an answer: a certificate and its key."""

    certificate: x509.Certificate
    key: Key


def crl(
    issuer: x509.Name,
    key: Key,
    period: Period,
    entries: Iterable[Revoked] = (),
    *,
    number: int | None = None,
    extra: Iterable[tuple[x509.ExtensionType, bool]] = (),
) -> bytes:
    """A revocation list, signed with `key` whether it is the issuer's or not; DER."""
    until = period.until or period.since + timedelta(days=36_500)
    builder = x509.CertificateRevocationListBuilder(issuer, period.since, until, [], list(map(_line, entries)))
    builder = builder.add_extension(
        x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key()), critical=False
    )
    if number is not None:
        builder = builder.add_extension(x509.CRLNumber(number), critical=False)
    for extension, critical in extra:
        builder = builder.add_extension(extension, critical=critical)
    return builder.sign(key, hashes.SHA256()).public_bytes(DER)


def _line(one: Revoked) -> x509.RevokedCertificate:
    entry = x509.RevokedCertificateBuilder().serial_number(one.serial).revocation_date(one.since)
    return entry.add_extension(x509.CRLReason(one.reason), critical=False).build()


def ocsp_answer(
    certificate: x509.Certificate,
    issuer: x509.Certificate,
    responder: Holder,
    period: Period,
    *,
    revoked: Revoked | None = None,
    embed: bool = False,
) -> bytes:
    """An OCSP response on one certificate, signed by the responder; embed: its certificate comes along."""
    status = ocsp.OCSPCertStatus.GOOD if revoked is None else ocsp.OCSPCertStatus.REVOKED
    builder = ocsp.OCSPResponseBuilder().add_response(
        cert=certificate,
        issuer=issuer,
        algorithm=hashes.SHA256(),
        cert_status=status,
        this_update=period.since,
        next_update=period.until,
        revocation_time=None if revoked is None else revoked.since,
        revocation_reason=None if revoked is None else revoked.reason,
    )
    return _signed(builder, responder, embed=embed)


@dataclass(frozen=True, slots=True)
class Asked:
    """What an OCSP request asks about, as hashes."""

    name_hash: bytes
    key_hash: bytes
    serial: int
    algorithm: hashes.HashAlgorithm


def asked(request: bytes) -> Asked:
    """What a request asks; raises ValueError for what is none."""
    found = ocsp.load_der_ocsp_request(request)
    return Asked(found.issuer_name_hash, found.issuer_key_hash, found.serial_number, found.hash_algorithm)


def ocsp_reply(
    question: Asked,
    responder: Holder,
    period: Period,
    *,
    known: bool,
    revoked: Revoked | None = None,
    embed: bool = False,
) -> bytes:
    """The response to a request; known: whether the responder answers for that certificate at all."""
    status = ocsp.OCSPCertStatus.UNKNOWN
    if known:
        status = ocsp.OCSPCertStatus.GOOD if revoked is None else ocsp.OCSPCertStatus.REVOKED
    builder = ocsp.OCSPResponseBuilder().add_response_by_hash(
        issuer_name_hash=question.name_hash,
        issuer_key_hash=question.key_hash,
        serial_number=question.serial,
        algorithm=question.algorithm,
        cert_status=status,
        this_update=period.since,
        next_update=period.until,
        revocation_time=None if revoked is None else revoked.since,
        revocation_reason=None if revoked is None else revoked.reason,
    )
    return _signed(builder, responder, embed=embed)


def unsuccessful(status: ocsp.OCSPResponseStatus = ocsp.OCSPResponseStatus.TRY_LATER) -> bytes:
    """A responder that does not answer the question."""
    return ocsp.OCSPResponseBuilder.build_unsuccessful(status).public_bytes(DER)


def _signed(builder: ocsp.OCSPResponseBuilder, responder: Holder, *, embed: bool) -> bytes:
    builder = builder.responder_id(ocsp.OCSPResponderEncoding.HASH, responder.certificate)
    if embed:
        builder = builder.certificates([responder.certificate])
    return builder.sign(responder.key, hashes.SHA256()).public_bytes(DER)
