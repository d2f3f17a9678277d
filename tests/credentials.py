"""Keys, assertions and client certificates of office systems, and TLS connections that show them."""

from __future__ import annotations

import json
import ssl
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from joserfc import jwt
from joserfc.errors import SecurityWarning
from joserfc.jwk import ECKey, OKPKey, RSAKey
from pytest import warns  # noqa: PT013 - the one name

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
KEYS = {
    "ES256": lambda: ECKey.import_key(_pem(ec.generate_private_key(ec.SECP256R1()))),
    "RS256": lambda: RSAKey.import_key(_pem(rsa.generate_private_key(65537, 2048))),
    "PS256": lambda: RSAKey.import_key(_pem(rsa.generate_private_key(65537, 2048))),
    "EdDSA": lambda: OKPKey.import_key(_pem(ed25519.Ed25519PrivateKey.generate())),
}


def public_pem(key: Any) -> bytes:
    return key.as_pem(private=False)


def public_jwk(key: Any) -> bytes:
    return json.dumps(key.as_dict(private=False)).encode()


def assertion(key: Any, system_id: str, audience: Any, *, alg: str = "ES256", now: datetime, **changed: Any) -> str:
    """A signed assertion; `changed` claims replace the right ones, None leaves one out."""
    issued = int(now.timestamp())
    right = {
        "iss": system_id, "sub": system_id, "aud": audience, "iat": issued, "exp": issued + 120,
        "jti": str(uuid.uuid4()),
    }  # fmt: skip
    claims = {name: value for name, value in {**right, **changed}.items() if value is not None}
    if alg == "EdDSA":
        with warns(SecurityWarning):
            return jwt.encode({"alg": alg}, claims, key, algorithms=[alg])
    return jwt.encode({"alg": alg}, claims, key, algorithms=[alg])


def assertion_form(text: str, **more: str) -> dict[str, str]:
    return {
        "grant_type": "client_credentials", "client_assertion_type": ASSERTION_TYPE, "client_assertion": text, **more,
    }  # fmt: skip


@dataclass
class Authority:
    """Issues client certificates for mutual TLS; its lists are written where told."""

    name: str = "CA kết nối thử nghiệm"
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    revoked: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.certificate = _certificate(self.name, self.key, self.name, self.key, authority=True)

    def issue(self, folder: Path, name: str, *, start: int = -1, days: int = 30) -> Client:
        key = ec.generate_private_key(ec.SECP256R1())
        return _written(folder, name, _certificate(name, key, self.name, self.key, start=start, days=days), key)

    def write(self, path: Path) -> Path:
        path.write_bytes(self.certificate.public_bytes(serialization.Encoding.PEM))
        return path

    def write_list(self, path: Path, *, days: int = 7) -> Path:
        now = datetime.now(UTC)
        made = x509.CertificateRevocationListBuilder().issuer_name(self.certificate.subject)
        made = made.last_update(now - timedelta(days=10)).next_update(now + timedelta(days=days))
        for serial in self.revoked:
            one = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(now - timedelta(days=1))
            made = made.add_revoked_certificate(one.build())
        path.write_bytes(made.sign(self.key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
        return path


@dataclass(frozen=True)
class Client:
    """A client certificate with its key, as files."""

    certificate: x509.Certificate
    certificate_file: Path
    key_file: Path

    @property
    def pem(self) -> bytes:
        return self.certificate_file.read_bytes()

    @property
    def thumbprint(self) -> str:
        return self.certificate.fingerprint(hashes.SHA256()).hex()


def self_signed(folder: Path, name: str) -> Client:
    key = ec.generate_private_key(ec.SECP256R1())
    return _written(folder, name, _certificate(name, key, name, key), key)


def connection(client: Client | None, *, version: ssl.TLSVersion | None = None) -> aiohttp.ClientSession:
    """Calls over TLS, with this client certificate if one is given; the server's own is not what is tried here."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    if version is not None:
        context.minimum_version = context.maximum_version = version
    if client is not None:
        context.load_cert_chain(client.certificate_file, client.key_file)
    return aiohttp.ClientSession(connector=aiohttp.TCPConnector(ssl=context))


def _written(folder: Path, name: str, certificate: x509.Certificate, key: ec.EllipticCurvePrivateKey) -> Client:
    made = Client(certificate, folder / f"{name}.crt", folder / f"{name}.key")
    made.certificate_file.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    made.key_file.write_bytes(_pem(key))
    return made


def _certificate(name, key, issuer, issuer_key, *, authority=False, start=-1, days=30) -> x509.Certificate:
    now = datetime.now(UTC)
    made = x509.CertificateBuilder().subject_name(_name(name)).issuer_name(_name(issuer)).public_key(key.public_key())
    made = made.serial_number(x509.random_serial_number())
    made = made.not_valid_before(now + timedelta(days=start)).not_valid_after(now + timedelta(days=start + days))
    made = made.add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
    if not authority:
        usage = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH])
        made = made.add_extension(usage, critical=False)
    return made.sign(issuer_key, hashes.SHA256())


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _pem(key: Any) -> bytes:
    form = serialization.PrivateFormat.PKCS8
    return key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption())
