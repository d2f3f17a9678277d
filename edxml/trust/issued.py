"""One certificate as path validation needs it: read once, with all that speaks against it found at reading."""

from __future__ import annotations

import functools
import hashlib
import warnings
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.utils import CryptographyDeprecationWarning
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtensionOID

from edxml.trust import key_signatures

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.types import CertificatePublicKeyTypes

NameKey = tuple[frozenset[tuple[str, str]], ...]
"""A distinguished name for comparing: its parts in order, letters folded and spaces single (RFC 5280 7.1)."""

SMALLEST_RSA_BITS = 2048
LARGEST_RSA_BITS = 8192  # a larger key is a way to make a verifier work, not a way to be safe
LARGEST_EXPONENT = 1 << 32  # a long one makes each signature cost a hundred times as much
LONGEST_SERIAL_BITS = 160
LONGEST_CERTIFICATE_BYTES = 32_768
CURVES = frozenset({"secp256r1", "secp384r1", "secp521r1"})
# What path validation takes into account when it is marked critical. Identifiers of keys and addresses of services
# may not be critical (RFC 5280 4.2); rules for policies are not evaluated here, so a certificate that sets some is
# refused, critical or not.
UNDERSTOOD = frozenset(
    {
        ExtensionOID.BASIC_CONSTRAINTS,
        ExtensionOID.KEY_USAGE,
        ExtensionOID.EXTENDED_KEY_USAGE,
        ExtensionOID.SUBJECT_ALTERNATIVE_NAME,
        ExtensionOID.ISSUER_ALTERNATIVE_NAME,
        ExtensionOID.NAME_CONSTRAINTS,
        ExtensionOID.CERTIFICATE_POLICIES,
        ExtensionOID.CRL_DISTRIBUTION_POINTS,
    }
)
UNREADABLE = (
    ValueError,
    TypeError,
    UnsupportedAlgorithm,
    x509.DuplicateExtension,
    x509.InvalidVersion,
    x509.UnsupportedGeneralNameType,
)
USAGES = (
    "digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement",
    "key_cert_sign", "crl_sign",
)  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class Issued:
    """A certificate; `load` gives the same value for the same bytes, so that what is known of it is remembered.

    fingerprint: SHA-256 of the DER.
    problem: why no path may go through it, whoever issued it. weakness: why its key may not be relied on.
    usage, extended: None when the certificate does not say. key_id, issuer_key_id: as the certificate says.
    """

    der: bytes
    fingerprint: bytes
    parsed: x509.Certificate
    subject: NameKey
    issuer: NameKey
    serial: int
    not_before: datetime
    not_after: datetime
    spki: bytes
    key: CertificatePublicKeyTypes | None
    weakness: str | None
    problem: str | None
    ca: bool
    path_length: int | None
    usage: frozenset[str] | None
    extended: frozenset[str] | None
    extended_critical: bool
    constraints: x509.NameConstraints | None
    names: tuple[x509.GeneralName, ...]
    names_critical: bool
    key_id: bytes | None
    issuer_key_id: bytes | None
    crl_urls: tuple[str, ...]
    ocsp_urls: tuple[str, ...]

    @property
    def has_odd_serial(self) -> bool:
        """Whether the serial number is not positive, or longer than 20 bytes."""
        return self.serial < 1 or self.serial.bit_length() > LONGEST_SERIAL_BITS

    @property
    def is_self_issued(self) -> bool:
        """Whether issuer and subject are the same name."""
        return self.subject == self.issuer

    @property
    def is_self_signed(self) -> bool:
        """Whether its own key signed it."""
        return self.is_self_issued and is_signed_by(self, self)

    @property
    def signature_digest(self) -> str:
        """The digest its issuer signed, as "sha256"; "" for an algorithm without one."""
        return key_signatures.digest_name(self.parsed)


@functools.lru_cache(maxsize=1024)
def load(der: bytes) -> Issued:
    """Read a certificate; raises ValueError for bytes that are none, and for one that cannot be read whole."""
    try:
        return _load(der)
    except UNREADABLE as error:
        raise ValueError(f"the certificate cannot be read: {error}") from error


def _load(der: bytes) -> Issued:
    if len(der) > LONGEST_CERTIFICATE_BYTES:
        raise ValueError(f"it is longer than {LONGEST_CERTIFICATE_BYTES} bytes")
    parsed = _parsed(der)
    extensions = {e.oid: e for e in parsed.extensions}
    constraints = _value(extensions, ExtensionOID.BASIC_CONSTRAINTS)
    extended = extensions.get(ExtensionOID.EXTENDED_KEY_USAGE)
    names = extensions.get(ExtensionOID.SUBJECT_ALTERNATIVE_NAME)
    key, spki, weakness = _key(parsed, der)
    own_id = _value(extensions, ExtensionOID.SUBJECT_KEY_IDENTIFIER)
    issuer_id = _value(extensions, ExtensionOID.AUTHORITY_KEY_IDENTIFIER)
    return Issued(
        der=der,
        fingerprint=hashlib.sha256(der).digest(),
        parsed=parsed,
        subject=name_key(parsed.subject),
        issuer=name_key(parsed.issuer),
        serial=_serial(parsed),
        not_before=parsed.not_valid_before_utc,
        not_after=parsed.not_valid_after_utc,
        spki=spki,
        key=key,
        weakness=weakness,
        problem=_problem(der, parsed, extensions),
        ca=bool(constraints and constraints.ca),
        path_length=constraints.path_length if constraints else None,
        usage=_usage(_value(extensions, ExtensionOID.KEY_USAGE)),
        extended=None if extended is None else frozenset(o.dotted_string for o in extended.value),
        extended_critical=extended is not None and extended.critical,
        constraints=_value(extensions, ExtensionOID.NAME_CONSTRAINTS),
        names=() if names is None else tuple(names.value),
        names_critical=names is not None and names.critical,
        key_id=own_id.digest if own_id else None,
        issuer_key_id=issuer_id.key_identifier if issuer_id else None,
        crl_urls=_crl_urls(_value(extensions, ExtensionOID.CRL_DISTRIBUTION_POINTS)),
        ocsp_urls=_ocsp_urls(_value(extensions, ExtensionOID.AUTHORITY_INFORMATION_ACCESS)),
    )


