"""Making and rotating the hub's keys; certificates made here are marked TEST and prove nothing to a third party."""

from __future__ import annotations

import contextlib
import ipaddress
import os
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.x509.oid import ExtendedKeyUsageOID

from hub.keys import RETIRED, KeyProblem, Keys, new_secret_text, wrap_id

if TYPE_CHECKING:
    from pathlib import Path

    from cryptography.hazmat.primitives.asymmetric.types import CertificateIssuerPrivateKeyTypes, PrivateKeyTypes

ROTATABLE = ("receipt", "wrap", "session", "tls")
_TEST_DAYS = 825


def create(folder: Path, organ_id: str, name: str = "") -> Keys:
    """Make all keys of a new hub in `folder` and load them. A key that is already there is left alone."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    (folder / RETIRED).mkdir(exist_ok=True, mode=0o700)
    for file in ("wrap.key", "session.key"):
        if not (folder / file).exists():
            write_private(folder / file, new_secret_text())
    if not (folder / "checkpoint.key").exists():
        write_private(folder / "checkpoint.key", _pem(ed25519.Ed25519PrivateKey.generate()))
    for purpose in ("receipt", "tls"):
        if not (folder / f"{purpose}.key").exists():
            _certify(folder, purpose, organ_id, name)
    return Keys.load(folder)


def rotate(folder: Path, name: str, organ_id: str, title: str = "", now: datetime | None = None) -> list[str]:
    """Replace one key; gives what was done, one sentence each. Raises KeyProblem for a key that has another way.

    name: one of ROTATABLE. An old receipt certificate goes to retired/ (its private key is destroyed), an old wrap key
    as a whole, since it must still unwrap. A running hub uses the new key after its next start.
    """
    if name not in ROTATABLE:
        message = (
            "the checkpoint key is changed by two persons with `truc log`, since witnesses must be told"
            if name == "checkpoint"
            else f"no key `{name}` is made here; these can be rotated: {', '.join(ROTATABLE)}"
        )
        raise KeyProblem(message)
    done: list[str] = []
    retired = folder / RETIRED
    retired.mkdir(exist_ok=True, mode=0o700)
    stamp = (now or datetime.now(UTC)).strftime("%Y%m%d-%H%M%S")
    keys = Keys.load(folder)
    if name == "wrap":
        old = (folder / "wrap.key").read_bytes()
        kept = retired / f"wrap-{stamp}.key"
        write_private(kept, old)
        write_private(folder / "wrap.key", new_secret_text())
        done += [f"the old wrap key is kept as {kept.name} and still unwraps", "new secrets use the new wrap key"]
    elif name == "session":
        write_private(folder / "session.key", new_secret_text())
        done.append("everybody signs in again")
    else:
        if name == "receipt":
            kept = retired / f"receipt-{stamp}.crt"
            write_private(kept, (folder / "receipt.crt").read_bytes())
            done.append(f"the old certificate is kept as {kept.name}; receipts signed under it still verify")
            test = keys.is_test
        else:
            test = True
        _certify(folder, name, organ_id, title)
        done.append(
            f"a new {name} key and a TEST certificate were made" + ("" if test else ": put the real one in place")
        )
    return done


def write_private(path: Path, data: bytes) -> None:
    """Write a file only the hub's user may read, in one step: a crash leaves the old or the new one, on disk."""
    part = path.with_name(f".{path.name}.new")
    with contextlib.suppress(FileNotFoundError):
        part.unlink()
    fd = os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o600)
    try:
        with os.fdopen(fd, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except OSError:
        part.unlink(missing_ok=True)
        raise
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def fingerprint(key: bytes) -> str:
    """How `truc key list` names a wrap key without showing it."""
    return wrap_id(key).hex()


def _certify(folder: Path, purpose: str, organ_id: str, name: str) -> None:
    """A P-256 key and a self-signed certificate. The certificate is written first: Keys compares both."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([
        x509.NameAttribute(x509.NameOID.COUNTRY_NAME, "VN"),
        x509.NameAttribute(x509.NameOID.ORGANIZATION_NAME, f"TEST {name or organ_id}"[:64]),
        x509.NameAttribute(x509.NameOID.SERIAL_NUMBER, organ_id),
        x509.NameAttribute(x509.NameOID.COMMON_NAME, f"TEST {purpose} {organ_id}"[:64]),
    ])  # fmt: skip
    now = datetime.now(UTC).replace(microsecond=0)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=5))
        .not_valid_after(now + timedelta(days=_TEST_DAYS))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(_usage(receipt=purpose == "receipt"), critical=True)
    )
    if purpose == "tls":
        loopback = [x509.IPAddress(ipaddress.ip_address(text)) for text in ("127.0.0.1", "::1")]
        builder = builder.add_extension(
            x509.SubjectAlternativeName([x509.DNSName("localhost"), *loopback]), critical=False
        ).add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
    certificate = _sign(builder, key)
    write_private(folder / f"{purpose}.crt", certificate.public_bytes(serialization.Encoding.PEM))
    write_private(folder / f"{purpose}.key", _pem(key))


def _sign(builder: x509.CertificateBuilder, key: CertificateIssuerPrivateKeyTypes) -> x509.Certificate:
    return builder.sign(key, hashes.SHA256())


def _usage(*, receipt: bool) -> x509.KeyUsage:
    """digitalSignature, and contentCommitment for receipts: what is signed is meant to bind."""
    return x509.KeyUsage(
        digital_signature=True, content_commitment=receipt, key_encipherment=False, data_encipherment=False,
        key_agreement=False, key_cert_sign=False, crl_sign=False, encipher_only=False, decipher_only=False,
    )  # fmt: skip


def _pem(key: PrivateKeyTypes) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
