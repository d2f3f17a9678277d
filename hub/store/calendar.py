"""What the operator decided over the known days and hours. Lines are never changed: a newer one counts, or all end."""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import insert, select, update

from hub import clock
from hub.calendar import DayKind, DayLine, DayState, HoursLine
from hub.profile import Hours
from hub.store import tables

if TYPE_CHECKING:
    from sqlalchemy import Connection, Table

_DAYS = tables.calendar_days
_HOURS = tables.calendar_hours


def days(connection: Connection) -> list[DayLine]:
    """The lines that stand, oldest first."""
    return [
        DayLine(
            date.fromisoformat(row.day),
            DayKind(row.kind),
            row.name,
            DayState(row.state),
            row.source,
            row.organ_id,
            row.seq,
        )
        for row in connection.execute(_standing(_DAYS))
    ]


def hours(connection: Connection) -> list[HoursLine]:
    """The hours that stand over the profile's, oldest first."""
    return [
        HoursLine(Hours.model_validate_json(row.hours), row.source, row.organ_id, row.seq)
        for row in connection.execute(_standing(_HOURS))
    ]


def add_day(connection: Connection, line: DayLine, by: str, now: datetime) -> None:
    """Enter a day; it counts instead of the earlier lines of that day and agency."""
    connection.execute(
        insert(_DAYS).values(
            day=line.day.isoformat(),
            organ_id=line.organ_id,
            kind=line.kind.value,
            name=line.name,
            source=line.source,
            state=line.state.value,
            entered_at=clock.to_text(now),
            entered_by=by,
        )
    )


def end_day(connection: Connection, day: date, organ_id: str, now: datetime) -> int:
    """End every line of a day and agency; how many stood."""
    return _end(connection, _DAYS, now, _DAYS.c.day == day.isoformat(), _DAYS.c.organ_id == organ_id)


def add_hours(connection: Connection, line: HoursLine, by: str, now: datetime) -> int:
    """Enter hours; they come before the earlier ones of that agency. Gives the number to end them by."""
    values = json.dumps(line.hours.model_dump(mode="json"), ensure_ascii=False)
    done = connection.execute(
        insert(_HOURS).values(
            organ_id=line.organ_id,
            hours=values,
            source=line.source,
            entered_at=clock.to_text(now),
            entered_by=by,
        )
    )
    key = done.inserted_primary_key
    assert key is not None, "the table numbers its rows"
    return int(key[0])


def end_hours(connection: Connection, number: int, now: datetime) -> int:
    """End one line of hours; how many stood."""
    return _end(connection, _HOURS, now, _HOURS.c.seq == number)


def _standing(table: Table) -> Any:
    return select(table).where(table.c.ended_at.is_(None)).order_by(table.c.seq)


def _end(connection: Connection, table: Table, now: datetime, *which: Any) -> int:
    ending = update(table).where(table.c.ended_at.is_(None), *which).values(ended_at=clock.to_text(now))
    return connection.execute(ending).rowcount
