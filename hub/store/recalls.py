"""Copies of a document that somebody wants back: looked up, asked for and taken out of the lists by the thousand.

A document may have 5,000 recipients: every function here takes a few statements, whatever their number.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, exists, or_, select, update

from hub import clock, states
from hub.store import items, tables
from hub.store.events import CHUNK

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import Connection, Row

_D = tables.deliveries
_I = tables.items
_P = tables.packages

_LEAVES = (
    states.DeliveryStatus.QUEUED.value,
    states.DeliveryStatus.SENDING.value,
    states.DeliveryStatus.AVAILABLE.value,
    states.DeliveryStatus.HELD.value,
    states.DeliveryStatus.DELIVERED.value,
)
"""Statuses in which a system gets, or got, the bytes of an item for one of its agencies."""


def copies(connection: Connection, delivery_ids: Sequence[str]) -> list[Row[Any]]:
    """These deliveries with `sender` and `content_key` of their package, in the order of arrival."""
    found: list[Row[Any]] = []
    for part in _parts(delivery_ids):
        query = select(_D, _P.c.sender, _P.c.content_key).join_from(_D, _P, _P.c.id == _D.c.package_id)
        found += connection.execute(query.where(_D.c.id.in_(part))).all()
    return sorted(found, key=lambda row: row.seq)


def parted_items(connection: Connection, item_ids: Collection[str], together: Collection[str]) -> set[str]:
    """Those of the items that cannot be stopped as a whole: a byte left, or a copy that is not in `together` leaves.

    The bytes of an item leave once for all agencies of one system, and To is never shortened.
    """
    found: set[str] = set()
    wanted = frozenset(together)
    for part in _parts(sorted(item_ids)):
        rows = connection.execute(
            select(_D.c.item_id, _D.c.id, _D.c.exposed_at, _D.c.status).where(_D.c.item_id.in_(part))
        )
        found |= {
            row.item_id
            for row in rows
            if row.exposed_at is not None or (row.id not in wanted and row.status in _LEAVES)
        }
    return found


def left_items(connection: Connection, item_ids: Collection[str]) -> set[str]:
    """Those of the items of which a byte has left for one of their deliveries."""
    found: set[str] = set()
    for part in _parts(sorted(item_ids)):
        query = select(_D.c.item_id).where(_D.c.item_id.in_(part), _D.c.exposed_at.is_not(None))
        found.update(connection.execute(query).scalars())
    return found


def asked_unexposed(connection: Connection, item_ids: Collection[str]) -> list[str]:
    """Deliveries of these items that are asked back already although no byte left for them; ids."""
    found: list[str] = []
    asked = (_D.c.recall_state == states.RecallState.ASKED.value) & _D.c.exposed_at.is_(None)
    for part in _parts(sorted(item_ids)):
        found += connection.execute(select(_D.c.id).where(_D.c.item_id.in_(part), asked)).scalars()
    return found


def write(connection: Connection, delivery_ids: Sequence[str], values: Mapping[str, Any]) -> None:
    """Write the same facts beside the status of many deliveries; never `status`."""
    if "status" in values:
        message = "a status changes only through events"
        raise ValueError(message)
    for part in _parts(delivery_ids):
        connection.execute(update(_D).where(_D.c.id.in_(part)).values(dict(values)))


def somebody_keeps(connection: Connection, package_id: str) -> bool:
    """Whether a recipient has, or may still get, a copy of a package; also True of one nobody gave back.

    A take-back is over when it is agreed to, a recall or a removal when the copy is destroyed.
    """
    state, kind = _D.c.recall_state, _D.c.recall_kind
    destroyed = state == states.RecallState.DESTROYED.value
    given = and_(state == states.RecallState.AGREED.value, kind == "take_back")
    gone = or_(_D.c.status == states.DeliveryStatus.CANCELLED.value, destroyed, given)
    mine = select(_D.c.id).where(_D.c.package_id == package_id)
    if connection.execute(mine.where(~gone).limit(1)).first() is not None:
        return True
    return connection.execute(mine.where(or_(destroyed, given)).limit(1)).first() is None


def write_once(connection: Connection, delivery_ids: Sequence[str], values: Mapping[str, Any]) -> None:
    """Write the facts of a wish to those of the deliveries that nobody wanted back before."""
    for part in _parts(delivery_ids):
        fresh = _D.c.id.in_(part) & (_D.c.recall_state == states.RecallState.NONE.value)
        connection.execute(update(_D).where(fresh).values(dict(values)))


def close_items(connection: Connection, item_ids: Collection[str], now: datetime) -> None:
    """Take those of the items out of the lists none of whose deliveries waits to be fetched."""
    waits = exists().where(_D.c.item_id == _I.c.id, _D.c.status == states.DeliveryStatus.AVAILABLE.value)
    for part in _parts(sorted(item_ids)):
        shut = update(_I).where(_I.c.id.in_(part), _I.c.state.in_(items.OPEN), ~waits)
        connection.execute(shut.values(state="", state_text="", updated_at=clock.to_text(now)))


def _parts(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(ids), CHUNK):
        yield ids[start : start + CHUNK]


def hasten(connection: Connection, delivery_ids: Sequence[str], urgency: int) -> None:
    """Copies nobody has seen become at least as urgent as what follows them, and stand before it in every list."""
    for part in _parts(delivery_ids):
        mine = _D.c.id.in_(part) & _D.c.exposed_at.is_(None)
        ids = select(_D.c.item_id).where(mine, _D.c.item_id.is_not(None))
        connection.execute(update(_I).where(_I.c.id.in_(ids)).values(listed_at=""))
        connection.execute(update(_I).where(_I.c.id.in_(ids), _I.c.urgency < urgency).values(urgency=urgency))
        connection.execute(update(_D).where(mine, _D.c.urgency < urgency).values(urgency=urgency))


def replaced(connection: Connection, package_ids: Sequence[str], by: str) -> None:
    """Write which package replaces these."""
    for part in _parts(package_ids):
        connection.execute(update(_P).where(_P.c.id.in_(part)).values(replaced_by=by))


def hold(connection: Connection, package_id: str, at: str | None) -> None:
    """Write since when a package is under a legal hold; None = under none."""
    connection.execute(update(_P).where(_P.c.id == package_id).values(legal_hold_at=at))


def held_by_law(connection: Connection) -> Sequence[Row[Any]]:
    """The packages under a legal hold, oldest hold first."""
    query = select(_P).where(_P.c.legal_hold_at.is_not(None)).order_by(_P.c.legal_hold_at, _P.c.seq)
    return connection.execute(query).all()
