"""The hub's keys: what each is for, who holds it, how it is made, used and rotated.

`keys/` of the hub's folder holds, readable by the hub's user only:
wrap.key (32 bytes, base64) · receipt.key + receipt.crt (P-256) · checkpoint.key (Ed25519) ·
session.key (32 bytes, base64) · tls.key + tls.crt (P-256) ·
retired/ (old receipt certificates, for verification; old wrap keys, for unwrapping).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from cryptography import x509
from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

SECRET_BYTES = 32
RECEIPT_TYPE = "truc-receipt+jws"
RETIRED = "retired"
_WRAP_VERSION = b"\x01"
_WRAP_ID_BYTES = 4
_NONCE_BYTES = 12
_SCALAR_BYTES = 32
_ECDSA = ec.ECDSA(hashes.SHA256())


class KeyProblem(ValueError):  # noqa: N818 - what it says is for a person
    """A key is missing, unreadable or not the one that is needed; the text says which file and what to do."""


class ReceiptInvalid(ValueError):  # noqa: N818 - the word of design and standards
    """A text is not a receipt that this hub signed."""


@dataclass(frozen=True, slots=True)
class KeyDuty:
    """One line of the table of keys (`truc key list`, hub/README.md)."""

    name: str
    files: tuple[str, ...]
    purpose: str
    holder: str
    backup: str
    rotation: str


# law: R-077 TT Đ6.5: none of them signs for an agency
TABLE: tuple[KeyDuty, ...] = (
    KeyDuty("receipt", ("receipt.key", "receipt.crt"), "signs receipts and events (ES256)", "hub, or a signing device",
            "none: a lost key is replaced, old receipts stay valid",
            "with the certificate, at most 2 years; the old certificate is kept for verification"),
    KeyDuty("checkpoint", ("checkpoint.key",), "signs the log's checkpoints (Ed25519)", "hub",
            "sealed copy with the security officer", "only by two persons: witnesses must be told"),
    KeyDuty("wrap", ("wrap.key",), "encrypts package keys and every secret in the database", "hub",
            "apart from the data, at most 7 days old: erasing must reach the backups too",
            "each year; the old one still unwraps until everything is wrapped anew"),
    KeyDuty("tls", ("tls.key", "tls.crt"), "the hub's address towards systems and people", "hub or the proxy before it",
            "none", "with the certificate"),
    KeyDuty("session", ("session.key",), "signs short-lived tokens and page forms", "hub",
            "none", "any time: everybody signs in again"),
    KeyDuty("axis", ("[axis] secret_file",), "the province's secret at the national axis", "hub; given by the axis",
            "with the operator", "with the axis's operator"),
    KeyDuty("webhook", ("database, wrapped",), "signs notices to systems", "hub and each system", "with the database",
            "per system; two are valid during the change"),
    KeyDuty("connector", ("database, wrapped",), "shared secrets and passwords of systems", "hub and each system",
            "with the database", "truc system rotate; two are valid during the change"),
)  # fmt: skip


class Keys:
    """The keys of one hub, loaded once; safe to use from several threads."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.session_key = _secret(folder / "session.key")
        self.checkpoint_key = _ed25519(folder / "checkpoint.key")
        self.receipt_certificates = tuple(x509.load_pem_x509_certificates(_bytes(folder / "receipt.crt")))
        self.receipt_certificate = self.receipt_certificates[0]
        self.receipt_ends = self.receipt_certificate.not_valid_after_utc  # the last second in which a receipt counts
        self._receipt_key = _p256(folder / "receipt.key")
        if self.receipt_certificate.public_key() != self._receipt_key.public_key():
            message = f"{folder / 'receipt.crt'} does not belong to receipt.key"
            raise KeyProblem(f"{message}: copy the newest {RETIRED}/receipt-*.crt over it")
        self._header = _receipt_header(self.receipt_certificates)
        self._wraps = self._load_wraps()
        self._verifiers = self._load_verifiers()

    @classmethod
    def load(cls, folder: Path | str) -> Keys:
        """The keys of `folder` (the hub's `keys`). Raises KeyProblem."""
        try:
            return cls(Path(folder))
        except KeyProblem:
            raise
        except (OSError, ValueError, binascii.Error) as cause:
            message = f"{folder}: {cause}"
            raise KeyProblem(message) from cause

    @property
    def is_test(self) -> bool:
        """Whether receipts are signed with a certificate marked TEST: they then prove nothing to a third party."""
        return is_test_certificate(self.receipt_certificate)

    def certificate(self, name: str) -> x509.Certificate | None:
        """The certificate of a key of TABLE that has one here: receipt, tls."""
        if name == "receipt":
            return self.receipt_certificate
        path = self.folder / f"{name}.crt"
        return x509.load_pem_x509_certificates(path.read_bytes())[0] if path.is_file() else None

    def wrap(self, data: bytes, context: bytes = b"") -> bytes:
        """Encrypt a small secret for the database. `context` (a package id, a system id) is bound, not stored."""
        key_id, cipher = self._wraps[0]
        nonce = os.urandom(_NONCE_BYTES)
        return _WRAP_VERSION + key_id + nonce + cipher.encrypt(nonce, data, context)

    def unwrap(self, wrapped: bytes, context: bytes = b"") -> bytes:
        """What `wrap` was given, under the present wrap key or a retired one. Raises KeyProblem."""
        start = len(_WRAP_VERSION) + _WRAP_ID_BYTES
        key_id, nonce = wrapped[1:start], wrapped[start : start + _NONCE_BYTES]
        for known, cipher in self._wraps:
            if known == key_id and wrapped[:1] == _WRAP_VERSION:
                try:
                    return cipher.decrypt(nonce, wrapped[start + _NONCE_BYTES :], context)
                except (InvalidTag, ValueError) as cause:
                    message = "a wrapped secret is damaged or belongs to something else"
                    raise KeyProblem(message) from cause
        message = "a secret is wrapped under a key that is not in keys/ or keys/retired/; restore that wrap key"
        raise KeyProblem(message)

    def sign_receipt(self, payload: bytes) -> str:
        """The compact JWS (RFC 7515) over `payload`: ES256, certificate chain in x5c; about 50 us."""
        signing_input = self._header + b"." + _b64(payload)
        r, s = decode_dss_signature(self._receipt_key.sign(signing_input, _ECDSA))
        raw = r.to_bytes(_SCALAR_BYTES, "big") + s.to_bytes(_SCALAR_BYTES, "big")
        return (signing_input + b"." + _b64(raw)).decode("ascii")

    def verify_receipt(self, receipt: str) -> bytes:
        """The payload of a receipt signed by this hub, today or under a retired certificate. Raises ReceiptInvalid."""
        return _verified(receipt, self._verifiers)

    def sign_checkpoint(self, text: bytes) -> bytes:
        """The 64-byte Ed25519 signature of a checkpoint's text."""
        return self.checkpoint_key.sign(text)

    def checkpoint_public_bytes(self) -> bytes:
        """The 32 bytes that verify checkpoints; witnesses keep them."""
        return self.checkpoint_key.public_key().public_bytes_raw()

    def _load_wraps(self) -> tuple[tuple[bytes, AESGCM], ...]:
        files = [self.folder / "wrap.key", *sorted((self.folder / RETIRED).glob("wrap-*.key"))]
        return tuple((wrap_id(key), AESGCM(key)) for key in map(_secret, files))

    def _load_verifiers(self) -> dict[str, ec.EllipticCurvePublicKey]:
        """Public keys by the base64 text their certificate has in x5c."""
        known = [self.receipt_certificate]
        retired = sorted((self.folder / RETIRED).glob("receipt-*.crt"))
        known += [x509.load_pem_x509_certificates(path.read_bytes())[0] for path in retired]
        return {_x5c(certificate): cast("ec.EllipticCurvePublicKey", certificate.public_key()) for certificate in known}


