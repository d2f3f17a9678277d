"""The one writer of agencies: the row, the codes it answers to, its periods, its history, the registry's version.

A change of an agency's life holds from a day on. What holds today or earlier is in the row at once; what is still to
come stands in `agency_periods` alone, until `turning.turn` takes it into the row on its day.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta, timezone
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy import Connection

from agency_registry import names
from agency_registry.agency_rows import read_agencies
from agency_registry.edit import days, periods, recoding, rows
from agency_registry.edit.days import Step
from agency_registry.reasons import RegistryError
from agency_registry.tables import agencies, agency_aliases, agency_changes, registry_versions, successions
from edxml import organ

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from agency_registry.agency import Agency
    from agency_registry.edit.periods import Timeline
    from agency_registry.succession import Succession

__all__ = [
    "Connection",
    "Step",
    "Why",
    "bump",
    "current_version",
    "find",
    "owners_of",
    "retired",
    "same_names",
    "tell",
    "timeline_of",
    "write",
]

_CHUNK = 500
_VIETNAM = timezone(timedelta(hours=7))


@dataclass(frozen=True, slots=True)
class Why:
    """Who changes the registry, why, and by which decision.

    decision: its number, as written on it. decided_on: the day it bears.
    seen: the registry's version in which the person looked at the agency; a change of it since refuses this one.
    """

    actor: str = ""
    reason: str = ""
    decision: str = ""
    at: datetime = field(default_factory=lambda: datetime.now(UTC))
    seen: int | None = None
    decided_on: date | None = None

    @property
    def today(self) -> date:
        """The day of the change in Vietnam."""
        return self.at.astimezone(_VIETNAM).date()


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
        "decided_on": why.decided_on,
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


def retired(connection: Connection, codes: Iterable[str]) -> dict[str, str]:
    """Code that was once an agency's identity -> the code that followed it. Such a code is never given out again."""
    table = successions.c
    chosen = sorted(set(codes))
    result: dict[str, str] = {}
    for start in range(0, len(chosen), _CHUNK):
        rows = connection.execute(
            sa.select(table.organ_id, table.successor)
            .where(table.kind == "recoded", table.organ_id.in_(chosen[start : start + _CHUNK]))
            .order_by(table.id)
        )
        result.update((organ_id, successor) for organ_id, successor in rows)
    return result


def timeline_of(connection: Connection, agency: Agency) -> Timeline:
    """How the agency stood and will stand, day by day."""
    return periods.read(connection, [agency.id]).get(agency.id) or periods.of_row(agency)


def same_names(connection: Connection, agency: Agency) -> list[str]:
    """Organ ids of other agencies, not closed, whose name reads the same."""  # law: R-024 HN Đ8.2
    rows = connection.execute(
        sa.select(agencies.c.organ_id)
        .where(agencies.c.name_key == names.key(agency.name), agencies.c.state != "closed")
        .where(agencies.c.organ_id != agency.organ_id)
        .order_by(agencies.c.organ_id)
    )
    return list(rows.scalars())


def write(connection: Connection, change: str, added: Sequence[Agency], steps: Sequence[Step], why: Why) -> int:
    """Write new agencies and changes of others; gives the new version.

    The values must have been checked. An agency somebody else changed since `why.seen` raises
    RegistryError(state_conflict) before anything is written. A code that another connection took in the meantime raises
    RegistryError(alias_taken); the caller's transaction is then to be rolled back.
    """
    for step in steps:
        _refuse_unseen(connection, step.before.organ_id, why)
    touched = [*added, *(step.after for step in steps)]
    subject = touched[0].organ_id if len(touched) == 1 else f"{len(added)} + {len(steps)}"
    version = bump(connection, change, subject, why)
    done = days.settle(connection, steps, why.today)
    try:
        rows.write(connection, added, [(one.step.before, one.row) for one in done], why.at)
        others = recoding.prepare(connection, done, why)
    except sa.exc.IntegrityError as cause:
        codes = ", ".join(agency.organ_id for agency in touched[:3])
        raise RegistryError("alias_taken", code=codes, owner="?") from cause
    days.keep(connection, version, done, why.today)
    links = [link for one in done for link in one.links(why.decision, why.decided_on)]
    _link(connection, version, links)
    numbers = rows.numbers(connection, [agency.organ_id for agency in added])
    fresh = [
        tell(version, change, replace(agency, id=numbers[agency.organ_id]), why, agency.valid_from) for agency in added
    ]
    as_it_is = {agency.organ_id: agency for agency in read_agencies(connection, others)}
    told = [
        tell(version, change, as_it_is.pop(one.row.organ_id, one.row), why, one.first_day, one.later) for one in done
    ]
    told += [tell(version, change, agency, why, None) for agency in as_it_is.values()]
    if fresh or told:
        connection.execute(sa.insert(agency_changes), [*fresh, *told])
    return version


def tell(
    version: int, change: str, agency: Agency, why: Why, first_day: date | None, later: Agency | None = None
) -> dict[str, object]:
    """One line of the registry's history: how the agency stands now, and how from a later day on."""
    return {
        "version": version,
        "organ_id": agency.organ_id,
        "change": change,
        "at": why.at,
        "entry": agency.as_json(),
        "first_day": first_day,
        "later": None if later is None else later.as_json(),
    }


def _link(connection: Connection, version: int, links: Sequence[Succession]) -> None:
    lines = [
        {
            "version": version,
            "kind": one.kind,
            "organ_id": one.organ_id,
            "successor": one.successor,
            "first_day": one.first_day,
            "decision": one.decision[:200],
            "decided_on": one.decided_on,
        }
        for one in links
    ]
    if lines:
        connection.execute(sa.insert(successions), lines)


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
