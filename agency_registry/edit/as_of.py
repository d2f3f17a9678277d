"""The registry as it stood on a day, and as it was known at a moment; they differ by what is recorded late."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from agency_registry.agency_rows import read_agencies
from agency_registry.edit import periods, recoding
from agency_registry.tables import agencies, agency_aliases, agency_changes, agency_periods
from edxml import organ

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date, datetime

    from sqlalchemy import Connection

    from agency_registry.agency import Agency
    from agency_registry.edit.periods import Period, Timeline


def agency_as_of(connection: Connection, code: str, day: date) -> dict[str, object] | None:
    """The agency that answered to the code that day, as it stood: code, name, kind, level, parent, state, its period.

    None when nobody did, or before its first day. What was decided later, for that day, counts.
    """  # law: R-026 QĐ28 Đ16.1
    number = _bearer(connection, organ.normalise(code), day)
    if number is None:
        return None
    organ_id = connection.execute(sa.select(agencies.c.organ_id).where(agencies.c.id == number)).scalar_one()
    agency = next(one for one in read_agencies(connection, [organ_id]) if one.id == number)
    timeline = periods.read(connection, [number]).get(number) or periods.of_row(agency)
    period = _stood(agency, timeline, day)
    if period is None:
        return None
    days = {name: None if one is None else one.isoformat() for name, one in (
        ("first_day", period.first_day), ("last_day", period.last_day))}  # fmt: skip
    return {"id": number, **period.told(), "scope": agency.scope, **days}


def structure_of(connection: Connection, day: date, *, scope: str = "province") -> list[dict[str, object]]:
    """The tree of that day: every agency that took part, under the code, name, level and parent it had, by code.

    A parent is told by the code it bore that day; None for one that did not take part.
    """  # law: R-027
    timelines = periods.read(connection)
    stood: dict[int, Period] = {}
    for agency in read_agencies(connection):
        period = _stood(agency, timelines.get(agency.id) or periods.of_row(agency), day)
        if agency.scope == scope and period is not None and period.state != "closed":
            stood[agency.id] = period
    bearers = {code: number for number, code in _codes_ever(connection, timelines)}
    result = []
    for number, period in stood.items():
        above = stood.get(bearers.get(period.parent, 0)) if period.parent is not None else None
        result.append({"id": number, **period.told(), "parent": None if above is None else above.organ_id})
    return sorted(result, key=lambda one: str(one["organ_id"]))


def agency_as_known(connection: Connection, code: str, at: datetime) -> dict[str, object] | None:
    """The agency's entry as the registry told it at that moment; None when it was not yet registered.

    The code is read as it was given out then: a code that has since passed to another agency finds the earlier holder.
    """
    aliases = agency_aliases.c
    holder = connection.execute(
        sa.select(aliases.agency_id)
        .where(aliases.alias == organ.normalise(code), aliases.valid_from <= at)
        .where(sa.or_(aliases.valid_to.is_(None), aliases.valid_to > at))
    ).scalar()
    if holder is None:
        return None
    mine = sa.select(aliases.alias).where(aliases.agency_id == holder)
    entry: dict[str, object] | None = connection.execute(
        sa.select(agency_changes.c.entry)
        .where(agency_changes.c.organ_id.in_(mine), agency_changes.c.at <= at)
        .where(agency_changes.c.entry["id"].as_integer() == holder)
        .order_by(agency_changes.c.id.desc())
        .limit(1)
    ).scalar()
    return entry


def _bearer(connection: Connection, code: str, day: date) -> int | None:
    """The number of the agency whose identity the code was that day, else of who answered to it then."""
    table = agency_periods.c
    for number in connection.execute(sa.select(table.agency_id).distinct().where(table.organ_id == code)).scalars():
        period = periods.on_day(periods.read(connection, [number])[number], day)
        if period is not None and period.organ_id == code:
            return int(number)
    aliases = agency_aliases.c
    mine = sa.select(aliases.agency_id).where(aliases.alias == code).order_by(aliases.id)
    past = mine.where(aliases.valid_to.is_not(None), aliases.valid_to > recoding.midnight(day))
    now = mine.where(aliases.valid_to.is_(None), sa.or_(aliases.last_day.is_(None), aliases.last_day >= day))
    holders = [*connection.execute(past).scalars(), *connection.execute(now).scalars()]
    return holders[0] if holders else None


def _stood(agency: Agency, timeline: Timeline, day: date) -> Period | None:
    if agency.valid_from is not None and day < agency.valid_from:
        return None
    return periods.on_day(timeline, day)


def _codes_ever(connection: Connection, timelines: dict[int, Timeline]) -> Iterable[tuple[int, str]]:
    rows: Any = connection.execute(sa.select(agencies.c.id, agencies.c.organ_id))
    yield from ((number, code) for number, code in rows)
    for number, timeline in timelines.items():
        yield from ((number, period.organ_id) for period in timeline)
