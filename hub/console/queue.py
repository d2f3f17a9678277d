"""The queue by destination and age, as Postfix's qshape shows it: one look says who is stuck and since when."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from hub import clock
from hub.context import Hub
from hub.states import DeliveryStatus
from hub.store import deliveries

MARKS = tuple(timedelta(minutes=minutes) for minutes in (5, 30, 120, 480, 1440))
"""Borders between the columns of age."""

COLUMNS = (
    ("< 5 phút", "< 5 min"),
    ("5–30 phút", "5–30 min"),
    ("30 phút–2 giờ", "30 min–2 h"),
    ("2–8 giờ", "2–8 h"),
    ("8–24 giờ", "8–24 h"),
    ("> 1 ngày", "> 1 day"),
)
SLOW_COLUMN, LATE_COLUMN = 3, 4
"""From two hours on a line is slow, from eight hours late."""

_ALERTS = ("late", "slow", "")


@dataclass(frozen=True, slots=True)
class Line:
    """One destination and one status."""

    recipient: str
    name: str
    systems: tuple[str, ...]
    status: str
    total: int
    ages: tuple[int, ...]  # one for each of COLUMNS
    oldest: datetime
    alert: str  # "late" | "slow" | ""


@dataclass(frozen=True, slots=True)
class Queue:
    """All lines, the most pressing first, and their sums."""

    lines: tuple[Line, ...]
    ages: tuple[int, ...]
    totals: dict[str, int]  # by status, and "late"

    @property
    def total(self) -> int:
        """Deliveries that are not finished."""
        return sum(self.ages)


async def read(hub: Hub) -> Queue:
    """The queue as it is now."""
    now = hub.clock.now()
    marks = [clock.to_text(now - mark) for mark in MARKS]
    rows = await hub.db.read(lambda connection: deliveries.by_age(connection, marks))
    return shape(hub, rows)


def shape(hub: Hub, rows: Iterable[Any]) -> Queue:
    """Lines from the rows of `deliveries.by_age`: a destination's systems are one line."""
    together: dict[tuple[str, str], list[Any]] = {}
    for row in rows:
        together.setdefault((row.recipient, row.status), []).append(row)
    lines = [_line(hub, recipient, status, group) for (recipient, status), group in together.items()]
    lines.sort(key=lambda line: (_ALERTS.index(line.alert), line.oldest))
    totals: dict[str, int] = {"late": 0}
    for line in lines:
        totals[line.status] = totals.get(line.status, 0) + line.total
        totals["late"] += sum(line.ages[LATE_COLUMN:]) if line.status not in _SETTLED else 0
    ages = tuple(sum(line.ages[number] for line in lines) for number in range(len(COLUMNS)))
    return Queue(tuple(lines), ages, totals)


_SETTLED = frozenset({DeliveryStatus.NOT_CONNECTED.value, DeliveryStatus.FAILED.value})
"""No time mends these: a person does."""


def _line(hub: Hub, recipient: str, status: str, group: list[Any]) -> Line:
    agency = hub.directory.agency(recipient)
    ages = tuple(sum(getattr(row, f"age_{number}") for row in group) for number in range(len(COLUMNS)))
    return Line(
        recipient,
        agency.name if agency is not None else "",
        tuple(sorted({row.system_id for row in group if row.system_id})),
        status,
        sum(row.total for row in group),
        ages,
        clock.from_text(min(row.oldest for row in group)),
        _alert(status, ages),
    )


def _alert(status: str, ages: tuple[int, ...]) -> str:
    if status == DeliveryStatus.FAILED:
        return "late"
    if status == DeliveryStatus.NOT_CONNECTED:
        return "slow"
    if any(ages[LATE_COLUMN:]):
        return "late"
    return "slow" if any(ages[SLOW_COLUMN:]) else ""
