"""Endpoints: the health of each system the hub calls, and the claims on its queue.

Back-off belongs to the endpoint, not to the message, is stored, and is cleared when that peer is heard from. A claim
writes the attempt and the next due time before the network is touched, so a worker that dies needs no reaper.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, case, exists, func, insert, or_, select, update

from hub import clock, states
from hub.store import events, tables

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence
    from datetime import datetime

    from sqlalchemy import Connection, Row

_E = tables.endpoints
_D = tables.deliveries
_P = tables.packages
_J = tables.events
_QUEUE = (states.DeliveryStatus.QUEUED.value, states.DeliveryStatus.SENDING.value)
_BEFORE = (*_QUEUE, states.DeliveryStatus.HELD.value)

PAGE = 100
MOST_LOOKED_AT = 2000
"""Items looked at in one claim before the rest waits for the next turn: a claim stays short however long the queue."""

DOWN_AFTER = 2
"""Failures in a row after which a sign of life brings the waiting deliveries forward too."""


@dataclass(frozen=True, slots=True)
class Claim:
    """One item of the queue, claimed: its package and all its deliveries for one receiving system.

    token: written as `lease`; an outcome counts only while the rows still carry it.
    """

    token: str
    package: Row[Any]
    rows: tuple[Row[Any], ...]

    @property
    def ids(self) -> tuple[str, ...]:
        """Ids of the deliveries."""
        return tuple(row.id for row in self.rows)


def get(connection: Connection, system_id: str) -> Row[Any] | None:
    """What is known of one endpoint."""
    return connection.execute(select(_E).where(_E.c.system_id == system_id)).first()


def all_of(connection: Connection) -> dict[str, Row[Any]]:
    """What is known of every endpoint, by system id."""
    return {row.system_id: row for row in connection.execute(select(_E))}


def failed(connection: Connection, system_id: str, began: datetime, retry: Callable[[int], datetime], why: str) -> int:
    """Write a failure of the endpoint; how many in a row.

    began: when the failed attempt began. Attempts that were under way together count once.
    retry: the moment of the next attempt after so many failures.
    """
    row = get(connection, system_id)
    if row is not None and row.failures and row.retry_at is not None and row.retry_at > clock.to_text(began):
        return int(row.failures)
    failures = (row.failures if row is not None else 0) + 1
    values = {"failures": failures, "retry_at": clock.to_text(retry(failures)), "last_error": why[:500]}
    _put(connection, system_id, values, known=row is not None)
    return failures


def heard(connection: Connection, system_id: str, now: datetime) -> bool:
    """The peer gave a sign of life: no more back-off; True when there was one.

    After a real outage its waiting deliveries are due at once. A single failure may have been the fault of one
    delivery, which then keeps its own waiting time.
    """
    row = get(connection, system_id)
    values = {"failures": 0, "retry_at": None, "heard_at": clock.to_text(now)}
    _put(connection, system_id, values, known=row is not None)
    if row is None or not row.failures:
        return False
    if row.failures >= DOWN_AFTER:
        _bring_forward(connection, system_id, now)
    return True


def answered(connection: Connection, item_ids: Collection[str], now: datetime) -> set[str]:
    """What waits among these items is due at once; the items that are being handed over now."""
    mine = _D.c.item_id.in_(list(item_ids))
    at = clock.to_text(now)
    waiting = update(_D).where(mine, _D.c.status == states.DeliveryStatus.QUEUED.value, _D.c.due_at > at)
    connection.execute(waiting.values(due_at=at))
    leaving = select(_D.c.item_id).where(mine, _D.c.status == states.DeliveryStatus.SENDING.value)
    return set(connection.execute(leaving).scalars())


def try_now(connection: Connection, system_id: str, now: datetime) -> None:
    """It is reached another way from now on: its rest, and that of what waits for it, is over. The next one probes."""
    resting = update(_E).where(_E.c.system_id == system_id, _E.c.failures > 0)
    if connection.execute(resting.values(retry_at=clock.to_text(now))).rowcount:
        _bring_forward(connection, system_id, now)


def queues(connection: Connection, now: datetime) -> Sequence[Row[Any]]:
    """Systems with a queue, the earliest due time of their rows, and the highest urgency among those due now (else -1).

    Answered from the index of due rows alone.
    """
    is_due = func.coalesce(_D.c.due_at, "") <= clock.to_text(now)
    found: Sequence[Any] = connection.execute(
        select(
            _D.c.system_id,
            func.min(func.coalesce(_D.c.due_at, "")).label("due_at"),
            func.max(case((is_due, _D.c.urgency), else_=-1)).label("urgency"),
        )
        .where(_D.c.status.in_(_QUEUE))
        .group_by(_D.c.system_id)
    ).all()
    return found


def candidates(
    connection: Connection, system_id: str, now: datetime, aged: datetime, limit: int, *, least_urgency: int = 0
) -> list[str]:
    """Items of one system that may be handed over now, the most urgent first; ids. Look here, then claim.

    Urgency first; what has waited since before `aged` goes with the most urgent, so that nothing waits for ever. Of all
    that has waited so long, after an outage, the urgent go first again, and of those the oldest.
    An item waits for earlier ones of the same document to the same recipient, and while one of its own deliveries
    is held: To is never shortened, so its bytes would reach that recipient too.
    """
    # law: R-085 HN Đ7.2
    at = clock.to_text(now)
    rank = func.max(case((_D.c.created_at < clock.to_text(aged), 4), else_=_D.c.urgency))
    due = (
        select(_D.c.item_id)
        .where(
            _D.c.system_id == system_id,
            _D.c.item_id.is_not(None),
            _D.c.status.in_(_QUEUE),
            or_(_D.c.due_at.is_(None), _D.c.due_at <= at),
            _D.c.urgency >= least_urgency,
        )
        .group_by(_D.c.item_id)
        .order_by(rank.desc(), func.max(_D.c.urgency).desc(), func.min(_D.c.seq))
        .limit(PAGE)
    )
    found: list[str] = []
    for start in range(0, MOST_LOOKED_AT, PAGE):
        page = list(connection.execute(due.offset(start)).scalars())
        kept_back = stuck(connection, page, now)
        found += [item_id for item_id in page if item_id not in kept_back]
        if len(found) >= limit or len(page) < PAGE:
            break
    return found[:limit]


def stuck(connection: Connection, item_ids: Sequence[str], now: datetime) -> set[str]:
    """Those of the items that may not leave now: behind an earlier one, held, being sent, or of a held package."""
    at = clock.to_text(now)
    earlier, first, sibling = _D.alias("earlier"), _P.alias("first"), _D.alias("sibling")
    behind = exists(
        select(earlier.c.id)
        .join_from(earlier, first, first.c.id == earlier.c.package_id)
        .where(
            first.c.sender == _P.c.sender,
            first.c.document_key == _P.c.document_key,
            earlier.c.recipient == _D.c.recipient,
            earlier.c.system_id == _D.c.system_id,
            earlier.c.seq < _D.c.seq,
            earlier.c.item_id != _D.c.item_id,
            earlier.c.status.in_(_BEFORE),
        )
    )
    held_or_leaving = exists(
        select(sibling.c.id).where(
            sibling.c.item_id == _D.c.item_id,
            or_(
                sibling.c.status == states.DeliveryStatus.HELD.value,
                and_(sibling.c.status == states.DeliveryStatus.SENDING.value, sibling.c.due_at > at),
            ),
        )
    )
    query = (
        select(_D.c.item_id)
        .join_from(_D, _P, _P.c.id == _D.c.package_id)
        .where(
            _D.c.item_id.in_(item_ids),
            _D.c.status.in_(_QUEUE),
            or_(_P.c.status != states.PackageStatus.ACCEPTED.value, behind, held_or_leaving),
        )
    )
    return set(connection.execute(query).scalars()) if item_ids else set()


def claim(
    connection: Connection,
    journal: events.Journal,
    now: datetime,
    item_id: str,
    *,
    token: str,
    due: Callable[[int, int], datetime],
) -> Claim | None:
    """Take all waiting deliveries of an item together; None when there is nothing left to take.

    due: (attempts with this one, size in bytes) -> when somebody else may take them if nobody reports.
    """
    rows = connection.execute(
        select(_D)
        .where(
            _D.c.item_id == item_id,
            or_(
                _D.c.status == states.DeliveryStatus.QUEUED.value,
                and_(_D.c.status == states.DeliveryStatus.SENDING.value, _D.c.due_at <= clock.to_text(now)),
            ),
        )
        .order_by(_D.c.seq)
    ).all()
    if not rows:
        return None
    package = connection.execute(select(_P).where(_P.c.id == rows[0].package_id)).one()
    for row in rows:
        attempt = row.attempts + 1
        values = {"attempts": attempt, "due_at": clock.to_text(due(attempt, package.size)), "lease": token}
        detail = {"attempt": attempt, "system": row.system_id}
        events.change_status(connection, journal, now, events.Change(row.id, states.Move.CLAIM, "hub", values, detail))
    taken = connection.execute(select(_D).where(_D.c.id.in_([row.id for row in rows])).order_by(_D.c.seq)).all()
    return Claim(token, package, tuple(taken))


def still_claimed(connection: Connection, token: str, delivery_ids: Collection[str]) -> Sequence[Row[Any]]:
    """Those of the deliveries that are being sent under this very claim."""
    return connection.execute(
        select(_D)
        .where(
            _D.c.id.in_(list(delivery_ids)),
            _D.c.lease == token,
            _D.c.status == states.DeliveryStatus.SENDING.value,
        )
        .order_by(_D.c.seq)
    ).all()


def unexposed(connection: Connection, delivery_ids: Collection[str]) -> list[str]:
    """Those of the deliveries no byte of which has left."""
    query = select(_D.c.id).where(_D.c.id.in_(list(delivery_ids)), _D.c.exposed_at.is_(None))
    return list(connection.execute(query).scalars())


def expired(connection: Connection, before: datetime, limit: int = 100) -> Sequence[Row[Any]]:
    """Queue rows older than `before` that nobody is trying now; what an operator sent again since is not old."""
    mark = clock.to_text(before)
    again = exists(
        select(_J.c.seq).where(
            _J.c.package_id == _D.c.package_id,
            or_(_J.c.delivery_id == _D.c.id, _J.c.delivery_id.is_(None)),
            _J.c.type.in_(["delivery.resent", "delivery.released", "package.released"]),
            _J.c.at >= mark,
        )
    )
    return connection.execute(
        select(_D, _P.c.sha256, _P.c.document_id, _P.c.sender)
        .join_from(_D, _P, _P.c.id == _D.c.package_id)
        .where(
            _D.c.status == states.DeliveryStatus.QUEUED.value,
            _D.c.created_at < mark,
            _P.c.status == states.PackageStatus.ACCEPTED.value,
            ~again,
        )
        .limit(limit)
    ).all()


def _put(connection: Connection, system_id: str, values: dict[str, Any], *, known: bool) -> None:
    if known:
        connection.execute(update(_E).where(_E.c.system_id == system_id).values(values))
    else:
        connection.execute(insert(_E).values({"failures": 0, **values, "system_id": system_id}))


def _bring_forward(connection: Connection, system_id: str, now: datetime) -> None:
    waiting = update(_D).where(
        _D.c.system_id == system_id,
        _D.c.status == states.DeliveryStatus.QUEUED.value,
        _D.c.due_at > clock.to_text(now),
    )
    connection.execute(waiting.values(due_at=clock.to_text(now)))
