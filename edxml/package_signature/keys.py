"""The signature algorithms of profile truc-1: which keys may sign, and the two calls into the library that do it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature

if TYPE_CHECKING:
    from cryptography import x509

_MORE: Final = "http://www.w3.org/2001/04/xmldsig-more#"
SMALLEST_RSA_BITS: Final = 2048
LARGEST_RSA_BITS: Final = 16_384
SMALLEST_EXPONENT: Final = 65_537
LARGEST_EXPONENT: Final = 1 << 32
CURVES: Final = (ec.SECP256R1, ec.SECP384R1, ec.SECP521R1)

PublicKey = rsa.RSAPublicKey | ec.EllipticCurvePublicKey
PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


class ForbiddenKeyError(ValueError):
    """The key is too weak, or of a kind the profile does not know."""


@dataclass(frozen=True, slots=True)
class Algorithm:
    """One way to sign: its URI, the kind of key ("rsa" | "ecdsa") and the digest."""

    uri: str
    key: str
    digest: hashes.HashAlgorithm


ALGORITHMS: Final = {
    one.uri: one
    for one in (
        Algorithm(f"{_MORE}rsa-sha256", "rsa", hashes.SHA256()),
        Algorithm(f"{_MORE}rsa-sha384", "rsa", hashes.SHA384()),
        Algorithm(f"{_MORE}rsa-sha512", "rsa", hashes.SHA512()),
        Algorithm(f"{_MORE}ecdsa-sha256", "ecdsa", hashes.SHA256()),
        Algorithm(f"{_MORE}ecdsa-sha384", "ecdsa", hashes.SHA384()),
        Algorithm(f"{_MORE}ecdsa-sha512", "ecdsa", hashes.SHA512()),
    )
}
"""The whole list: RSA with PKCS#1 v1.5 and ECDSA. No HMAC, no DSA, no SHA-1."""


def public_key(certificate: x509.Certificate) -> PublicKey:
    """The key of a certificate, strong enough to sign. Raises ForbiddenKeyError; ValueError for one that is broken."""
    try:
        key = certificate.public_key()
    except UnsupportedAlgorithm as wrong:
        raise ForbiddenKeyError(str(wrong)) from wrong
    return _strong(key)


def algorithm_for(key: PrivateKey) -> Algorithm:
    """How a key signs: SHA-256, for larger curves the digest of their size. Raises ForbiddenKeyError."""
    strong = _strong(key.public_key())
    if isinstance(strong, rsa.RSAPublicKey):
        return ALGORITHMS[f"{_MORE}rsa-sha256"]
    digest = {256: "sha256", 384: "sha384"}.get(strong.curve.key_size, "sha512")
    return ALGORITHMS[f"{_MORE}ecdsa-{digest}"]


def sign(key: PrivateKey, algorithm: Algorithm, data: bytes) -> bytes:
    """The signature value over `data`; of ECDSA r and s side by side, each as long as the field."""
    if isinstance(key, rsa.RSAPrivateKey):
        return key.sign(data, padding.PKCS1v15(), algorithm.digest)
    r, s = decode_dss_signature(key.sign(data, ec.ECDSA(algorithm.digest)))
    length = _field_bytes(key.public_key())
    return r.to_bytes(length, "big") + s.to_bytes(length, "big")


def fits(key: PublicKey, algorithm: Algorithm, value: bytes, data: bytes) -> bool:
    """Whether `value` is the signature of `data` by that key."""
    try:
        if isinstance(key, rsa.RSAPublicKey):
            if algorithm.key != "rsa" or len(value) != (key.key_size + 7) // 8:
                return False
            key.verify(value, data, padding.PKCS1v15(), algorithm.digest)
            return True
        length = _field_bytes(key)
        if algorithm.key != "ecdsa" or len(value) != 2 * length:
            return False
        pair = encode_dss_signature(int.from_bytes(value[:length], "big"), int.from_bytes(value[length:], "big"))
        key.verify(pair, data, ec.ECDSA(algorithm.digest))
    except InvalidSignature:
        return False
    return True


def describe(key: PublicKey, algorithm: Algorithm) -> str:
    """Digest and key in words, as "sha256 rsa-3072" or "sha256 ecdsa-secp256r1"."""
    kind = f"rsa-{key.key_size}" if isinstance(key, rsa.RSAPublicKey) else f"ecdsa-{key.curve.name}"
    return f"{algorithm.digest.name} {kind}"


def _strong(key: object) -> PublicKey:
    if isinstance(key, rsa.RSAPublicKey):
        numbers = key.public_numbers()
        if not SMALLEST_RSA_BITS <= key.key_size <= LARGEST_RSA_BITS:
            raise ForbiddenKeyError(f"an RSA key of {key.key_size} bits")
        if not SMALLEST_EXPONENT <= numbers.e <= LARGEST_EXPONENT:
            raise ForbiddenKeyError(f"an RSA key with the exponent {numbers.e}")
        return key
    if isinstance(key, ec.EllipticCurvePublicKey):
        if not isinstance(key.curve, CURVES):
            raise ForbiddenKeyError(f"the curve {key.curve.name}")
        return key
    raise ForbiddenKeyError("neither an RSA nor an ECDSA key")


def _field_bytes(key: ec.EllipticCurvePublicKey) -> int:
    return (key.curve.key_size + 7) // 8
