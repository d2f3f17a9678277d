"""The exchange in figures: what each agency sent and received in a month. Totals only, no subject, no person."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from hub import clock
from hub.flow import structure
from hub.store import statistics

if TYPE_CHECKING:
    from hub.context import Hub

_MONTH = re.compile(r"([0-9]{4})-(0[1-9]|1[0-2])")


@dataclass(frozen=True, slots=True)
class AgencyMonth:
    """One agency in one month; counts, except where the name says percent or minutes (None = nothing to count)."""

    organ_id: str
    name: str
    documents_sent: int = 0
    deliveries: int = 0
    delivered: int = 0
    delivered_same_day_percent: int | None = None
    median_minutes_to_delivery: int | None = None
    waiting: int = 0
    failed: int = 0
    not_connected: int = 0
    cancelled: int = 0
    refused: int = 0
    recalled: int = 0
    rejected: int = 0
    documents_received: int = 0
    statuses_sent: int = 0


def bounds(month: str) -> tuple[datetime, datetime]:
    """First moment of a month `yyyy-mm` in Viet Nam, and of the next. Raises ValueError."""
    read = _MONTH.fullmatch(month)
    year, number = (int(read[1]), int(read[2])) if read else (0, 0)
    if not 2000 <= year <= 2999:
        message = f"a month is written yyyy-mm, for example 2026-11, not {month[:20]!r}"
        raise ValueError(message)
    following = (year, number + 1) if number < 12 else (year + 1, 1)
    return (
        datetime(year, number, 1, tzinfo=clock.VIETNAM),
        datetime(*following, 1, tzinfo=clock.VIETNAM),
    )


def cut(month: str, day: str | None, by: str | None) -> structure.Cut | None:
    """Which tree is asked for, if any; `by` alone means that of the month's last day. Raises ValueError."""
    if not day and not by:
        return None
    if (by or "agency") not in structure.BY:
        message = f"figures are put together by {', '.join(structure.BY)}, not by {by!s:.20}"
        raise ValueError(message)
    last = bounds(month)[1].date() - timedelta(days=1)
    return structure.Cut(date.fromisoformat(day) if day else last, by or "agency")


def month_of(moment: datetime) -> str:
    """The Vietnamese month a moment lies in, `yyyy-mm`."""
    return clock.local(moment).strftime("%Y-%m")


def span(hub: Hub, start: datetime, end: datetime) -> statistics.Span:
    """The time between two moments, as the profile reads sending times."""
    return statistics.Span(clock.to_text(start), clock.to_text(end), hub.profile.clocks.sending_time)


async def monthly(hub: Hub, month: str, by: structure.Cut | None = None) -> tuple[AgencyMonth, ...]:
    """Every agency of the province, with or without figures, and whoever else has some, by organ id.

    by: told by the tree of a day instead, each row a heading of it; the sums are the same.
    Raises ValueError for a month that is none.
    """
    # law: R-203 HN Đ15.2
    asked = span(hub, *bounds(month))
    if by is not None:
        told = await hub.db.read(
            lambda connection: structure.cut(connection, statistics.monthly(connection, asked), by)
        )
        return tuple(_row(row.key, row.name, row.figures) for row in told)
    found = await hub.db.read(lambda connection: statistics.monthly(connection, asked))
    names = {agency.organ_id: agency.name for agency in hub.directory.agencies() if agency.scope == "province"}
    rows = []
    for organ_id in sorted(names.keys() | found.keys()):
        agency = hub.directory.agency(organ_id)
        name = names.get(organ_id) or (agency.name if agency is not None else "")
        rows.append(_row(organ_id, name, found.get(organ_id, statistics.Figures())))
    return tuple(rows)


def _row(organ_id: str, name: str, figures: statistics.Figures) -> AgencyMonth:
    return AgencyMonth(
        organ_id,
        name,
        documents_sent=figures.documents_sent,
        deliveries=figures.deliveries,
        delivered=figures.delivered,
        delivered_same_day_percent=figures.same_day_percent,
        median_minutes_to_delivery=figures.median_minutes,
        waiting=figures.waiting,
        failed=figures.failed,
        not_connected=figures.not_connected,
        cancelled=figures.cancelled,
        refused=figures.refused,
        recalled=figures.recalled,
        rejected=figures.rejected,
        documents_received=figures.documents_received,
        statuses_sent=figures.statuses_sent,
    )
