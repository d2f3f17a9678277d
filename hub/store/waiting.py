"""One page of what waits for a system to fetch: urgent ones first, and nothing hidden for ever.

The page is the front of the queue in the order (urgency, age), but when more waits than fits, one place in SHARE is for
the oldest of all. A place in the list therefore is two marks: how far the queue was read, and up to what age everything
was shown. Both only move on, so that paging shows nothing twice and, of what was there when it began, leaves out
nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hub.profile.rules import LEVELS
from hub.store import deliveries, tables

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection, Row

_D = tables.deliveries

SHARE = 8
"""One place in so many of a full page is for what has waited longest."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page ended. urgency, seq: of the last one of the queue; oldest: all up to this number were shown."""

    urgency: int
    seq: int
    oldest: int = 0


def page(
    connection: Connection, system_id: str, *, after: Place | None, limit: int, organ_id: str | None = None
) -> tuple[Sequence[Row[Any]], Place | None]:
    """What waits behind `after`, most urgent first, then oldest; and where to go on, None at the end."""
    # law: R-085 HN Đ7.2
    rows = _queue(connection, system_id, after, limit + 1, organ_id)
    if len(rows) <= limit:
        return rows, None
    kept = limit // SHARE
    longest = _oldest(connection, system_id, after, kept, organ_id) if kept else []
    shown = longest[-1].at_seq if longest else after.oldest if after is not None else 0
    front = [row for row in rows if row.at_seq > shown][: limit - len(longest)]
    place = Place(front[-1].urgency, front[-1].at_seq, shown)
    return sorted([*front, *longest], key=lambda row: (-row.urgency, row.at_seq)), place


def _queue(
    connection: Connection, system_id: str, after: Place | None, limit: int, organ_id: str | None
) -> Sequence[Row[Any]]:
    query = deliveries.fetchable(system_id, organ_id).order_by(_D.c.urgency.desc(), _D.c.seq).limit(limit)
    if after is not None:
        query = query.where(deliveries.behind(after.urgency, after.seq), _D.c.seq > after.oldest)
    rows: Sequence[Any] = connection.execute(query).all()
    return rows


def _oldest(
    connection: Connection, system_id: str, after: Place | None, limit: int, organ_id: str | None
) -> list[Row[Any]]:
    """The oldest of all levels that were not shown yet; each level comes from the index, in order."""
    found: list[Any] = []
    for level in range(LEVELS):
        query = deliveries.fetchable(system_id, organ_id).where(_D.c.urgency == level).order_by(_D.c.seq).limit(limit)
        if after is not None:
            query = query.where(deliveries.behind(after.urgency, after.seq), _D.c.seq > after.oldest)
        found += connection.execute(query).all()
    return sorted(found, key=lambda row: row.at_seq)[:limit]
