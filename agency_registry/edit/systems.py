"""Systems: their credential, the agencies they speak for, where they may call from."""

from __future__ import annotations

import ipaddress
import secrets as random
from datetime import timedelta
from typing import TYPE_CHECKING

import sqlalchemy as sa

from agency_registry import checks, names
from agency_registry.directory import read_agencies
from agency_registry.edit import entries
from agency_registry.edit.entries import Why
from agency_registry.reasons import RegistryError
from agency_registry.system_rows import read_systems
from agency_registry.tables import system_addresses, system_agencies, system_secrets, systems

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import datetime

    from sqlalchemy import Connection

    from agency_registry.agency import System

QUOTAS = ("requests_per_second", "packages_per_minute", "bytes_per_day")
"""What may be set for one system alone; the defaults are the hub's settings of these names."""


def add_system(
    connection: Connection,
    *,
    name: str,
    organ_ids: Iterable[str],
    wrap: Callable[[bytes], bytes],
    connector: str = "pull",
    settings: Mapping[str, object] | None = None,
    networks: Iterable[str] = (),
    state: str = "active",
    item_per_agency: bool = False,
    replace: bool = False,
    system_id: str | None = None,
    undertaking: str = "",
    quotas: Mapping[str, int] | None = None,
    why: Why | None = None,
) -> tuple[str, str]:
    """Register a system; gives its id and its secret, which is shown this once and stored only wrapped.

    The system receives for all its agencies from now on. Another active system that receives for one of them is a
    RegistryError(receives_already), unless `replace` is set. The id is the name in ASCII, made unique if need be.
    settings: of the connector; secrets inside must come wrapped already. undertaking: number and date of the paper in
    which its owner undertakes to send no state secrets.  law: R-009 HN Đ1.2, R-011
    """
    why = why or Why()
    title = checks.plain("name", name, 200)
    chosen = _new_id(connection, title, system_id)
    allowed = _networks(networks)
    if state not in {"active", "proposed", "suspended"}:
        raise RegistryError("state_invalid", value=state)
    served = _agencies(connection, organ_ids)
    if not served:
        raise RegistryError("system_speaks_for_none")
    _check_receivers(connection, chosen, served, replace=replace)
    values = {
        "id": chosen,
        "name": title,
        "state": state,
        "connector": connector,
        "settings": dict(settings or {}),
        "item_per_agency": item_per_agency,
        "created_at": why.at,
        "undertaking": checks.plain("undertaking", undertaking, 200),
        "quotas": _quotas(quotas or {}),
    }
    connection.execute(sa.insert(systems).values(values))
    secret = _new_secret(connection, chosen, wrap, why.at)
    _set_networks(connection, chosen, allowed, why.at)
    _attach(connection, chosen, served, receives=True, at=why.at)
    entries.bump(connection, "system added", chosen, why)
    return chosen, secret


def rotate_system(
    connection: Connection,
    system_id: str,
    *,
    wrap: Callable[[bytes], bytes],
    keep_hours: float = 24.0,
    why: Why | None = None,
) -> tuple[str, str]:
    """Give the system a new secret; the one it has stays valid for `keep_hours` (0: ends at once), older ones end.

    Gives the id and the new secret, shown this once.
    """
    why = why or Why()
    _row(connection, system_id)
    table = system_secrets.c
    newest = connection.execute(
        sa.select(table.id).where(table.system_id == system_id, table.valid_to.is_(None)).order_by(table.id.desc())
    ).scalar()
    mine = sa.update(system_secrets).where(
        table.system_id == system_id, sa.or_(table.valid_to.is_(None), table.valid_to > why.at)
    )
    connection.execute(mine.where(table.id != newest).values(valid_to=why.at))
    connection.execute(mine.where(table.id == newest).values(valid_to=why.at + timedelta(hours=keep_hours)))
    secret = _new_secret(connection, system_id, wrap, why.at)
    entries.bump(connection, "system rotated", system_id, why)
    return system_id, secret


def suspend_system(connection: Connection, system_id: str, *, why: Why | None = None) -> dict[str, object]:
    """Stop the system from calling; what waits for its agencies stays."""
    return _set_state(connection, system_id, "suspended", why or Why())


def activate_system(connection: Connection, system_id: str, *, why: Why | None = None) -> dict[str, object]:
    """Let a proposed or suspended system work."""
    return _set_state(connection, system_id, "active", why or Why())


