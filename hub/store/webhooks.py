"""Web hooks: who wants to be told of which events where, and how far each has got in the journal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, func, insert, select, update

from hub import clock
from hub.store import tables

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import Connection, Row

_W = tables.webhooks
_E = tables.events

ACTIVE, STOPPED = "active", "stopped"


def add(connection: Connection, values: Mapping[str, Any]) -> None:
    """Write a new one, active; its cursor is where it begins."""
    connection.execute(insert(_W).values({**values, "state": ACTIVE, "failures": 0}))


def of_system(connection: Connection, system_id: str) -> Sequence[Row[Any]]:
    """Those of one system, oldest first."""
    query = select(_W).where(_W.c.system_id == system_id).order_by(_W.c.created_at, _W.c.id)
    return connection.execute(query).all()


def get(connection: Connection, hook_id: str) -> Row[Any] | None:
    """One of them."""
    return connection.execute(select(_W).where(_W.c.id == hook_id)).first()


def active(connection: Connection) -> Sequence[Row[Any]]:
    """All that are not stopped."""
    return connection.execute(select(_W).where(_W.c.state == ACTIVE)).all()


def newest(connection: Connection) -> int:
    """The number of the journal's last line; 0 when it is empty."""
    return int(connection.execute(select(func.max(_E.c.seq))).scalar() or 0)


def remove(connection: Connection, hook_id: str) -> None:
    """Forget it."""
    connection.execute(delete(_W).where(_W.c.id == hook_id))


def put_secret(connection: Connection, hook_id: str, wrapped: bytes) -> None:
    """Replace its wrapped secrets."""
    connection.execute(update(_W).where(_W.c.id == hook_id).values(secret=wrapped))


def reached(connection: Connection, hook_id: str, cursor: int, *, healthy: bool) -> None:
    """It has everything up to `cursor`; never back. healthy: its last call went well."""
    values: dict[str, Any] = {"cursor": cursor}
    if healthy:
        values |= {"failures": 0, "failing_since": None, "retry_at": None, "last_error": None}
    connection.execute(update(_W).where(_W.c.id == hook_id, _W.c.cursor <= cursor).values(values))


def failed(connection: Connection, row: Row[Any], now: datetime, retry_at: datetime, reason: str) -> None:
    """A call of it did not go well."""
    values = {
        "failures": row.failures + 1,
        "failing_since": row.failing_since or clock.to_text(now),
        "retry_at": clock.to_text(retry_at),
        "last_error": reason,
    }
    connection.execute(update(_W).where(_W.c.id == row.id).values(values))


def stop(connection: Connection, hook_id: str) -> bool:
    """Call it no more; False when it was stopped, or removed, already."""
    stopping = update(_W).where(_W.c.id == hook_id, _W.c.state == ACTIVE).values(state=STOPPED)
    return connection.execute(stopping).rowcount == 1


def resume(connection: Connection, hook_id: str) -> None:
    """Call it again, from where it stopped."""
    values = {"state": ACTIVE, "failures": 0, "failing_since": None, "retry_at": None}
    connection.execute(update(_W).where(_W.c.id == hook_id).values(values))
