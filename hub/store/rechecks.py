"""Packages whose verdict may still heal, and when each is looked at again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, delete, func, insert, select, update

from hub.store import tables
from hub.store.prepared import Prepared

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection, Row

_R = tables.rechecks
_ADD = Prepared(insert(_R))
_CLAIM = Prepared(
    update(_R).where(
        _R.c.package_id == bindparam("package_id_"), _R.c.tries == bindparam("tries_"), _R.c.due_at == bindparam("was_")
    )
)
_MOVE = Prepared(update(_R).where(_R.c.package_id == bindparam("package_id_")))


def plan(connection: Connection, package_id: str, waits_for: str, due_at: str, until: str) -> None:
    """Have a package looked at again from `due_at` to `until`. waits_for: answer | trust."""
    row = {"package_id": package_id, "waits_for": waits_for, "due_at": due_at, "until": until, "tries": 0}
    _ADD.insert(connection, [row])


def due(connection: Connection, now: str, limit: int) -> Sequence[Row[Any]]:
    """Those whose time has come, longest waiting first."""
    return connection.execute(select(_R).where(_R.c.due_at <= now).order_by(_R.c.due_at).limit(limit)).all()


def claim(connection: Connection, row: Row[Any], due_at: str) -> bool:
    """Take one of `due` for oneself; its next time is written with the claim, so that a crash costs one look."""
    values = {"due_at": due_at, "tries": row.tries + 1}
    return _CLAIM.change(connection, values, package_id_=row.package_id, tries_=row.tries, was_=row.due_at) == 1


def wait_for(connection: Connection, package_id: str, waits_for: str) -> None:
    """Note what a package waits for now."""
    _MOVE.change(connection, {"waits_for": waits_for}, package_id_=package_id)


def end(connection: Connection, package_id: str) -> None:
    """Look at a package no more."""
    connection.execute(delete(_R).where(_R.c.package_id == package_id))


def hasten(connection: Connection, at: str, waits_for: str | None = None) -> int:
    """Have all that wait (for this) looked at from `at`; how many were to come later."""
    query = update(_R).where(_R.c.due_at > at)
    if waits_for is not None:
        query = query.where(_R.c.waits_for == waits_for)
    return connection.execute(query.values(due_at=at)).rowcount


def waiting(connection: Connection) -> int:
    """How many packages are to be looked at again."""
    count: int = connection.execute(select(func.count()).select_from(_R)).scalar_one()
    return count
