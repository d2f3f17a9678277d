"""VXP items: (package, receiving system) with one docId, offered until the receiver says done or fail."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, func, select, update

from hub import clock, states
from hub.profile.rules import LEVELS
from hub.store import tables
from hub.store.prepared import Prepared

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import Connection, Row

_I = tables.items
_P = tables.packages
_MOVE = Prepared(update(_I).where(_I.c.id == bindparam("id_")))
OPEN = ("initial", "processing")

SHARE = 8
"""One place in so many of a full list is for what has waited longest."""


def get(connection: Connection, item_id: str) -> Row[Any] | None:
    """One item by its docId."""
    return connection.execute(select(_I).where(_I.c.id == item_id)).first()


def offer(
    connection: Connection, system_id: str, message_type: str, *, since: str, until: str, limit: int
) -> Sequence[Row[Any]]:
    """Open items: most urgent, then least recently listed, then oldest; created within [since, until].

    When more wait than fit, one place in SHARE is for those least recently listed, whatever their urgency: a stream of
    urgent ones hides nothing for ever.
    """
    # law: R-085 HN Đ7.2
    query = (
        select(_I, _P.c.sender, _P.c.document_id)
        .join_from(_I, _P, _P.c.id == _I.c.package_id)
        .where(_I.c.system_id == system_id, _I.c.message_type == message_type, _I.c.state.in_(OPEN))
        .where(_P.c.status == states.PackageStatus.ACCEPTED.value)
    )
    if since:
        query = query.where(_I.c.created_at >= since)
    if until:
        query = query.where(_I.c.created_at <= until)
    order = (_I.c.urgency.desc(), _I.c.listed_at, _I.c.seq)
    rows: Sequence[Any] = connection.execute(query.order_by(*order).limit(limit)).all()
    kept = limit // SHARE
    if len(rows) < limit or not kept:
        return rows
    waited: list[Any] = []
    for level in range(LEVELS):  # each from the index, in order
        of_level = query.where(_I.c.urgency == level).order_by(_I.c.listed_at, _I.c.seq)
        waited += connection.execute(of_level.limit(kept)).all()
    waited.sort(key=lambda row: (row.listed_at, row.seq))
    longest = waited[:kept]
    ids = {row.id for row in longest}
    chosen = [row for row in rows if row.id not in ids][: limit - len(longest)] + longest
    return sorted(chosen, key=lambda row: (-row.urgency, row.listed_at, row.seq))


def mark_listed(connection: Connection, item_ids: Sequence[str], now: datetime) -> None:
    """Remember that these were offered once more."""
    for start in range(0, len(item_ids), 500):
        connection.execute(
            update(_I)
            .where(_I.c.id.in_(item_ids[start : start + 500]))
            .values(listed=_I.c.listed + 1, listed_at=clock.to_text(now))
        )


def mark_fetched(connection: Connection, item_id: str) -> None:
    """The receiver asked for the content: the count of idle listings starts again."""
    connection.execute(update(_I).where(_I.c.id == item_id).values(listed=0))


def count(connection: Connection, system_id: str, message_type: str) -> int:
    """How many items wait for the system in all."""
    return (
        connection.execute(
            select(func.count())
            .join_from(_I, _P, _P.c.id == _I.c.package_id)
            .where(_I.c.system_id == system_id, _I.c.message_type == message_type, _I.c.state.in_(OPEN))
            .where(_P.c.status == states.PackageStatus.ACCEPTED.value)
        ).scalar()
        or 0
    )


def set_state(connection: Connection, item_id: str, state: str, text: str, now: datetime) -> None:
    """Move an item: '' takes it out of the lists (its deliveries were cancelled or are held)."""
    values = {"state": state, "state_text": text, "updated_at": clock.to_text(now)}
    _MOVE.change(connection, values, id_=item_id)
