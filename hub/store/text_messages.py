"""Text messages to persons on duty: one for an alarm, for ever; the queue to the gateway."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from hub import clock
from hub.store import tables

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime

    from sqlalchemy import Connection, Row

_T = tables.text_messages
_A = tables.alarms
_P = tables.packages

_INSERT: Mapping[str, Callable[..., Any]] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}

QUEUED, SENT, FAILED, DROPPED = "queued", "sent", "failed", "dropped"


def alarmed(
    connection: Connection, kinds: Collection[str], since: datetime, *, after: int, newest: int, limit: int
) -> Sequence[Row[Any]]:
    """Open alarms of agencies' clerks, raised since then, and what names their document.

    after, newest: numbers of alarms; those behind the first, up to the second.
    """
    return connection.execute(
        select(_A, _P.c.number, _P.c.notation)
        .outerjoin_from(_A, _P, _P.c.id == _A.c.package_id)
        .where(
            _A.c.seq > after,
            _A.c.seq <= newest,
            _A.c.kind.in_(list(kinds)),
            _A.c.organ_id != "",
            _A.c.cleared_at.is_(None),
            _A.c.raised_at >= clock.to_text(since),
        )
        .order_by(_A.c.seq)
        .limit(limit)
    ).all()


def add(connection: Connection, values: Mapping[str, Any]) -> bool:
    """Write one; False when the alarm has had its message already."""
    adding = _INSERT[connection.dialect.name](_T).values(values).on_conflict_do_nothing(index_elements=["alarm_seq"])
    return bool(connection.execute(adding).rowcount == 1)


def claim(connection: Connection, now: datetime, until: datetime, limit: int) -> Sequence[Row[Any]]:
    """Those that are due, oldest first; nobody else takes them before `until`. over: their alarm is cleared."""
    rows = connection.execute(
        select(_T, _A.c.cleared_at.is_not(None).label("over"))
        .outerjoin_from(_T, _A, _A.c.seq == _T.c.alarm_seq)
        .where(and_(_T.c.state == QUEUED, or_(_T.c.due_at.is_(None), _T.c.due_at <= clock.to_text(now))))
        .order_by(_T.c.alarm_seq)
        .limit(limit)
    ).all()
    ids = [row.id for row in rows]
    if ids:
        taking = update(_T).where(_T.c.id.in_(ids)).values(tries=_T.c.tries + 1, due_at=clock.to_text(until))
        connection.execute(taking)
    return rows


def wait(connection: Connection, message_id: str, due_at: datetime, reason: str) -> None:
    """It could not be sent now."""
    values = {"due_at": clock.to_text(due_at), "reason": reason}
    connection.execute(update(_T).where(_T.c.id == message_id, _T.c.state == QUEUED).values(values))


def end(connection: Connection, message_id: str, state: str, reason: str) -> bool:
    """It was sent, has failed, or nobody needs it any more; False when that was known."""
    ending = update(_T).where(_T.c.id == message_id, _T.c.state == QUEUED)
    return connection.execute(ending.values(state=state, due_at=None, reason=reason)).rowcount == 1
