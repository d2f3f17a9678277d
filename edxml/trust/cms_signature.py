"""One CMS signature (RFC 5652): whose certificate is it, and do digest and signature value fit?

Certificates are chosen and compared by their bytes, names are not decoded, and the signature value is checked by the
library for keys directly: the same work through pyHanko takes five times as long, most of it in comparing names.
"""

from __future__ import annotations

import functools
import hashlib
import hmac
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from asn1crypto import cms, tsp, x509  # type: ignore[import-untyped]
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa, utils
from cryptography.x509 import load_der_x509_certificate

from edxml.trust import issued

DIGESTS: dict[str, hashes.HashAlgorithm] = {
    "md5": hashes.MD5(),  # noqa: S303 (read, so that "weak" can be said instead of "unknown")
    "sha1": hashes.SHA1(),  # noqa: S303 (the same; in time-stamps it warns)
    "sha224": hashes.SHA224(),
    "sha256": hashes.SHA256(),
    "sha384": hashes.SHA384(),
    "sha512": hashes.SHA512(),
}
MOST_CERTIFICATES = 200
INDEFINITE = 0x80  # a length of BER that DER does not know


class UnfitError(ValueError):
    """A signature that cannot be judged: not as RFC 5652 has it, or of a kind that is not known here."""


class NoSignerError(UnfitError):
    """The signer's certificate is not there, or is not the one the signature itself names."""


@dataclass(frozen=True, slots=True)
class Bundle:
    """The certificates in a signature as DER: the signer's own, and the others."""

    signer: bytes
    others: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Fit:
    """intact: the digest is the one that was signed. valid: the signature value was made by the certificate's key."""

    intact: bool
    valid: bool


def bundle(signed_data: Any) -> Bundle:
    """The signer's certificate and the others of a signature with one signer.

    Raises NoSignerError if the signer's is not among them, or if the signature names another one
    (signing-certificate, RFC 5035: a certificate over the same key must not be put in its place).
    """
    infos = signed_data["signer_infos"]
    if len(infos) != 1:
        raise UnfitError(f"{len(infos)} signers in one signature")
    choices = signed_data["certificates"]
    given = [c.chosen.dump() for c in list(choices)[:MOST_CERTIFICATES] if c.name == "certificate"] if choices else []
    ders = [der for der in given if len(der) <= issued.LONGEST_CERTIFICATE_BYTES]  # all that is read is remembered
    sid = infos[0]["sid"]
    signer = next((der for der in ders if _is_meant(der, sid)), None)
    if signer is None:
        raise NoSignerError("the signer's certificate is not in the signature")
    named = named_certificate(infos[0])
    if named is not None and not named.fits(signer):
        raise NoSignerError("the signature names another certificate than it was made with")
    return Bundle(signer, tuple(der for der in ders if der != signer))


def _is_meant(der: bytes, sid: Any) -> bool:
    certificate = _decoded(der)
    if sid.name == "subject_key_identifier":
        return bool(certificate.key_identifier == sid.chosen.native)
    wanted = sid.chosen
    if certificate.serial_number != wanted["serial_number"].native:
        return False
    return bool(certificate.issuer.dump() == wanted["issuer"].dump() or certificate.issuer == wanted["issuer"])


@functools.lru_cache(maxsize=256)
def _decoded(der: bytes) -> Any:
    return x509.Certificate.load(der)


@dataclass(frozen=True, slots=True)
class NamedCertificate:
    """The digest of the signer's certificate that is part of what was signed."""

    algorithm: str
    digest: bytes

    def fits(self, der: bytes) -> bool:
        """Whether that certificate is the one."""
        return self.algorithm in DIGESTS and hmac.compare_digest(hashlib.new(self.algorithm, der).digest(), self.digest)


def named_certificate(signer_info: Any) -> NamedCertificate | None:
    """What signing-certificate-v2, else signing-certificate, says; None without either. Raises UnfitError."""
    for kind, shape in (
        ("signing_certificate_v2", tsp.SigningCertificateV2),
        ("signing_certificate", tsp.SigningCertificate),
    ):
        values = list(_values(signer_info, kind))
        if not values:
            continue
        first = shape.load(_only(values, kind).dump())["certs"][0]
        algorithm = first["hash_algorithm"]["algorithm"].native if shape is tsp.SigningCertificateV2 else "sha1"
        return NamedCertificate(algorithm, first["cert_hash"].native)
    return None