def verify_jws(text: str, certificate: x509.Certificate) -> bytes:
    """The payload of what another hub signed under this receipt certificate. Raises ReceiptInvalid."""
    public = certificate.public_key()
    known = {_x5c(certificate): public} if isinstance(public, ec.EllipticCurvePublicKey) else {}
    return _verified(text, known)


def is_test_certificate(certificate: x509.Certificate) -> bool:
    """Whether organisation or common name of the subject holds the word TEST."""
    marked = (x509.NameOID.ORGANIZATION_NAME, x509.NameOID.COMMON_NAME)
    return any(
        "TEST" in str(attribute.value)
        for name in marked
        for attribute in certificate.subject.get_attributes_for_oid(name)
    )


def wrap_id(key: bytes) -> bytes:
    """The four bytes by which a wrapped secret names its key; they tell nothing about it."""
    return hashlib.sha256(b"truc wrap key\x00" + key).digest()[:_WRAP_ID_BYTES]


def new_secret_text() -> bytes:
    """A fresh 32-byte secret in its file form: base64 and a line end."""
    return base64.b64encode(secrets.token_bytes(SECRET_BYTES)) + b"\n"


def _verified(text: str, verifiers: Mapping[str, ec.EllipticCurvePublicKey]) -> bytes:
    """The payload of a compact JWS; verifiers: public keys by the base64 text their certificate has in x5c."""
    try:
        header, payload, signature = text.encode("ascii").split(b".")
        fields = json.loads(_unb64(header))
        public = verifiers[fields["x5c"][0]]
        raw = _unb64(signature)
        if fields["alg"] != "ES256" or len(raw) != 2 * _SCALAR_BYTES:
            raise ValueError("not ES256")  # noqa: TRY301 - rewritten below
        der = encode_dss_signature(
            int.from_bytes(raw[:_SCALAR_BYTES], "big"), int.from_bytes(raw[_SCALAR_BYTES:], "big")
        )
        public.verify(der, header + b"." + payload, _ECDSA)
        return _unb64(payload)
    except (ValueError, KeyError, TypeError, IndexError, RecursionError, InvalidSignature) as cause:
        message = "not a receipt of this hub, or changed since"
        raise ReceiptInvalid(message) from cause