def _parsed(der: bytes) -> x509.Certificate:
    """The certificate; of a serial number below 1, which roots of the nineties have, the library warns at each look."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", CryptographyDeprecationWarning)
        return x509.load_der_x509_certificate(der)


def _serial(parsed: x509.Certificate) -> int:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", CryptographyDeprecationWarning)
        return parsed.serial_number


@functools.lru_cache(maxsize=4096)
def is_signed_by(child: Issued, issuer: Issued) -> bool:
    """Whether the issuer's key signed the child; names are not compared. Remembered: it never changes."""
    return (
        issuer.key is not None and issuer.weakness is None and key_signatures.fits_certificate(issuer.key, child.parsed)
    )


def name_key(name: x509.Name) -> NameKey:
    """A distinguished name for comparing."""
    return tuple(frozenset((part.oid.dotted_string, _folded(part.value)) for part in rdn) for rdn in name.rdns)


def _folded(value: str | bytes) -> str:
    return value.hex() if isinstance(value, bytes) else " ".join(value.casefold().split())


def _value(extensions: dict[x509.ObjectIdentifier, x509.Extension[x509.ExtensionType]], oid: Any) -> Any:
    found = extensions.get(oid)
    return None if found is None else found.value


def _problem(
    der: bytes,
    parsed: x509.Certificate,
    extensions: dict[x509.ObjectIdentifier, x509.Extension[x509.ExtensionType]],
) -> str | None:
    if parsed.version is not x509.Version.v3:
        return "the certificate is not of version 3"
    if not parsed.issuer.rdns:
        return "the certificate does not say who issued it"
    strange = next((oid for oid, e in extensions.items() if e.critical and oid not in UNDERSTOOD), None)
    if strange is not None:
        return f"the critical extension {strange.dotted_string} is not understood"
    if ExtensionOID.POLICY_CONSTRAINTS in extensions:
        return "policy constraints are not evaluated"
    if key_signatures.names_two_algorithms(der):
        return "the certificate names two signature algorithms"
    return None


def _key(parsed: x509.Certificate, der: bytes) -> tuple[CertificatePublicKeyTypes | None, bytes, str | None]:
    try:
        key = parsed.public_key()
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        return None, b"", f"the key cannot be used: {error}"
    spki = key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    if isinstance(key, ec.EllipticCurvePublicKey) and spki not in der:
        return key, spki, "the curve of the key is not given by its name"
    return key, spki, key_weakness(key)


def key_weakness(key: object) -> str | None:
    """Why a key is not accepted anywhere in a path or under a document; None for a good one."""
    if isinstance(key, rsa.RSAPublicKey):
        if not SMALLEST_RSA_BITS <= key.key_size <= LARGEST_RSA_BITS or key.key_size % 8:
            return f"an RSA key of {key.key_size} bits is not accepted"
        exponent = key.public_numbers().e
        usual = 3 <= exponent <= LARGEST_EXPONENT and exponent % 2
        return None if usual else "the exponent of the RSA key is not accepted"
    if isinstance(key, ec.EllipticCurvePublicKey):
        return None if key.curve.name in CURVES else f"the curve {key.curve.name} is not accepted"
    return None if isinstance(key, ed25519.Ed25519PublicKey) else "this kind of key is not accepted"


def key_name(key: object) -> str:
    """A key's kind and size, as "rsa-3072", "ecdsa-secp256r1" or "ed25519"."""
    if isinstance(key, rsa.RSAPublicKey):
        return f"rsa-{key.key_size}"
    if isinstance(key, ec.EllipticCurvePublicKey):
        return f"ecdsa-{key.curve.name}"
    return "ed25519" if isinstance(key, ed25519.Ed25519PublicKey) else "unknown"


def _usage(value: x509.KeyUsage | None) -> frozenset[str] | None:
    return None if value is None else frozenset(name for name in USAGES if getattr(value, name))


def _crl_urls(points: x509.CRLDistributionPoints | None) -> tuple[str, ...]:
    names = [name for point in points or () if not point.crl_issuer for name in point.full_name or ()]
    return tuple(n.value for n in names if isinstance(n, x509.UniformResourceIdentifier))


def _ocsp_urls(access: x509.AuthorityInformationAccess | None) -> tuple[str, ...]:
    services = [s for s in access or () if s.access_method == AuthorityInformationAccessOID.OCSP]
    return tuple(
        s.access_location.value for s in services if isinstance(s.access_location, x509.UniformResourceIdentifier)
    )
