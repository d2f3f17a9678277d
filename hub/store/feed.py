"""The journal as one system may read it: its own packages whole, others' only where they concern its own deliveries."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, exists, func, or_, select

from hub import states
from hub.store import packages, tables

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection, Row

_E = tables.events
_P = tables.packages
_D = tables.deliveries

WINDOW = 10_000
"""Most lines of the journal looked at in one call, so that a quiet system's question stays cheap."""


VERDICT = "verdict.recorded"
"""Of the whole package, and every recipient's concern: it may come long after the document."""


def _receives(system_id: str) -> Any:
    """Whether the system has a delivery of the event's package that it knows of."""
    mine = _D.alias()
    offered = packages.offered(mine)
    return exists().where(mine.c.package_id == _E.c.package_id, mine.c.system_id == system_id, offered)


def of_system(
    connection: Connection, system_id: str, *, after: int, limit: int
) -> tuple[Sequence[Row[Any]], int | None]:
    """The system's events behind sequence number `after`, and where to go on; None at the journal's end."""
    newest: int = connection.execute(select(func.max(_E.c.seq))).scalar() or 0
    end = min(newest, after + WINDOW)
    rows = connection.execute(
        select(_E, _P.c.system_id.label("sender_system"), _D.c.system_id.label("delivery_system"))
        .outerjoin_from(_E, _P, _P.c.id == _E.c.package_id)
        .outerjoin(_D, _D.c.id == _E.c.delivery_id)
        .where(
            _E.c.seq > after,
            _E.c.seq <= end,
            or_(
                and_(_P.c.system_id == system_id, or_(_D.c.copy.is_(None), _D.c.copy.not_in(states.BESIDE))),
                and_(_D.c.system_id == system_id, packages.offered()),
                and_(_E.c.type == VERDICT, _receives(system_id)),
            ),
        )
        .order_by(_E.c.seq)
        .limit(limit + 1)
    ).all()
    if len(rows) > limit:
        return rows[:limit], int(rows[limit - 1].seq)
    return rows, end if end < newest else None
