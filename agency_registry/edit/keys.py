"""What a system proves itself with at the native door: public keys (RFC 7523) and client certificates (RFC 8705).

Several may be valid at once, so a key is changed without an interruption: add the new one, let the system take it into
use, remove the old one.
"""

from __future__ import annotations

import base64
import json
import warnings
from datetime import timedelta
from typing import TYPE_CHECKING

import sqlalchemy as sa
from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from joserfc.errors import JoseError, SecurityWarning
from joserfc.jwk import ECKey, Key, OKPKey, RSAKey, import_key

from agency_registry.agency import SystemKey
from agency_registry.edit import entries
from agency_registry.edit.certificates import der_of
from agency_registry.edit.entries import Why
from agency_registry.reasons import RegistryError
from agency_registry.tables import system_keys, systems

if TYPE_CHECKING:
    from sqlalchemy import Connection

JWK, CERTIFICATE = "jwk", "certificate"
RSA_BITS = 2048
"""Shortest RSA key."""


def add_key(connection: Connection, system_id: str, data: bytes, *, why: Why | None = None) -> dict[str, object]:
    """Register a public key (PEM or JWK) or a client certificate (PEM or DER) of a system.

    Keys: P-256, RSA of 2048 bits or more, Ed25519. The same one again changes nothing.
    Raises RegistryError: system_unknown; key_private, key_invalid, key_weak; key_taken (another system's).
    """
    why = why or Why()
    _require(connection, system_id)
    found = read_key(data)
    table = system_keys.c
    owner = connection.execute(
        sa.select(table.system_id).where(table.thumbprint == found.thumbprint, table.valid_to.is_(None))
    ).scalar()
    if owner is not None and owner != system_id:
        raise RegistryError("key_taken", owner=owner)
    if owner is None:
        values = {"system_id": system_id, "kind": found.kind, "thumbprint": found.thumbprint, "value": found.value}
        connection.execute(sa.insert(system_keys).values(**values, valid_from=why.at, valid_to=None))
        entries.bump(connection, "system key added", f"{system_id} {found.thumbprint}", why)
    return {"system_id": system_id, "kind": found.kind, "thumbprint": found.thumbprint}


def remove_key(
    connection: Connection, system_id: str, thumbprint: str, *, keep_hours: float = 0.0, why: Why | None = None
) -> dict[str, object]:
    """Let a key end, at once or after `keep_hours`; tokens bought with it end together with it.

    thumbprint: all of it, or its first 8 or more digits. Raises RegistryError(system_unknown, key_unknown).
    """
    why = why or Why()
    _require(connection, system_id)
    table = system_keys.c
    wanted = thumbprint.replace(":", "").strip().lower()
    running = connection.execute(
        sa.select(table.id, table.kind, table.thumbprint).where(
            table.system_id == system_id, sa.or_(table.valid_to.is_(None), table.valid_to > why.at)
        )
    ).all()
    matching = [row for row in running if len(wanted) >= 8 and row.thumbprint.startswith(wanted)]
    if len(matching) != 1:
        raise RegistryError("key_unknown", code=system_id, value=wanted)
    row = matching[0]
    ends = why.at + timedelta(hours=keep_hours)
    connection.execute(sa.update(system_keys).where(table.id == row.id).values(valid_to=ends))
    entries.bump(connection, "system key removed", f"{system_id} {row.thumbprint}", why)
    return {"system_id": system_id, "kind": row.kind, "thumbprint": row.thumbprint, "valid_to": ends.isoformat()}


def list_keys(connection: Connection, system_id: str, *, why: Why | None = None) -> list[dict[str, object]]:
    """The keys of a system that have not ended, newest first. Raises RegistryError(system_unknown)."""
    _require(connection, system_id)
    table = system_keys.c
    rows = connection.execute(
        sa.select(table.kind, table.thumbprint, table.valid_from, table.valid_to)
        .where(table.system_id == system_id, sa.or_(table.valid_to.is_(None), table.valid_to > (why or Why()).at))
        .order_by(table.id.desc())
    )
    return [
        {
            "kind": row.kind,
            "thumbprint": row.thumbprint,
            "valid_from": row.valid_from.isoformat(),
            "valid_to": None if row.valid_to is None else row.valid_to.isoformat(),
        }
        for row in rows
    ]


def read_key(data: bytes) -> SystemKey:
    """The key or certificate in a file. Raises RegistryError(key_private, key_invalid, key_weak)."""
    if b"PRIVATE KEY" in data:
        raise RegistryError("key_private")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", SecurityWarning)  # the library warns of keys that are too short
            return _read(data.strip())
    except SecurityWarning as cause:
        raise RegistryError("key_weak") from cause
    except (ValueError, TypeError, KeyError, JoseError, UnsupportedAlgorithm) as cause:
        raise RegistryError("key_invalid") from cause


def _read(text: bytes) -> SystemKey:
    if text.startswith(b"{"):
        return _jwk(import_key(json.loads(text)))
    if text.startswith(b"-----BEGIN PUBLIC KEY-----"):
        return _public(serialization.load_pem_public_key(text))
    return _certificate(x509.load_der_x509_certificate(der_of(text)))


def _public(key: object) -> SystemKey:
    pem = key.public_bytes(  # type: ignore[attr-defined]
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    for kind in (ECKey, RSAKey, OKPKey):
        try:
            return _jwk(kind.import_key(pem))
        except (ValueError, TypeError, JoseError):
            continue
    raise RegistryError("key_invalid")


def _jwk(key: Key) -> SystemKey:
    if not isinstance(key, ECKey | RSAKey | OKPKey):
        raise RegistryError("key_weak")
    if key.is_private:
        raise RegistryError("key_private")
    public = key.as_dict(private=False)
    if isinstance(key, RSAKey):
        strong = key.public_key.key_size >= RSA_BITS
    else:
        strong = public.get("crv") in {"P-256", "Ed25519"}
    if not strong:
        raise RegistryError("key_weak")
    kept = {name: public[name] for name in ("kty", "crv", "x", "y", "n", "e") if name in public}
    thumbprint = base64.urlsafe_b64decode(key.thumbprint() + "=").hex()
    return SystemKey(JWK, thumbprint, json.dumps(kept, sort_keys=True))


def _certificate(certificate: x509.Certificate) -> SystemKey:
    pem = certificate.public_bytes(serialization.Encoding.PEM).decode("ascii")
    _public(certificate.public_key())  # the same strength is asked of it
    return SystemKey(CERTIFICATE, certificate.fingerprint(hashes.SHA256()).hex(), pem)


def _require(connection: Connection, system_id: str) -> None:
    if connection.execute(sa.select(systems.c.id).where(systems.c.id == system_id)).first() is None:
        raise RegistryError("system_unknown", code=system_id)
