"""What is asked of a certification authority, and whether what came back answers it.

No network here: whoever has one sends `request` to the addresses of a `Need` and shows the bytes to `check`.
An answer is kept only when it is about the certificate and signed by its issuer, so that bytes from a plain HTTP
connection never push a genuine answer aside. Whether it decides a verdict is the verifier's judgement alone.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.types import CertificatePublicKeyTypes
from cryptography.x509 import ocsp
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID

from edxml.verdict import Need

CLOCK_TOLERANCE = timedelta(minutes=5)
"""How far an authority's clock may be ahead of ours."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One usable answer. as_of: its thisUpdate; next_at: its nextUpdate, None when it names none; sha256: hex."""

    kind: str
    as_of: datetime
    next_at: datetime | None
    sha256: str

    def is_fresh(self, at: datetime) -> bool:
        """Whether a newer answer need not exist yet at this moment."""
        return self.next_at is not None and at < self.next_at


def request(need: Need) -> bytes:
    """The OCSP request for a certificate, DER. Raises ValueError for certificates no request can name."""
    certificate, issuer = x509.load_der_x509_certificate(need.certificate), x509.load_der_x509_certificate(need.issuer)
    builder = ocsp.OCSPRequestBuilder().add_certificate(certificate, issuer, hashes.SHA1())  # noqa: S303 (RFC 5019: an id, no proof)
    return builder.build().public_bytes(serialization.Encoding.DER)


def check(need: Need, data: bytes, at: datetime) -> Answer:
    """What the bytes say; raises ValueError, with a reason an operator may read, unless they answer the need."""
    try:
        judge = _list if need.kind == "crl" else _response
        as_of, next_at = judge(need, data)
    except (TypeError, UnsupportedAlgorithm, x509.DuplicateExtension, x509.ExtensionNotFound) as error:
        raise ValueError(f"not readable: {type(error).__name__}") from error
    if as_of > at + CLOCK_TOLERANCE:
        raise ValueError("the answer is of the future")
    if next_at is not None and next_at < as_of:
        raise ValueError("the answer ends before it begins")
    return Answer(need.kind, as_of, next_at, hashlib.sha256(data).hexdigest())


def describe(kind: str, data: bytes) -> Answer:
    """What an answer (DER) of known origin says of itself; nothing is checked. Raises ValueError."""
    try:
        if kind == "crl":
            found = x509.load_der_x509_crl(data)
            period = found.last_update_utc, found.next_update_utc
        else:
            [first, *_] = ocsp.load_der_ocsp_response(data).responses
            period = first.this_update_utc, first.next_update_utc
    except (TypeError, UnsupportedAlgorithm, x509.InvalidVersion) as error:
        raise ValueError(f"not readable: {type(error).__name__}") from error
    return Answer(kind, *period, hashlib.sha256(data).hexdigest())


def issuer_of(data: bytes, certificates: Iterable[bytes]) -> bytes | None:
    """The one among certificates (DER) that signed a revocation list; None when it is not among them."""
    try:
        found = x509.load_der_x509_crl(data)
    except ValueError:
        return None
    for der in certificates:
        issuer = x509.load_der_x509_certificate(der)
        if issuer.subject == found.issuer and _is_signed(found, issuer.public_key()):
            return der
    return None


def list_needs(certificates: Sequence[bytes]) -> list[Need]:
    """The lists that speak of these certificates (DER), as far as their issuers are among them; each address once."""
    known = [x509.load_der_x509_certificate(der) for der in certificates]
    by_name = {one.subject.public_bytes(): der for one, der in zip(known, certificates, strict=True)}
    needs: dict[tuple[str, ...], Need] = {}
    for one, der in zip(known, certificates, strict=True):
        urls, issuer = list_addresses(der), by_name.get(one.issuer.public_bytes())
        if urls and issuer is not None and one.issuer != one.subject:
            needs.setdefault(urls, Need("crl", urls, der, issuer))
    return list(needs.values())


def list_addresses(certificate: bytes) -> tuple[str, ...]:
    """Where a certificate (DER) says its issuer's revocation list is; () also for one that cannot be read."""
    try:
        points = x509.load_der_x509_certificate(certificate).extensions.get_extension_for_class(
            x509.CRLDistributionPoints
        )
    except (ValueError, TypeError, x509.ExtensionNotFound, x509.DuplicateExtension):
        return ()
    names = [name for point in points.value for name in point.full_name or ()]
    return tuple(name.value for name in names if isinstance(name, x509.UniformResourceIdentifier))


