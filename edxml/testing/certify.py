"""Certificates for tests, good ones and each kind of bad one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed25519, rsa
from cryptography.x509.oid import AuthorityInformationAccessOID, NameOID

Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
AnyKey = Key | dsa.DSAPrivateKey | ed25519.Ed25519PrivateKey


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where an issuer's answers are: what its certificates name."""

    crl: tuple[str, ...] = ()
    ocsp: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Shape:
    """What a certificate says besides names, key and time. None or () leaves an extension out.

    usage: key usages by cryptography's own names; extended: usages and whether the extension is critical.
    extra: further extensions with their critical mark. serial: None for a random one.
    """

    ca: bool | None = False
    path_length: int | None = None
    usage: frozenset[str] | None = frozenset({"digital_signature", "content_commitment"})
    extended: tuple[x509.ObjectIdentifier, ...] = ()
    extended_critical: bool = False
    addresses: Addresses = Addresses()
    extra: tuple[tuple[x509.ExtensionType, bool], ...] = ()
    serial: int | None = None

    def with_extra(self, *extra: tuple[x509.ExtensionType, bool]) -> Shape:
        """The same with further extensions."""
        return replace(self, extra=(*self.extra, *extra))


AUTHORITY = Shape(ca=True, usage=frozenset({"key_cert_sign", "crl_sign"}))
_USAGES = (
    "digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement",
    "key_cert_sign", "crl_sign", "encipher_only", "decipher_only",
)  # fmt: skip


def certify(
    subject: x509.Name,
    key: AnyKey,
    issuer: x509.Name,
    issuer_key: AnyKey,
    *,
    validity: tuple[datetime, datetime],
    shape: Shape,
) -> x509.Certificate:
    """A certificate as its issuer would sign it, whatever it says."""
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number() if shape.serial is None else shape.serial)
        .not_valid_before(validity[0])
        .not_valid_after(validity[1])
    )
    for extension, critical in _extensions(key, issuer_key, shape):
        builder = builder.add_extension(extension, critical=critical)
    return builder.sign(issuer_key, None if isinstance(issuer_key, ed25519.Ed25519PrivateKey) else hashes.SHA256())


def _extensions(key: AnyKey, issuer_key: AnyKey, shape: Shape) -> list[tuple[x509.ExtensionType, bool]]:
    found: list[tuple[x509.ExtensionType, bool]] = [
        (x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False),
        (x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), False),
    ]
    if shape.ca is not None:
        found.append((x509.BasicConstraints(ca=shape.ca, path_length=shape.path_length), True))
    if shape.usage is not None:
        found.append((x509.KeyUsage(**{name: name in shape.usage for name in _USAGES}), True))
    if shape.extended:
        found.append((x509.ExtendedKeyUsage(shape.extended), shape.extended_critical))
    if shape.addresses.crl:
        found.append((x509.CRLDistributionPoints([_point(url) for url in shape.addresses.crl]), False))
    if shape.addresses.ocsp:
        found.append((x509.AuthorityInformationAccess([_service(url) for url in shape.addresses.ocsp]), False))
    return [*found, *shape.extra]


def _point(url: str) -> x509.DistributionPoint:
    return x509.DistributionPoint([x509.UniformResourceIdentifier(url)], None, None, None)


def _service(url: str) -> x509.AccessDescription:
    return x509.AccessDescription(AuthorityInformationAccessOID.OCSP, x509.UniformResourceIdentifier(url))


def name_of(common: str, *, organisation: str, uid: str | None = None) -> x509.Name:
    """A distinguished name as Vietnamese certificates have them."""
    parts = [
        x509.NameAttribute(NameOID.COUNTRY_NAME, "VN"),
        x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation),
        x509.NameAttribute(NameOID.COMMON_NAME, common[:64]),
    ]
    if uid is not None:
        parts.append(x509.NameAttribute(NameOID.USER_ID, uid))
    return x509.Name(parts)
