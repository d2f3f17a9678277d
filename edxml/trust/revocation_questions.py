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
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.x509 import ocsp
from cryptography.x509.oid import AuthorityInformationAccessOID

from edxml.trust import issued
from edxml.trust.certificate_path import readable
from edxml.trust.revocation_check import UNKNOWN
from edxml.trust.revocation_lists import RevocationList
from edxml.trust.revocation_ocsp import OcspAnswer
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
    """What the bytes say; raises ValueError, with a reason an operator may read, unless they answer the need.

    A need about an issuer itself asks for its list, whatever kind of certificates that one speaks of.
    """
    as_of, next_at = _list(need, data) if need.kind == "crl" else _response(need, data)
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
        found = RevocationList(data)
    except ValueError:
        return None
    return next(
        (one.der for one in readable(certificates) if found.is_signed_by(one) and one.subject == found.issuer), None
    )


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
    issuer, found = issued.load(need.issuer), RevocationList(data)
    if found.issuer != issuer.subject:
        raise ValueError("the list is of another issuer")
    if found.base is not None:
        raise ValueError("a delta list says too little")
    if found.problem is not None:
        raise ValueError(found.problem)
    if need.certificate != need.issuer and not found.covers(issued.load(need.certificate)):
        raise ValueError("the list does not cover the certificate")
    if not found.is_signed_by(issuer):
        raise ValueError("the list is not signed by its issuer")
    return found.this_update, found.next_update


def _response(need: Need, data: bytes) -> tuple[datetime, datetime | None]:
    issuer, found = issued.load(need.issuer), OcspAnswer(data)
    single = found.about(issued.load(need.certificate), issuer)
    if single is None:
        raise ValueError("the answer is about another certificate")
    if single.status == UNKNOWN:
        raise ValueError("the responder does not know the certificate")
    if found.responder(issuer) is None:
        raise ValueError("the answer is not signed by the issuer or its responder")
    return single.this_update, single.next_update