def addresses(certificate: bytes) -> tuple[str, ...]:
    """Every address of a revocation list, OCSP responder or issuer's certificate that a certificate (DER) names."""
    try:
        access = x509.load_der_x509_certificate(certificate).extensions.get_extension_for_class(
            x509.AuthorityInformationAccess
        )
    except (ValueError, TypeError, x509.ExtensionNotFound, x509.DuplicateExtension):
        return list_addresses(certificate)
    kinds = (AuthorityInformationAccessOID.OCSP, AuthorityInformationAccessOID.CA_ISSUERS)
    found = [one.access_location for one in access.value if one.access_method in kinds]
    named = tuple(name.value for name in found if isinstance(name, x509.UniformResourceIdentifier))
    return (*list_addresses(certificate), *named)


def _list(need: Need, data: bytes) -> tuple[datetime, datetime | None]:
    issuer = x509.load_der_x509_certificate(need.issuer)
    found = x509.load_der_x509_crl(data)
    if found.issuer != issuer.subject:
        raise ValueError("the list is of another issuer")
    if _has(found.extensions, x509.DeltaCRLIndicator):
        raise ValueError("a delta list says too little")
    if not _is_signed(found, issuer.public_key()):
        raise ValueError("the list is not signed by its issuer")
    return found.last_update_utc, found.next_update_utc


def _response(need: Need, data: bytes) -> tuple[datetime, datetime | None]:
    issuer = x509.load_der_x509_certificate(need.issuer)
    serial = x509.load_der_x509_certificate(need.certificate).serial_number
    found = ocsp.load_der_ocsp_response(data)
    if found.response_status is not ocsp.OCSPResponseStatus.SUCCESSFUL:
        raise ValueError(f"the responder answered {found.response_status.name}")
    mine = [one for one in found.responses if one.serial_number == serial and _names(one, issuer)]
    if not mine:
        raise ValueError("the answer is about another certificate")
    if mine[0].certificate_status is ocsp.OCSPCertStatus.UNKNOWN:
        raise ValueError("the responder does not know the certificate")
    _require_responder(found, issuer)
    return mine[0].this_update_utc, mine[0].next_update_utc


def _names(single: ocsp.OCSPSingleResponse, issuer: x509.Certificate) -> bool:
    key = x509.SubjectKeyIdentifier.from_public_key(issuer.public_key()).digest  # SHA-1 over the key's bits
    if isinstance(single.hash_algorithm, hashes.SHA1):
        return single.issuer_key_hash == key
    bits = issuer.public_key().public_bytes(*_bits(issuer.public_key()))
    digest = hashes.Hash(single.hash_algorithm)
    digest.update(bits)
    return single.issuer_key_hash == digest.finalize()


def _bits(key: CertificatePublicKeyTypes) -> tuple[serialization.Encoding, serialization.PublicFormat]:
    """How the bits of a subjectPublicKey are written out, by the kind of key."""
    if isinstance(key, rsa.RSAPublicKey):
        return serialization.Encoding.DER, serialization.PublicFormat.PKCS1
    if isinstance(key, ec.EllipticCurvePublicKey):
        return serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
    return serialization.Encoding.Raw, serialization.PublicFormat.Raw


def _require_responder(found: ocsp.OCSPResponse, issuer: x509.Certificate) -> None:
    """The issuer itself signed, or a responder whose certificate the issuer gave out for that purpose."""
    signers = [issuer, *(one for one in found.certificates if _is_delegate(one, issuer))]
    if not any(_signed(found, one.public_key()) for one in signers):
        raise ValueError("the answer is not signed by the issuer or its responder")


def _is_delegate(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    try:
        usages = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
        certificate.verify_directly_issued_by(issuer)
    except (ValueError, TypeError, InvalidSignature, x509.ExtensionNotFound):
        return False
    return ExtendedKeyUsageOID.OCSP_SIGNING in usages


def _signed(found: ocsp.OCSPResponse, key: CertificatePublicKeyTypes) -> bool:
    algorithm = found.signature_hash_algorithm
    try:
        if isinstance(key, rsa.RSAPublicKey) and algorithm is not None:
            key.verify(found.signature, found.tbs_response_bytes, padding.PKCS1v15(), algorithm)
        elif isinstance(key, ec.EllipticCurvePublicKey) and algorithm is not None:
            key.verify(found.signature, found.tbs_response_bytes, ec.ECDSA(algorithm))
        else:
            return False
    except (InvalidSignature, ValueError, UnsupportedAlgorithm):
        return False
    return True


def _is_signed(found: x509.CertificateRevocationList, key: CertificatePublicKeyTypes) -> bool:
    try:
        return found.is_signature_valid(key)  # type: ignore[arg-type]  # a key of another kind is a TypeError
    except (TypeError, UnsupportedAlgorithm):
        return False


def _has(extensions: x509.Extensions, kind: type[x509.ExtensionType]) -> bool:
    try:
        extensions.get_extension_for_class(kind)
    except x509.ExtensionNotFound:
        return False
    return True