def change_system(
    connection: Connection,
    system_id: str,
    *,
    name: str | None = None,
    connector: str | None = None,
    settings: Mapping[str, object] | None = None,
    networks: Iterable[str] | None = None,
    item_per_agency: bool | None = None,
    undertaking: str | None = None,
    quotas: Mapping[str, int] | None = None,
    why: Why | None = None,
) -> dict[str, object]:
    """Change what is given; None leaves it as it is. Mappings and lists replace the earlier ones as a whole."""
    why = why or Why()
    _row(connection, system_id)
    values: dict[str, object] = {}
    if name is not None:
        values["name"] = checks.plain("name", name, 200)
    if connector is not None:
        values["connector"] = connector
    if settings is not None:
        values["settings"] = dict(settings)
    if item_per_agency is not None:
        values["item_per_agency"] = item_per_agency
    if undertaking is not None:
        values["undertaking"] = checks.plain("undertaking", undertaking, 200)
    if quotas is not None:
        values["quotas"] = _quotas(quotas)
    allowed = None if networks is None else _networks(networks)
    if values:
        connection.execute(sa.update(systems).where(systems.c.id == system_id).values(values))
    if allowed is not None:
        _set_networks(connection, system_id, allowed, why.at)
    entries.bump(connection, "system changed", system_id, why)
    return show_system(connection, system_id)


def attach_agencies(
    connection: Connection,
    system_id: str,
    organ_ids: Iterable[str],
    *,
    receives: bool = True,
    replace: bool = False,
    why: Why | None = None,
) -> dict[str, object]:
    """Let the system speak for more agencies, and receive for them unless told otherwise."""
    why = why or Why()
    _row(connection, system_id)
    served = _agencies(connection, organ_ids)
    if receives:
        _check_receivers(connection, system_id, served, replace=replace)
    _attach(connection, system_id, served, receives=receives, at=why.at)
    entries.bump(connection, "system agencies", system_id, why)
    return show_system(connection, system_id)


def detach_agencies(
    connection: Connection, system_id: str, organ_ids: Iterable[str], *, why: Why | None = None
) -> dict[str, object]:
    """Let the system speak for these agencies no longer."""
    why = why or Why()
    _row(connection, system_id)
    _end_pairs(connection, list(_agencies(connection, organ_ids)), why.at, system_agencies.c.system_id == system_id)
    entries.bump(connection, "system agencies", system_id, why)
    return show_system(connection, system_id)


def list_systems(connection: Connection) -> list[dict[str, object]]:
    """All systems, by id; without secrets and settings."""
    known, receivers = read_systems(connection, Why().at)
    received: dict[str, list[str]] = {}
    for organ_id, system_id in receivers.items():
        received.setdefault(system_id, []).append(organ_id)
    return [_as_json(system, sorted(received.get(system.id, ()))) for system in known]


def show_system(connection: Connection, system_id: str) -> dict[str, object]:
    """One system, without secrets and settings. Raises RegistryError(system_unknown)."""
    for system in list_systems(connection):
        if system["system_id"] == system_id:
            return system
    raise RegistryError("system_unknown", code=system_id)


def _as_json(system: System, receives: list[str]) -> dict[str, object]:
    return {
        "system_id": system.id,
        "name": system.name,
        "state": system.state,
        "connector": system.connector,
        "organ_ids": sorted(system.organ_ids),
        "receives_for": receives,
        "networks": list(system.networks),
        "item_per_agency": system.item_per_agency,
        "secrets": len(system.secrets),
        "settings": sorted(system.settings),
        "keys": [key.kind for key in system.keys],
        "undertaking": system.undertaking,
        "quotas": dict(system.quotas),
    }


def _row(connection: Connection, system_id: str) -> sa.Row[tuple[object, ...]]:
    row = connection.execute(sa.select(systems).where(systems.c.id == system_id)).first()
    if row is None:
        raise RegistryError("system_unknown", code=system_id)
    return row


def _new_id(connection: Connection, name: str, asked: str | None) -> str:
    taken = set(connection.execute(sa.select(sa.func.lower(systems.c.id))).scalars())
    if asked is not None:
        if names.SYSTEM_ID.fullmatch(asked) is None:
            raise RegistryError("system_id_invalid", code=checks.printable(asked))
        if asked.lower() in taken:
            raise RegistryError("system_exists", code=asked)
        return asked
    wanted = names.slug(name)
    free, number = wanted, 2
    while free.lower() in taken:
        free, number = f"{wanted}-{number}", number + 1
    return free


