"""Systems, with everything that belongs to them, and registered certificates, as they are stored."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from agency_registry.agency import AgencyCertificate, System, SystemKey
from agency_registry.tables import (
    agencies,
    agency_certificates,
    system_addresses,
    system_agencies,
    system_keys,
    system_secrets,
    systems,
)
from edxml.verdict import Role

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection


def read_systems(connection: Connection, now: datetime) -> tuple[list[System], dict[str, str]]:
    """All systems, by id, and organ id -> id of the system that receives for it."""
    speaks: dict[str, set[str]] = {}
    receivers: dict[str, str] = {}
    pairs = (
        sa.select(system_agencies.c.system_id, agencies.c.organ_id, system_agencies.c.receives)
        .join(agencies, agencies.c.id == system_agencies.c.agency_id)
        .where(system_agencies.c.valid_to.is_(None))
    )
    for system_id, organ_id, receives in connection.execute(pairs):
        speaks.setdefault(system_id, set()).add(organ_id)
        if receives:
            receivers[organ_id] = system_id
    networks: dict[str, list[str]] = {}
    addresses = sa.select(system_addresses.c.system_id, system_addresses.c.network).where(
        system_addresses.c.valid_to.is_(None)
    )
    for system_id, network in connection.execute(addresses.order_by(system_addresses.c.network)):
        networks.setdefault(system_id, []).append(network)
    secrets: dict[str, list[tuple[bytes, datetime | None]]] = {}
    table = system_secrets.c
    kept = sa.select(table.system_id, table.wrapped, table.valid_to).where(
        sa.or_(table.valid_to.is_(None), table.valid_to > now)
    )
    for system_id, wrapped, end in connection.execute(kept.order_by(table.id.desc())):
        secrets.setdefault(system_id, []).append((bytes(wrapped), end))
    keys = _keys(connection, now)
    result = [
        System(
            row.id,
            row.name,
            row.state,
            row.connector,
            row.settings,
            frozenset(speaks.get(row.id, ())),
            tuple(networks.get(row.id, ())),
            tuple(wrapped for wrapped, _ in secrets.get(row.id, ())),
            row.item_per_agency,
            tuple(end for _, end in secrets.get(row.id, ())),
            keys.get(row.id, ()),
            row.undertaking,
            row.quotas,
            row.papers,
        )
        for row in connection.execute(sa.select(systems).order_by(systems.c.id))
    ]
    return result, receivers


def read_parts(connection: Connection) -> dict[tuple[str, str], str]:
    """(part, organ id) -> id of the agency's other system that plays this part: second | standby."""
    # law: R-135 TT Đ6.1.2, R-136 TT Đ7.1
    pairs = (
        sa.select(system_agencies.c.part, agencies.c.organ_id, system_agencies.c.system_id)
        .join(agencies, agencies.c.id == system_agencies.c.agency_id)
        .where(system_agencies.c.valid_to.is_(None), system_agencies.c.part != "")
        .order_by(system_agencies.c.id)
    )
    return {(part, organ_id): system_id for part, organ_id, system_id in connection.execute(pairs)}


def read_certificates(connection: Connection) -> list[AgencyCertificate]:
    """The certificates registered now, in the order in which they were registered."""
    table = agency_certificates.c
    rows = connection.execute(
        sa.select(agencies.c.organ_id, table.fingerprint, table.serial, table.issuer, table.name, table.role)
        .join(agencies, agencies.c.id == table.agency_id)
        .where(table.valid_to.is_(None))
        .order_by(table.id)
    )
    return [AgencyCertificate(*row[:5], Role(row[5])) for row in rows]


def _keys(connection: Connection, now: datetime) -> dict[str, tuple[SystemKey, ...]]:
    """System id -> its keys that have not ended, newest first."""
    table = system_keys.c
    found: dict[str, tuple[SystemKey, ...]] = {}
    kept = sa.select(table.system_id, table.kind, table.thumbprint, table.value, table.valid_to).where(
        sa.or_(table.valid_to.is_(None), table.valid_to > now)
    )
    for system_id, *rest in connection.execute(kept.order_by(table.id.desc())):
        found[system_id] = (*found.get(system_id, ()), SystemKey(*rest))
    return found
