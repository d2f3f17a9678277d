"""How often each system opened its inbox, by day: for the report, and no more of it is kept."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Final

from sqlalchemy import delete, insert, select, update

from hub import clock
from hub.store import tables

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection

_O = tables.openings

APART: Final = timedelta(minutes=10)
"""Two looks nearer to each other are one opening: software asks every few seconds, and so does an impatient clerk."""

Days = dict[tuple[str, str], int]


class Openings:
    """What was seen and is not written yet. Used by the event loop alone; bounded by the number of systems."""

    def __init__(self) -> None:
        self._last: dict[str, datetime] = {}
        self._counted: Counter[tuple[str, str]] = Counter()

    def opened(self, system_id: str, now: datetime) -> None:
        """A system looked into its inbox; costs no statement."""
        last = self._last.get(system_id)
        if last is not None and timedelta() <= now - last < APART:
            return
        self._last[system_id] = now
        self._counted[system_id, clock.local(now).date().isoformat()] += 1

    def take(self) -> Days:
        """Everything counted since the last time."""
        found = dict(self._counted)
        self._counted.clear()
        return found


def add(connection: Connection, counted: Mapping[tuple[str, str], int]) -> None:
    """Add to what is kept."""
    for (system_id, day), times in counted.items():
        kept = update(_O).where(_O.c.system_id == system_id, _O.c.day == day)
        if connection.execute(kept.values(times=_O.c.times + times)).rowcount == 0:
            connection.execute(insert(_O).values(system_id=system_id, day=day, times=times))


def of_day(connection: Connection, day: date) -> dict[str, int]:
    """System id -> how often it opened its inbox on that day."""
    rows = connection.execute(select(_O.c.system_id, _O.c.times).where(_O.c.day == day.isoformat()))
    return {row.system_id: row.times for row in rows}


def prune_before(connection: Connection, day: date) -> int:
    """Forget older days; how many lines."""
    return connection.execute(delete(_O).where(_O.c.day < day.isoformat())).rowcount
