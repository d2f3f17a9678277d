"""The one writer of agencies: the row, the codes it answers to, its history, and the registry's version."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy import Connection

from agency_registry import names
from agency_registry.directory import read_agencies
from agency_registry.reasons import RegistryError
from agency_registry.tables import agencies, agency_aliases, agency_changes, registry_versions
from edxml import organ

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from agency_registry.agency import Agency

__all__ = ["Connection", "Why", "bump", "current_version", "find", "owners_of", "same_names", "write"]

_CHUNK = 500


@dataclass(frozen=True, slots=True)
class Why:
    """Who changes the registry, why, and by which decision (number and date, as written on it).

    seen: the registry's version in which the person looked at the agency; a change of it since refuses this one.
    """

    actor: str = ""
    reason: str = ""
    decision: str = ""
    at: datetime = field(default_factory=lambda: datetime.now(UTC))
    seen: int | None = None


def current_version(connection: Connection) -> int:
    """The registry's version: how many changes it has seen."""
    return connection.execute(sa.select(sa.func.max(registry_versions.c.version))).scalar() or 0


def bump(connection: Connection, change: str, subject: str, why: Why) -> int:
    """Open the next version, saying what changes in it."""  # law: R-025 HN Đ8.2
    values = {
        "at": why.at,
        "change": change,
        "subject": subject[:200],
        "actor": why.actor[:200],
        "reason": why.reason,
        "decision": why.decision[:200],
    }
    version = connection.execute(sa.insert(registry_versions).values(values)).inserted_primary_key
    assert version is not None, "the version is the primary key"
    return int(version[0])


def find(connection: Connection, code: str) -> Agency:
    """The agency that holds this code, as stored. Raises RegistryError(agency_unknown)."""
    found = read_agencies(connection, [organ.normalise(code)])
    if not found:
        raise RegistryError("agency_unknown", code=code)
    return found[0]


def owners_of(connection: Connection, codes: Iterable[str]) -> dict[str, str]:
    """Normalised code -> organ id of the agency that holds it now; codes nobody holds are left out."""
    chosen = sorted(set(codes))
    result: dict[str, str] = {}
    for start in range(0, len(chosen), _CHUNK):
        rows = connection.execute(
            sa.select(agency_aliases.c.alias, agencies.c.organ_id)
            .join(agencies, agencies.c.id == agency_aliases.c.agency_id)
            .where(agency_aliases.c.alias.in_(chosen[start : start + _CHUNK]), agency_aliases.c.valid_to.is_(None))
        )
        result.update((alias, organ_id) for alias, organ_id in rows)
    return result


def same_names(connection: Connection, agency: Agency) -> list[str]:
    """Organ ids of other agencies, not closed, whose name reads the same."""  # law: R-024 HN Đ8.2
    rows = connection.execute(
        sa.select(agencies.c.organ_id)
        .where(agencies.c.name_key == names.key(agency.name), agencies.c.state != "closed")
        .where(agencies.c.organ_id != agency.organ_id)
        .order_by(agencies.c.organ_id)
    )
    return list(rows.scalars())


def write(
    connection: Connection,
    change: str,
    added: Sequence[Agency],
    changed: Sequence[tuple[Agency, Agency]],
    why: Why,
) -> int:
    """Write new agencies, and changed ones as (before, after); gives the new version.

    The values must have been checked. An agency somebody else changed since `why.seen` raises
    RegistryError(state_conflict) before anything is written. A code that another connection took in the meantime raises
    RegistryError(alias_taken); the caller's transaction is then to be rolled back.
    """
    for before, _ in changed:
        _refuse_unseen(connection, before.organ_id, why)
    touched = [*added, *(after for _, after in changed)]
    subject = touched[0].organ_id if len(touched) == 1 else f"{len(added)} + {len(changed)}"
    version = bump(connection, change, subject, why)
    try:
        _write_rows(connection, added, changed, why.at)
    except sa.exc.IntegrityError as cause:
        codes = ", ".join(agency.organ_id for agency in touched[:3])
        raise RegistryError("alias_taken", code=codes, owner="?") from cause
    numbers = _numbers(connection, [agency.organ_id for agency in added])
    history = [
        {
            "version": version,
            "organ_id": agency.organ_id,
            "change": change,
            "at": why.at,
            "entry": {**agency.as_json(), "id": agency.id or numbers[agency.organ_id]},
        }
        for agency in touched
    ]
    if history:
        connection.execute(sa.insert(agency_changes), history)
    return version


