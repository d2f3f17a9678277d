"""Reading the registry for people and lists: what is there, what it was, what changed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa

from agency_registry import names
from agency_registry.agency_rows import read_agencies
from agency_registry.edit import entries, periods, succession
from agency_registry.tables import agencies, agency_aliases, agency_changes, registry_versions, system_agencies
from edxml import organ

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from sqlalchemy import Connection

    from agency_registry.agency import Agency


@dataclass(frozen=True, slots=True)
class Version:
    """One change of the registry: what was done to what, by whom, why, and by which decision."""

    version: int
    change: str
    subject: str
    actor: str
    reason: str
    decision: str
    decided_on: date | None = None


def versions_after(connection: Connection, version: int) -> list[Version]:
    """The changes behind that version, oldest first."""
    table = registry_versions.c
    columns = (table.version, table.change, table.subject, table.actor, table.reason, table.decision, table.decided_on)
    rows = connection.execute(sa.select(*columns).where(table.version > version).order_by(table.version))
    return [Version(*row) for row in rows]


def list_agencies(
    connection: Connection,
    *,
    scope: str | None = None,
    state: str | None = None,
    parent: str | None = None,
    text: str = "",
    limit: int | None = None,
    after: str = "",
) -> list[dict[str, object]]:
    """Agencies by organ id, narrowed by what is given.

    text: part of a name (case does not matter) or the beginning of any of its codes. after: the last organ id seen.
    """
    wanted = sa.select(agencies.c.organ_id).where(agencies.c.organ_id > after).order_by(agencies.c.organ_id)
    for column, value in (("scope", scope), ("state", state), ("parent", parent and organ.normalise(parent))):
        if value:
            wanted = wanted.where(agencies.c[column] == value)
    if text.strip():
        by_code = sa.select(agency_aliases.c.agency_id).where(
            agency_aliases.c.valid_to.is_(None),
            agency_aliases.c.alias.startswith(organ.normalise(text), autoescape=True),
        )
        by_name = agencies.c.name_key.contains(names.key(text), autoescape=True)
        wanted = wanted.where(sa.or_(by_name, agencies.c.id.in_(by_code)))
    if limit is not None:
        wanted = wanted.limit(limit)
    elif not (scope or state or parent or text.strip() or after):
        return [agency.as_json() for agency in read_agencies(connection)]
    return [agency.as_json() for agency in read_agencies(connection, connection.execute(wanted).scalars())]


def show_agency(connection: Connection, code: str) -> dict[str, object]:
    """One agency with the systems that speak for it, its periods, and all that happened to it, newest first."""
    agency = entries.find(connection, code)
    served = connection.execute(
        sa.select(system_agencies.c.system_id, system_agencies.c.receives)
        .where(system_agencies.c.agency_id == agency.id, system_agencies.c.valid_to.is_(None))
        .order_by(system_agencies.c.system_id)
    )
    codes = [agency.organ_id, *_former(connection, agency.organ_id)]
    history = connection.execute(
        sa.select(agency_changes, registry_versions)
        .join(registry_versions, registry_versions.c.version == agency_changes.c.version)
        .where(agency_changes.c.organ_id.in_(codes))
        .order_by(agency_changes.c.id.desc())
    ).mappings()
    return {
        **agency.as_json(),
        "systems": [{"system_id": row.system_id, "receives": row.receives} for row in served],
        "periods": [_period(period) for period in entries.timeline_of(connection, agency)],
        "succession": [link.as_json() for link in succession.links_of(connection, codes)],
        "predecessors": [link.as_json() for link in succession.predecessors_of(connection, agency.organ_id)],
        "history": [_past(row) for row in history],
    }


def _past(row: sa.RowMapping) -> dict[str, object]:
    changes, versions = agency_changes.c, registry_versions.c
    entry = row[changes.later] or row[changes.entry]
    return {
        "version": row[versions.version],
        "at": row[versions.at].isoformat(),
        "change": row[changes.change],
        "name": entry["name"],
        "on": _text(row[changes.first_day]),
        "actor": row[versions.actor],
        "reason": row[versions.reason],
        "decision": row[versions.decision],
        "decided_on": _text(row[versions.decided_on]),
    }


def _period(period: periods.Period) -> dict[str, object]:
    return {"first_day": _text(period.first_day), "last_day": _text(period.last_day), **period.told()}


def _text(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _former(connection: Connection, organ_id: str) -> list[str]:
    links = succession.predecessors_of(connection, organ_id)
    before = {link.successor: link.organ_id for link in links if link.kind == "recoded"}
    found: list[str] = []
    while (code := before.get(found[-1] if found else organ_id)) is not None and code not in found:
        found.append(code)
    return found


def changes_since(connection: Connection, version: int, *, limit: int = 1000) -> list[dict[str, object]]:
    """What happened to agencies after that version, oldest first.

    Each has seq (a cursor finer than the version), version, at, change, organ_id, on (from which day it holds, None
    when nothing of it has a day), agency (the entry afterwards) and later (how it will be on a day still to come).
    On that day the agency is told again, as `turned`.
    `limit` never parts a version: a list ends with all changes of its last version.
    """
    changes = agency_changes.c
    last = connection.execute(
        sa.select(changes.version).where(changes.version > version).order_by(changes.id).offset(limit - 1).limit(1)
    ).scalar()
    wanted = sa.select(agency_changes).where(changes.version > version).order_by(changes.id)
    if last is not None:
        wanted = wanted.where(changes.version <= last)
    return [
        {
            "seq": row.id,
            "version": row.version,
            "at": row.at.isoformat(),
            "change": row.change,
            "organ_id": row.organ_id,
            "on": _text(row.first_day),
            "agency": row.entry,
            "later": row.later,
        }
        for row in connection.execute(wanted)
    ]


def last_changes(connection: Connection) -> dict[str, tuple[int, datetime]]:
    """Organ id -> version and time of the last change of its agency, for lists that others synchronise by.

    Another system that receives for it is a change, too.
    """
    changes, pairs = agency_changes.c, system_agencies.c
    newest = sa.select(changes.organ_id, sa.func.max(changes.version), sa.func.max(changes.at))
    found = {code: (version, at) for code, version, at in connection.execute(newest.group_by(changes.organ_id))}
    versions = sa.select(registry_versions.c.at, registry_versions.c.version).order_by(registry_versions.c.version)
    of_moment = {at: version for at, version in connection.execute(versions)}  # noqa: C416 (a row is no pair to mypy)
    served = sa.select(agencies.c.organ_id, pairs.valid_from, pairs.valid_to).join(
        system_agencies, pairs.agency_id == agencies.c.id
    )
    for code, *moments in connection.execute(served):
        for at in moments:
            version = of_moment.get(at, 0)
            if version > found.get(code, (0, at))[0]:
                found[code] = (version, at)
    return found


def parents(connection: Connection, codes: Sequence[str]) -> dict[str, str | None]:
    """Organ id -> organ id of the agency above it, for those of `codes` that exist."""
    rows = connection.execute(sa.select(agencies.c.organ_id, agencies.c.parent).where(agencies.c.organ_id.in_(codes)))
    return {organ_id: parent for organ_id, parent in rows}  # noqa: C416 (a row is not a pair to mypy)


def children_of(connection: Connection, codes: Sequence[str]) -> list[Agency]:
    """Agencies directly below any of these."""
    below = connection.execute(sa.select(agencies.c.organ_id).where(agencies.c.parent.in_(codes))).scalars()
    return read_agencies(connection, below)
