"""What was asked for and waits for other people's yes (R-193)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import insert, select, update

from hub.store.tables import confirmations

if TYPE_CHECKING:
    from sqlalchemy import Connection, Row

_C = confirmations.c

OPEN = "open"


def add(connection: Connection, **row: Any) -> None:
    """File one; `row` has the columns of the table."""
    connection.execute(insert(confirmations).values(decided_by=None, decided_at=None, **row))


def get(connection: Connection, confirmation_id: str) -> Row[Any] | None:
    """The row, None when there is none."""
    return connection.execute(select(confirmations).where(_C.id == confirmation_id)).first()


def listed(connection: Connection, *, limit: int, state: str | None = None) -> list[Row[Any]]:
    """The newest, or the newest in one state."""
    wanted = select(confirmations).order_by(_C.asked_at.desc(), _C.id).limit(limit)
    if state is not None:
        wanted = wanted.where(_C.state == state)
    return list(connection.execute(wanted))


def waiting(connection: Connection, command: str) -> list[Row[Any]]:
    """The open ones of one command, oldest first."""
    wanted = select(confirmations).where(_C.state == OPEN, _C.command == command).order_by(_C.asked_at)
    return list(connection.execute(wanted))


def sign_first(connection: Connection, confirmation_id: str, name: str) -> bool:
    """Note the first person; False when somebody was faster or it is open no more."""
    mine = update(confirmations).where(_C.id == confirmation_id, _C.state == OPEN, _C.first_by.is_(None))
    return connection.execute(mine.values(first_by=name)).rowcount == 1


def move(connection: Connection, confirmation_id: str, state: str, by: str, at: str, reason: str = "") -> bool:
    """Close an open one; False when somebody was faster: of two who press together one is the second person."""
    values = {"state": state, "decided_by": by, "decided_at": at} | ({"reason": reason} if reason else {})
    mine = update(confirmations).where(_C.id == confirmation_id, _C.state == OPEN)
    return connection.execute(mine.values(**values)).rowcount == 1


def close(connection: Connection, confirmation_id: str, state: str, answer: str) -> None:
    """What came of one that was carried out: `done` or `failed`, and the command's answer as JSON."""
    mine = update(confirmations).where(_C.id == confirmation_id)
    connection.execute(mine.values(state=state, answer=answer))
