"""How an agency stood on any day: periods, of which each tells code, name, kind, level, parent and state.

Periods are only ever added: the newest one that covers a day counts for it. An agency that never changed has none; its
row tells how it always was.  law: R-026 QĐ28 Đ16.1
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa

from agency_registry.tables import agency_periods

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from sqlalchemy import Connection

    from agency_registry.agency import Agency

FIELDS: Final = ("organ_id", "name", "kind", "level", "parent", "state")
"""What a period tells of an agency; each of these changes on a day."""

_DAY: Final = timedelta(days=1)
_CHUNK: Final = 500


@dataclass(frozen=True, slots=True)
class Period:
    """How an agency stood from its first day to its last, both included; None is without limit."""

    first_day: date | None
    last_day: date | None
    organ_id: str
    name: str
    kind: str
    level: str
    parent: str | None
    state: str

    def covers(self, day: date) -> bool:
        """Whether the day lies in it."""
        return (self.first_day is None or self.first_day <= day) and (self.last_day is None or day <= self.last_day)

    def told(self) -> dict[str, Any]:
        """What it tells, without its days."""
        return {name: getattr(self, name) for name in FIELDS}


Timeline = tuple[Period, ...]
"""The periods of one agency as they count: by day, none over another."""


def of_row(agency: Agency) -> Timeline:
    """The timeline of an agency without history: as its row says, closed after its last day."""
    state = agency.state
    if agency.valid_to is not None and state == "closed":
        state = "active"
    told = (agency.organ_id, agency.name, agency.kind, agency.level, agency.parent)
    first = Period(agency.valid_from, agency.valid_to, *told, state)
    if agency.valid_to is None:
        return (first,)
    return (first, Period(agency.valid_to + _DAY, None, *told, "closed"))


def on_day(timeline: Timeline, day: date) -> Period | None:
    """How it stood that day; None before its first."""
    return next((period for period in timeline if period.covers(day)), None)


def overlaid(lines: Iterable[Period]) -> Timeline:
    """What counts of lines given oldest first: a later one covers what earlier ones told of its days."""
    counted: list[Period] = []
    for line in lines:
        counted = [part for period in counted for part in _without(period, line)]
        counted.append(line)
    return _joined(sorted(counted, key=lambda period: period.first_day or date.min))


def patched(timeline: Timeline, first_day: date, told: Mapping[str, Any]) -> Timeline:
    """The timeline with these fields changed from that day on.

    A field keeps its new value until the day on which it had changed anyhow: a decision recorded late does not undo
    one that came after it.
    """
    pieces = [part for period in timeline for part in _cut(period, first_day)]
    for name, value in told.items():
        pieces = _set(pieces, first_day, name, value)
    return _joined(pieces)


def read(connection: Connection, agency_ids: Collection[int] | None = None) -> dict[int, Timeline]:
    """The timelines of these agencies, or of all; agencies without history are left out."""
    table = agency_periods.c
    columns = (table.agency_id, table.first_day, table.last_day, *(table[name] for name in FIELDS))
    wanted = sa.select(*columns).order_by(table.agency_id, table.id)
    lines: dict[int, list[Period]] = {}
    for part in _parts(wanted, agency_ids):
        for agency_id, *told in connection.execute(part):
            lines.setdefault(agency_id, []).append(Period(*told))
    return {agency_id: overlaid(told) for agency_id, told in lines.items()}


def keep(
    connection: Connection, version: int, today: date, changed: Sequence[tuple[int, Timeline | None, Timeline]]
) -> None:
    """Add what differs: (agency, its timeline so far or None without history, its timeline now)."""
    rows = []
    for agency_id, before, after in changed:
        known = set(before or ())
        rows += [
            {
                "version": version,
                "agency_id": agency_id,
                "first_day": period.first_day,
                "last_day": period.last_day,
                **period.told(),
                "pending": period.first_day is not None and period.first_day > today,
            }
            for period in after
            if period not in known
        ]
    if rows:
        connection.execute(sa.insert(agency_periods), rows)


def due(connection: Connection, today: date) -> list[int]:
    """Agencies with a period that has begun since anybody looked."""
    table = agency_periods.c
    wanted = sa.select(table.agency_id).distinct().where(table.pending.is_(True), table.first_day <= today)
    return list(connection.execute(wanted).scalars())


def taken_over(connection: Connection, today: date) -> None:
    """The rows of agencies say what the periods that have begun say."""
    table = agency_periods.c
    begun = sa.update(agency_periods).where(table.pending.is_(True), table.first_day <= today)
    connection.execute(begun.values(pending=False))


def _parts(wanted: Any, agency_ids: Collection[int] | None) -> list[Any]:
    if agency_ids is None:
        return [wanted]
    ids = sorted(set(agency_ids))
    column = agency_periods.c.agency_id
    return [wanted.where(column.in_(ids[start : start + _CHUNK])) for start in range(0, len(ids), _CHUNK)]


def _without(period: Period, line: Period) -> list[Period]:
    """What is left of a period beside the days of a line."""
    left = []
    if line.first_day is not None and (period.first_day is None or period.first_day < line.first_day):
        end = line.first_day - _DAY
        left.append(replace(period, last_day=end if period.last_day is None else min(period.last_day, end)))
    if line.last_day is not None and (period.last_day is None or period.last_day > line.last_day):
        start = line.last_day + _DAY
        left.append(replace(period, first_day=start if period.first_day is None else max(period.first_day, start)))
    return left


def _cut(period: Period, day: date) -> list[Period]:
    """The period in two when the day lies in it behind its first."""
    if not period.covers(day) or period.first_day == day:
        return [period]
    return [replace(period, last_day=day - _DAY), replace(period, first_day=day)]


def _set(pieces: list[Period], first_day: date, name: str, value: Any) -> list[Period]:
    changed, earlier = [], [period for period in pieces if _starts_before(period, first_day)]
    later = pieces[len(earlier) :]
    old = getattr(later[0], name) if later else None
    holds = True
    for period in later:
        holds = holds and getattr(period, name) == old
        changed.append(replace(period, **{name: value}) if holds else period)
    return [*earlier, *changed]


def _starts_before(period: Period, day: date) -> bool:
    return period.first_day is None or period.first_day < day


def _joined(periods: Sequence[Period]) -> Timeline:
    """Neighbours that tell the same made one."""
    result: list[Period] = []
    for period in periods:
        last = result[-1] if result else None
        if last is not None and last.told() == period.told() and last.last_day == (period.first_day or date.max) - _DAY:
            result[-1] = replace(last, last_day=period.last_day)
        else:
            result.append(period)
    return tuple(result)