def _receipt_header(chain: tuple[x509.Certificate, ...]) -> bytes:
    fields = {"alg": "ES256", "typ": RECEIPT_TYPE, "x5c": [_x5c(certificate) for certificate in chain]}
    return _b64(json.dumps(fields, separators=(",", ":")).encode())


def _x5c(certificate: x509.Certificate) -> str:
    return base64.b64encode(certificate.public_bytes(serialization.Encoding.DER)).decode("ascii")


def _b64(data: bytes) -> bytes:
    return base64.urlsafe_b64encode(data).rstrip(b"=")


def _unb64(text: bytes) -> bytes:
    data = base64.urlsafe_b64decode(text + b"=" * (-len(text) % 4))
    if _b64(data) != text:  # only the one canonical text of a receipt is a receipt
        raise ValueError("not canonical base64url")
    return data


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError as cause:
        message = f"{path} is missing: restore it from its backup, or make a new hub folder with `truc init`"
        raise KeyProblem(message) from cause


def _secret(path: Path) -> bytes:
    secret = base64.b64decode(_bytes(path).strip(), validate=True)
    if len(secret) != SECRET_BYTES:
        message = f"{path} must hold {SECRET_BYTES} bytes in base64"
        raise KeyProblem(message)
    return secret


def _p256(path: Path) -> ec.EllipticCurvePrivateKey:
    key = serialization.load_pem_private_key(_bytes(path), None)
    if not isinstance(key, ec.EllipticCurvePrivateKey) or not isinstance(key.curve, ec.SECP256R1):
        message = f"{path} must hold a P-256 private key in PEM"
        raise KeyProblem(message)
    return key


def _ed25519(path: Path) -> ed25519.Ed25519PrivateKey:
    key = serialization.load_pem_private_key(_bytes(path), None)
    if not isinstance(key, ed25519.Ed25519PrivateKey):
        message = f"{path} must hold an Ed25519 private key in PEM"
        raise KeyProblem(message)
    return key
