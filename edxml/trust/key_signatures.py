"""Whether a key signed something: the one place where certificates, lists and answers are checked against a key."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa

if TYPE_CHECKING:
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes
    from cryptography.x509 import ocsp

    Signed = x509.Certificate | x509.CertificateRevocationList | ocsp.OCSPResponse

# SHA-1 is still found in paths to the root of 2010: a warning there, never accepted for the digest of a document.
ACCEPTED_DIGESTS = frozenset({"sha1", "sha224", "sha256", "sha384", "sha512", "sha3-256", "sha3-384", "sha3-512"})
_ED25519 = "1.3.101.112"
_EXPLICIT_0 = 0xA0


def fits_certificate(key: object, certificate: x509.Certificate) -> bool:
    """Whether the key signed the certificate."""
    try:
        parameters = certificate.signature_algorithm_parameters
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return False
    return _fits(key, certificate, certificate.tbs_certificate_bytes, parameters)


def fits_list(key: object, crl: x509.CertificateRevocationList) -> bool:
    """Whether the key signed the revocation list."""
    try:
        parameters = crl.signature_algorithm_parameters
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return False
    return _fits(key, crl, crl.tbs_certlist_bytes, parameters)


def fits_answer(key: object, answer: ocsp.OCSPResponse) -> bool:
    """Whether the key signed the OCSP response. RSASSA-PSS is not known here."""
    return _fits(key, answer, answer.tbs_response_bytes, padding.PKCS1v15())


def digest_name(signed: Signed) -> str:
    """The digest that was signed, as "sha256"; "" for Ed25519, which has none, and for one nobody knows."""
    digest = _digest(signed)
    return "" if digest is None else digest.name


def _digest(
    signed: Signed,
) -> hashes.HashAlgorithm | None:
    try:
        return signed.signature_hash_algorithm
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return None


def _fits(
    key: object,
    signed: Signed,
    data: bytes,
    parameters: object,
) -> bool:
    try:
        if isinstance(key, ed25519.Ed25519PublicKey):
            if signed.signature_algorithm_oid.dotted_string != _ED25519:
                return False
            key.verify(signed.signature, data)
            return True
        digest = _digest(signed)
        if digest is None or digest.name not in ACCEPTED_DIGESTS:
            return False
        if isinstance(key, rsa.RSAPublicKey) and isinstance(parameters, padding.PKCS1v15 | padding.PSS):
            key.verify(signed.signature, data, parameters, digest)
            return True
        if isinstance(key, ec.EllipticCurvePublicKey) and not isinstance(parameters, padding.PSS):
            key.verify(signed.signature, data, ec.ECDSA(digest))
            return True
    except (InvalidSignature, ValueError, TypeError, UnsupportedAlgorithm):
        return False
    return False


def names_two_algorithms(certificate_der: bytes) -> bool:
    """Whether the signed part of a certificate names another signature algorithm than stands beside the signature."""
    signed, beside, *_ = children(certificate_der)
    parts = children(signed)
    inside = parts[2 if parts[0][0] == _EXPLICIT_0 else 1]  # after version, if it is given, and serial number
    return inside != beside


def children(der: bytes) -> list[bytes]:
    """The elements of a DER sequence that was already read as a whole by a stricter reader."""
    body, found = content(der), []
    while body:
        length, _ = _measure(body)
        found.append(body[:length])
        body = body[length:]
    return found


def content(der: bytes) -> bytes:
    """The content of a DER element."""
    length, head = _measure(der)
    return der[head:length]


def _measure(data: bytes) -> tuple[int, int]:
    """The length of a DER element with its head, and of its head."""
    first = data[1]
    if first < 0x80:  # the short form
        return 2 + first, 2
    head = 2 + (first & 0x7F)
    return head + int.from_bytes(data[2:head]), head
