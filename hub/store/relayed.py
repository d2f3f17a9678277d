"""What another hub took for us, under the id it gave: to know our item again, and to notice when it forgot it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, func, insert, select, update

from hub import clock
from hub.states import DeliveryStatus, RecallState
from hub.store import tables

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime

    from sqlalchemy import Connection, Row

_R = tables.relayed
_D = tables.deliveries
_P = tables.packages
_A = tables.alarms
CHUNK = 500
"""Most values of one IN: databases bound them."""


def remember(connection: Connection, system_id: str, remote_id: str, item_id: str, now: datetime) -> None:
    """The other hub knows our item under this id."""
    key = {"system_id": system_id, "remote_id": remote_id[:100]}
    connection.execute(delete(_R).where(_R.c.system_id == key["system_id"], _R.c.remote_id == key["remote_id"]))
    connection.execute(insert(_R).values(**key, item_id=item_id, at=clock.to_text(now)))


def item_of(connection: Connection, system_id: str, remote_id: str) -> str | None:
    """Our item behind the other hub's id."""
    found = select(_R.c.item_id).where(_R.c.system_id == system_id, _R.c.remote_id == remote_id[:100])
    item_id: str | None = connection.execute(found).scalar()
    return item_id


def unseen(connection: Connection, system_id: str, before: datetime, limit: int) -> Sequence[Row[Any]]:
    """What it took before then and has never listed, the oldest first."""
    query = select(_R).where(_R.c.system_id == system_id, _R.c.seen_at.is_(None), _R.c.at < clock.to_text(before))
    rows: Sequence[Any] = connection.execute(query.order_by(_R.c.at).limit(limit)).all()
    return rows


def seen(connection: Connection, system_id: str, remote_ids: Collection[str], now: datetime) -> None:
    """Its own list names these."""
    ids = list(remote_ids)
    for start in range(0, len(ids), CHUNK):
        mine = (_R.c.system_id == system_id, _R.c.remote_id.in_(ids[start : start + CHUNK]), _R.c.seen_at.is_(None))
        connection.execute(update(_R).where(*mine).values(seen_at=clock.to_text(now)))


def unanswered(
    connection: Connection, system_id: str, since: datetime, until: datetime, limit: int
) -> Sequence[Row[Any]]:
    """Deliveries of documents it took in that time that nobody has answered, asked back or reported, oldest first."""
    standing = select(_A.c.seq).where(_A.c.delivery_id == _D.c.id, _A.c.kind == "axis_no_answer").exists()
    query = (
        select(_D.c.id, _D.c.package_id, _D.c.recipient, func.max(_R.c.remote_id).label("remote_id"))
        .join_from(_R, _D, _D.c.item_id == _R.c.item_id)
        .join(_P, _P.c.id == _D.c.package_id)
        .where(
            _R.c.system_id == system_id,
            _R.c.at >= clock.to_text(since),
            _R.c.at < clock.to_text(until),
            _P.c.message_type == "edoc",
            _D.c.status == DeliveryStatus.DELIVERED.value,
            _D.c.business_status.is_(None),
            _D.c.recall_state == RecallState.NONE.value,
            ~standing,
        )
        .group_by(_D.c.id, _D.c.package_id, _D.c.recipient)
        .order_by(func.min(_R.c.at))
        .limit(limit)
    )
    rows: Sequence[Any] = connection.execute(query).all()
    return rows


def given_again(
    connection: Connection, system_id: str, before: str, remote_id: str, item_id: str, now: datetime
) -> None:
    """It was given the item once more. before: its id until now; remote_id: the one it gives now, '' = none yet."""
    again = connection.execute(
        select(_R.c.again).where(_R.c.system_id == system_id, _R.c.remote_id == before)
    ).scalar_one()
    if remote_id and remote_id != before:
        remember(connection, system_id, remote_id, item_id, now)
        seen(connection, system_id, [before], now)  # never asked for again; it may still speak of it
    mine = (_R.c.system_id == system_id, _R.c.remote_id == (remote_id or before)[:100])
    connection.execute(update(_R).where(*mine).values(again=again + 1, at=clock.to_text(now)))


def prune(connection: Connection, before: datetime) -> int:
    """Forget what was taken before then; how many."""
    return connection.execute(delete(_R).where(_R.c.at < clock.to_text(before))).rowcount