def _new_secret(connection: Connection, system_id: str, wrap: Callable[[bytes], bytes], at: datetime) -> str:
    secret = random.token_urlsafe(32)
    values = {"system_id": system_id, "wrapped": wrap(secret.encode("ascii")), "valid_from": at, "valid_to": None}
    connection.execute(sa.insert(system_secrets).values(values))
    return secret


def _set_state(connection: Connection, system_id: str, state: str, why: Why) -> dict[str, object]:
    if _row(connection, system_id).state != state:
        connection.execute(sa.update(systems).where(systems.c.id == system_id).values(state=state))
        entries.bump(connection, f"system {state}", system_id, why)
    return show_system(connection, system_id)


def _agencies(connection: Connection, organ_ids: Iterable[str]) -> dict[int, str]:
    wanted = list(checks.codes(organ_ids))
    found = read_agencies(connection, wanted)
    known = {code for agency in found for code in (agency.organ_id, *agency.aliases)}
    for code in wanted:
        if code not in known:
            raise RegistryError("agency_unknown", code=code)
    return {agency.id: agency.organ_id for agency in found}


def _check_receivers(connection: Connection, system_id: str, served: Mapping[int, str], *, replace: bool) -> None:
    if replace:
        return
    rows = connection.execute(
        sa.select(system_agencies.c.agency_id, system_agencies.c.system_id)
        .join(systems, systems.c.id == system_agencies.c.system_id)
        .where(system_agencies.c.receives.is_(True), system_agencies.c.valid_to.is_(None))
        .where(systems.c.state == "active", systems.c.id != system_id)
    )
    for agency_id, owner in rows:
        if agency_id in served:  # law: R-007 QĐ28 Đ7.3
            raise RegistryError("receives_already", owner=owner, code=served[agency_id])


def _attach(connection: Connection, system_id: str, served: Mapping[int, str], *, receives: bool, at: datetime) -> None:
    numbers = list(served)
    _end_pairs(connection, numbers, at, system_agencies.c.system_id == system_id)
    if receives:
        others = sa.and_(system_agencies.c.system_id != system_id, system_agencies.c.receives.is_(True))
        losers = _end_pairs(connection, numbers, at, others)
        _insert_pairs(connection, losers, receives=False, at=at)
    _insert_pairs(connection, [(system_id, number) for number in numbers], receives=receives, at=at)


def _insert_pairs(connection: Connection, pairs: list[tuple[str, int]], *, receives: bool, at: datetime) -> None:
    rows = [
        {"system_id": system_id, "agency_id": number, "receives": receives, "valid_from": at, "valid_to": None}
        for system_id, number in pairs
    ]
    if rows:
        connection.execute(sa.insert(system_agencies), rows)


def _end_pairs(
    connection: Connection, numbers: list[int], at: datetime, which: sa.ColumnElement[bool]
) -> list[tuple[str, int]]:
    ended: list[tuple[str, int]] = []
    table = system_agencies.c
    for start in range(0, len(numbers), 500):
        current = sa.and_(table.agency_id.in_(numbers[start : start + 500]), table.valid_to.is_(None), which)
        ended += [
            (system_id, number)
            for system_id, number in connection.execute(sa.select(table.system_id, table.agency_id).where(current))
        ]
        connection.execute(sa.update(system_agencies).where(current).values(valid_to=at))
    return ended


def _quotas(given: Mapping[str, int]) -> dict[str, int]:
    for name, value in given.items():
        if name not in QUOTAS or not isinstance(value, int) or isinstance(value, bool) or value < 1:
            raise RegistryError("quota_invalid", value=checks.printable(f"{name}={value}"), known=", ".join(QUOTAS))
    return dict(given)


def _networks(given: Iterable[str]) -> list[str]:
    result = []
    for text in given:
        try:
            result.append(str(ipaddress.ip_network(text.strip(), strict=False)))
        except ValueError as cause:
            raise RegistryError("network_invalid", value=checks.printable(text)) from cause
    return list(dict.fromkeys(result))


def _set_networks(connection: Connection, system_id: str, networks: list[str], at: datetime) -> None:
    table = system_addresses.c
    current = sa.and_(table.system_id == system_id, table.valid_to.is_(None))
    connection.execute(sa.update(system_addresses).where(current).values(valid_to=at))
    rows = [{"system_id": system_id, "network": text, "valid_from": at, "valid_to": None} for text in networks]
    if rows:
        connection.execute(sa.insert(system_addresses), rows)