def _refuse_unseen(connection: Connection, organ_id: str, why: Why) -> None:
    if why.seen is None:
        return
    changes, versions = agency_changes.c, registry_versions.c
    last = connection.execute(
        sa.select(versions.version, versions.actor)
        .join(agency_changes, changes.version == versions.version)
        .where(changes.organ_id == organ_id)
        .order_by(changes.id.desc())
        .limit(1)
    ).first()
    if last is not None and last.version > why.seen:
        raise RegistryError("state_conflict", code=organ_id, version=last.version, actor=last.actor or "?")


def _write_rows(
    connection: Connection, added: Sequence[Agency], changed: Sequence[tuple[Agency, Agency]], at: datetime
) -> None:
    given_up = [
        {"holder": before.id, "code": alias}
        for before, after in changed
        for alias in before.aliases
        if alias not in after.aliases
    ]
    if given_up:
        connection.execute(
            sa.update(agency_aliases)
            .where(
                agency_aliases.c.agency_id == sa.bindparam("holder"),
                agency_aliases.c.alias == sa.bindparam("code"),
                agency_aliases.c.valid_to.is_(None),
            )
            .values(valid_to=at),
            given_up,
        )
    if changed:
        connection.execute(
            sa.update(agencies).where(agencies.c.id == sa.bindparam("number")),
            [{"number": before.id, **_columns(after)} for before, after in changed],
        )
    if added:
        connection.execute(sa.insert(agencies), [_columns(agency) for agency in added])
    numbers = _numbers(connection, [agency.organ_id for agency in added])
    taken = [(numbers[agency.organ_id], agency.organ_id, True) for agency in added]
    taken += [(numbers[agency.organ_id], alias, False) for agency in added for alias in agency.aliases]
    taken += [
        (before.id, alias, False) for before, after in changed for alias in after.aliases if alias not in before.aliases
    ]
    if taken:
        connection.execute(
            sa.insert(agency_aliases),
            [
                {"agency_id": number, "alias": alias, "identity": identity, "valid_from": at, "valid_to": None}
                for number, alias, identity in taken
            ],
        )


def _columns(agency: Agency) -> dict[str, object]:
    return {
        "organ_id": agency.organ_id,
        "name": agency.name,
        "name_key": names.key(agency.name),
        "kind": agency.kind,
        "level": agency.level,
        "parent": agency.parent,
        "legacy_code": agency.legacy_code,
        "email": agency.email,
        "phone": agency.phone,
        "valid_from": agency.valid_from,
        "valid_to": agency.valid_to,
        "scope": agency.scope,
        "state": agency.state,
        "successors": " ".join(agency.successors),
    }


def _numbers(connection: Connection, organ_ids: Sequence[str]) -> dict[str, int]:
    if len(organ_ids) > 20 * _CHUNK:
        wanted = set(organ_ids)
        rows = connection.execute(sa.select(agencies.c.organ_id, agencies.c.id))
        return {organ_id: number for organ_id, number in rows if organ_id in wanted}
    result: dict[str, int] = {}
    for start in range(0, len(organ_ids), _CHUNK):
        part = agencies.c.organ_id.in_(organ_ids[start : start + _CHUNK])
        rows = connection.execute(sa.select(agencies.c.organ_id, agencies.c.id).where(part))
        result.update((organ_id, number) for organ_id, number in rows)
    return result
