"""Systems: their credential, the agencies they speak for, where they may call from."""

from __future__ import annotations

import ipaddress
import secrets as random
from datetime import timedelta
from typing import TYPE_CHECKING

import sqlalchemy as sa

from agency_registry import checks, names
from agency_registry.edit import entries, serving
from agency_registry.edit import papers as papers_of
from agency_registry.edit.entries import Why
from agency_registry.reasons import RegistryError
from agency_registry.system_rows import read_parts, read_systems
from agency_registry.tables import system_addresses, system_secrets, systems

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import datetime

    from sqlalchemy import Connection

    from agency_registry.agency import System

QUOTAS = ("requests_per_second", "packages_per_minute", "bytes_per_day")
"""What may be set for one system alone; the defaults are the hub's settings of these names."""

PARTS = ("second", "standby", "application")
"""What an agency's other system does: stores a copy of everything, receives while the first one cannot, or handles
what is tied to a dossier, as the one-stop system does (R-233)."""


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
    part: str = "",
    system_id: str | None = None,
    undertaking: str = "",
    quotas: Mapping[str, int] | None = None,
    papers: Mapping[str, str] | None = None,
    proof: papers_of.Proof | None = None,
    why: Why | None = None,
) -> tuple[str, str]:
    """Register a system; gives its id and its secret, which is shown this once and stored only wrapped.

    The system receives for all its agencies from now on. Another active system that receives for one of them is a
    RegistryError(receives_already), unless `replace` is set. The id is the name in ASCII, made unique if need be.
    part: one of PARTS for a system beside the one that receives for them.
    settings: of the connector; secrets inside must come wrapped already. undertaking: number and date of the paper in
    which its owner undertakes to send no state secrets.  law: R-009 HN Đ1.2, R-011
    papers, proof: see `papers`.
    """
    why = why or Why()
    title = checks.plain("name", name, 200)
    chosen = _new_id(connection, title, system_id)
    allowed = _networks(networks)
    if state not in {"active", "proposed", "suspended"}:
        raise RegistryError("state_invalid", value=state)
    served = serving.agencies(connection, organ_ids)
    if not served:
        raise RegistryError("system_speaks_for_none")
    _check_part(part)
    if not replace and not part:
        serving.check_receivers(connection, chosen, served)
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
        "papers": papers_of.proven(papers_of.changed({}, papers or {}), proof),
    }
    connection.execute(sa.insert(systems).values(values))
    secret = _new_secret(connection, chosen, wrap, why.at)
    _set_networks(connection, chosen, allowed, why.at)
    if part:
        serving.begin_part(connection, chosen, served, part, why.at)
    else:
        serving.begin(connection, chosen, served, receives=True, at=why.at)
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

    Gives the id and the new secret, shown this once.  law: R-195
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


def activate_system(
    connection: Connection, system_id: str, *, proof: papers_of.Proof | None = None, why: Why | None = None
) -> dict[str, object]:
    """Let a proposed or suspended system work; what was shown of it is kept with its papers."""
    if proof is not None:
        kept = papers_of.proven(_row(connection, system_id).papers, proof)
        connection.execute(sa.update(systems).where(systems.c.id == system_id).values(papers=kept))
        entries.bump(connection, "system checked", system_id, why or Why())
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
    papers: Mapping[str, str] | None = None,
    why: Why | None = None,
) -> dict[str, object]:
    """Change what is given; None leaves it as it is. Mappings and lists replace the earlier ones as a whole, but of the
    papers only those given change.
    """
    why = why or Why()
    row = _row(connection, system_id)
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
    if papers is not None:
        values["papers"] = papers_of.changed(row.papers, papers)  # law: R-180 QĐ28 Đ13.1, R-182
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
    part: str = "",
    why: Why | None = None,
) -> dict[str, object]:
    """Let the system speak for more agencies, and receive for them unless told otherwise.

    part: `second` or `standby` makes it the other system of agencies that have one already.  law: R-135 TT Đ6.1.2
    """
    why = why or Why()
    _row(connection, system_id)
    _check_part(part)
    served = serving.agencies(connection, organ_ids)
    if part:
        serving.begin_part(connection, system_id, served, part, why.at)
    else:
        if receives and not replace:
            serving.check_receivers(connection, system_id, served)
        serving.begin(connection, system_id, served, receives=receives, at=why.at)
    entries.bump(connection, "system agencies", system_id, why)
    return show_system(connection, system_id)


def detach_agencies(
    connection: Connection, system_id: str, organ_ids: Iterable[str], *, why: Why | None = None
) -> dict[str, object]:
    """Let the system speak for these agencies no longer."""
    why = why or Why()
    _row(connection, system_id)
    serving.end(connection, system_id, serving.agencies(connection, organ_ids), why.at)
    entries.bump(connection, "system agencies", system_id, why)
    return show_system(connection, system_id)


def _check_part(part: str) -> None:
    if part and part not in PARTS:
        raise RegistryError("part_invalid", value=checks.printable(part))


def list_systems(connection: Connection) -> list[dict[str, object]]:
    """All systems, by id; without secrets and settings."""
    known, receivers = read_systems(connection, Why().at)
    received: dict[str, list[str]] = {}
    for organ_id, system_id in receivers.items():
        received.setdefault(system_id, []).append(organ_id)
    parts: dict[str, dict[str, list[str]]] = {}
    for (part, organ_id), system_id in sorted(read_parts(connection).items()):
        parts.setdefault(system_id, {}).setdefault(part, []).append(organ_id)
    return [
        {**_as_json(system, sorted(received.get(system.id, ()))), "parts": parts.get(system.id, {})} for system in known
    ]


def settings_of_systems(connection: Connection) -> dict[str, Mapping[str, object]]:
    """The settings of every system's connector, by its id; secrets in them are sealed."""
    return {row.id: row.settings for row in connection.execute(sa.select(systems.c.id, systems.c.settings))}


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
        "papers": dict(system.papers),
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
