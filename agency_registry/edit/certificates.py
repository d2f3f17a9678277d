"""Signature certificates of an agency, as an operator registers them: whose each is, and in what role."""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING

import sqlalchemy as sa

from agency_registry.agency import AgencyCertificate
from agency_registry.edit import entries
from agency_registry.edit.entries import Why
from agency_registry.reasons import RegistryError
from agency_registry.system_rows import read_certificates
from agency_registry.tables import agency_certificates
from edxml.trust import certificates
from edxml.verdict import Role

if TYPE_CHECKING:
    from sqlalchemy import Connection

ROLES = (Role.ORGANISATION.value, Role.PERSON.value)

_BEGIN = b"-----BEGIN CERTIFICATE-----"
_END = b"-----END CERTIFICATE-----"


def add_certificate(
    connection: Connection, organ_id: str, data: bytes, role: str, *, why: Why | None = None
) -> dict[str, object]:
    """Register a certificate (PEM or DER) as this agency's, in this role; the same again changes its role.

    Raises RegistryError: agency_unknown; role_invalid; certificate_invalid; certificate_taken (another agency's).
    """
    why = why or Why()
    if role not in ROLES:
        raise RegistryError("role_invalid", value=role)
    agency = entries.find(connection, organ_id)
    try:
        facts = certificates.facts(der_of(data))
    except ValueError as cause:
        raise RegistryError("certificate_invalid") from cause
    found = AgencyCertificate(
        agency.organ_id, facts.fingerprint, facts.serial[:64], facts.issuer, facts.subject[:500], Role(role)
    )
    for other in read_certificates(connection):
        if other.fingerprint != found.fingerprint:
            continue
        if other.organ_id != agency.organ_id:
            raise RegistryError("certificate_taken", owner=other.organ_id)
        _end(connection, other.fingerprint, why)
    values = {"agency_id": agency.id, "valid_from": why.at, "valid_to": None}
    connection.execute(sa.insert(agency_certificates).values(_columns(found) | values))
    entries.bump(connection, "certificate added", f"{agency.organ_id} {found.fingerprint}", why)
    return found.as_json()


def remove_certificate(
    connection: Connection, organ_id: str, fingerprint: str, *, why: Why | None = None
) -> dict[str, object]:
    """Register a certificate no longer; what was verified with it stays as it was.

    fingerprint: SHA-256 of the DER, or its first 8 or more digits, with colons or without.
    Raises RegistryError(agency_unknown, certificate_unknown).
    """
    why = why or Why()
    agency = entries.find(connection, organ_id)
    wanted = fingerprint.replace(":", "").strip().lower()
    matching = [
        one
        for one in read_certificates(connection)
        if one.organ_id == agency.organ_id and len(wanted) >= 8 and one.fingerprint.startswith(wanted)
    ]
    if len(matching) != 1:
        raise RegistryError("certificate_unknown", code=agency.organ_id, value=wanted)
    _end(connection, matching[0].fingerprint, why)
    entries.bump(connection, "certificate removed", f"{agency.organ_id} {matching[0].fingerprint}", why)
    return matching[0].as_json()


def list_certificates(connection: Connection, organ_id: str | None = None) -> list[dict[str, object]]:
    """The certificates registered now, of one agency or of all."""
    wanted = None if organ_id is None else entries.find(connection, organ_id).organ_id
    return [one.as_json() for one in read_certificates(connection) if wanted in {None, one.organ_id}]


def der_of(data: bytes) -> bytes:
    """The first certificate of a PEM file, or the bytes as they are. Raises ValueError for a broken PEM."""
    start = data.find(_BEGIN)
    if start < 0:
        return data
    end = data.find(_END, start)
    try:
        return base64.b64decode(b"".join(data[start + len(_BEGIN) : end].split()), validate=True)
    except binascii.Error as cause:
        raise ValueError("broken PEM") from cause


def _columns(found: AgencyCertificate) -> dict[str, object]:
    return {name: value for name, value in found.as_json().items() if name != "organ_id"}


def _end(connection: Connection, fingerprint: str, why: Why) -> None:
    table = agency_certificates.c
    connection.execute(
        sa.update(agency_certificates)
        .where(table.fingerprint == fingerprint, table.valid_to.is_(None))
        .values(valid_to=why.at)
    )