def fit(signer_info: Any, certificate: bytes, content_type: str, digest: bytes) -> Fit:
    """Compare the digest of the content, and the signature value, with a signature; content_type: what it must sign.

    digest: of the content, by the signature's own digest algorithm. Raises UnfitError.
    """
    name = signer_info["digest_algorithm"]["algorithm"].native
    algorithm = DIGESTS.get(name)
    if algorithm is None:
        raise UnfitError(f"the digest {name} is not known")
    key = _key(certificate)
    if not signer_info["signed_attrs"]:
        valid = _is_valid(key, signer_info, digest, utils.Prehashed(algorithm))
        return Fit(valid, valid)
    _check_protection(signer_info)
    if _only(list(_values(signer_info, "content_type")), "content-type").native != content_type:
        raise UnfitError("the signature is over another kind of content")
    signed = _only(list(_values(signer_info, "message_digest")), "message-digest").native
    return Fit(hmac.compare_digest(signed, digest), _is_valid(key, signer_info, _attributes(signer_info), algorithm))


def _key(certificate: bytes) -> object:
    """The key of a certificate, also of one that no path may go through: what was signed is a question of its own."""
    try:
        return issued.load(certificate).key
    except ValueError:
        pass
    try:
        return load_der_x509_certificate(certificate).public_key()
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise UnfitError(f"the signer's key cannot be read: {error}") from error


def _attributes(signer_info: Any) -> bytes:
    """The signed attributes as they were signed: as a SET, in definite lengths (RFC 5652 5.4)."""
    whole = signer_info["signed_attrs"].dump()
    if whole[1] == INDEFINITE:
        whole = signer_info["signed_attrs"].dump(force=True)
    return b"\x31" + bytes(whole[1:])


def _values(signer_info: Any, kind: str) -> Iterator[Any]:
    for attribute in signer_info["signed_attrs"] or ():
        if attribute["type"].native == kind:
            yield from attribute["values"]


def _only(values: list[Any], name: str) -> Any:
    if len(values) != 1:
        raise UnfitError(f"{len(values)} values of the attribute {name}")
    return values[0]


def _check_protection(signer_info: Any) -> None:
    """CMSAlgorithmProtection (RFC 6211), where a signer used it: the algorithms were not exchanged afterwards."""
    for value in _values(signer_info, "cms_algorithm_protection"):
        inside = cms.CMSAlgorithmProtection.load(value.dump())
        same_digest = inside["digest_algorithm"]["algorithm"] == signer_info["digest_algorithm"]["algorithm"]
        same_signature = inside["signature_algorithm"].dump()[2:] == signer_info["signature_algorithm"].dump()[2:]
        if not (same_digest and same_signature):
            raise UnfitError("the algorithms are not those the signer protected")


def _is_valid(key: object, signer_info: Any, data: bytes, algorithm: hashes.HashAlgorithm | utils.Prehashed) -> bool:
    given = signer_info["signature_algorithm"]
    kind, value = _kind(given), signer_info["signature"].native
    name = signer_info["digest_algorithm"]["algorithm"].native
    if _own_digest(given) not in (None, name):
        raise UnfitError("the signature algorithm names another digest")
    try:
        if isinstance(key, rsa.RSAPublicKey) and kind == "rsassa_pkcs1v15":
            key.verify(value, data, padding.PKCS1v15(), algorithm)
        elif isinstance(key, rsa.RSAPublicKey) and kind == "rsassa_pss":
            key.verify(value, data, _pss(given), algorithm)
        elif isinstance(key, ec.EllipticCurvePublicKey) and kind == "ecdsa":
            key.verify(value, data, ec.ECDSA(algorithm))
        elif isinstance(key, ed25519.Ed25519PublicKey) and kind == "ed25519":
            key.verify(value, data)
        else:
            raise UnfitError(f"a signature of the kind {kind} does not go with this key")
    except InvalidSignature:
        return False
    except (UnsupportedAlgorithm, TypeError) as error:
        raise UnfitError(str(error)) from error
    return True


def _kind(given: Any) -> str:
    try:
        return str(given.signature_algo)
    except ValueError as error:
        raise UnfitError(str(error)) from error


def _own_digest(given: Any) -> str | None:
    """The digest a signature algorithm names by itself; None for one that leaves it to the digest algorithm."""
    name = given["algorithm"].native
    if name == "rsassa_pss":
        return str(given["parameters"]["hash_algorithm"]["algorithm"].native)
    return name.split("_")[0] if name.startswith(("md", "sha")) else None


def _pss(given: Any) -> padding.PSS:
    parameters = given["parameters"]
    inner = DIGESTS.get(parameters["mask_gen_algorithm"]["parameters"]["algorithm"].native)
    if inner is None:
        raise UnfitError("the mask of the signature uses a digest that is not known")
    return padding.PSS(padding.MGF1(inner), int(parameters["salt_length"].native))
