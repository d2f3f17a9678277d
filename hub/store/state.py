"""Operator's switches and other single facts that survive a restart, by name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete, insert, select

from hub.store import tables

if TYPE_CHECKING:
    from sqlalchemy import Connection


def get(connection: Connection, name: str) -> str | None:
    """The value, None when it is not set."""
    value: str | None = connection.execute(select(tables.state.c.value).where(tables.state.c.name == name)).scalar()
    return value


def put(connection: Connection, name: str, value: str | None) -> None:
    """Set the value; None forgets it."""
    connection.execute(delete(tables.state).where(tables.state.c.name == name))
    if value is not None:
        connection.execute(insert(tables.state).values(name=name, value=value))
