"""The levels of agencies, as data: each with the days on which there is such a level.

A level that ended stays for what was of it: figures and lists of earlier days name it.
"""  # law: R-027

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa

from agency_registry import checks
from agency_registry.edit import entries
from agency_registry.reasons import RegistryError, explain
from agency_registry.tables import agency_levels

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from sqlalchemy import Connection

    from agency_registry.edit.entries import Why

_LEVEL: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,49}")
_L: Final = agency_levels.c


def list_levels(connection: Connection, day: date | None = None) -> list[dict[str, object]]:
    """All levels, highest first; those there are on that day, when one is given."""
    wanted = sa.select(agency_levels).order_by(_L.rank, _L.level)
    if day is not None:
        wanted = wanted.where(sa.or_(_L.first_day.is_(None), _L.first_day <= day))
        wanted = wanted.where(sa.or_(_L.last_day.is_(None), _L.last_day >= day))
    return [_as_json(row) for row in connection.execute(wanted)]


def set_level(
    connection: Connection,
    level: str,
    *,
    name_vi: str,
    name_en: str,
    rank: int,
    first_day: date | None = None,
    last_day: date | None = None,
    why: Why,
) -> dict[str, object]:
    """Name a level and its days; one of that name is replaced."""
    checks.reason(why.reason)
    if _LEVEL.fullmatch(level) is None:
        raise RegistryError("level_invalid", value=checks.printable(level))
    checks.span(first_day, last_day)
    values: dict[str, Any] = {
        "level": level,
        "name_vi": checks.plain("name_vi", name_vi, 100),
        "name_en": checks.plain("name_en", name_en, 100),
        "rank": rank,
        "first_day": first_day,
        "last_day": last_day,
        "decision": why.decision[:200],
    }
    connection.execute(sa.delete(agency_levels).where(_L.level == level))
    connection.execute(sa.insert(agency_levels).values(values))
    entries.bump(connection, "level set", level, why)
    return next(one for one in list_levels(connection) if one["level"] == level)


def last_days(connection: Connection) -> dict[str, date | None]:
    """Every level with the last day on which there is such a level; None is without end."""
    rows = connection.execute(sa.select(_L.level, _L.last_day))
    return {level: last for level, last in rows}  # noqa: C416 (a row is not a pair to mypy)


def unusual(known: Mapping[str, date | None], level: str, day: date) -> list[str]:
    """What is strange about an agency of that level on that day; nothing where no level is named, or none is known."""
    if not level or not known:
        return []
    if level not in known:
        return [explain("level_unknown", level=level)]
    last = known[level]
    if last is None or day <= last:
        return []
    return [explain("level_ended", level=level, day=last.isoformat())]  # law: R-027


def _as_json(row: sa.Row[Any]) -> dict[str, object]:
    days = {name: None if day is None else day.isoformat() for name, day in (
        ("first_day", row.first_day), ("last_day", row.last_day))}  # fmt: skip
    return {
        "level": row.level,
        "name_vi": row.name_vi,
        "name_en": row.name_en,
        "rank": row.rank,
        **days,
        "decision": row.decision,
    }
