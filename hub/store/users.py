"""People who use the pages: who they are, and for which agency. Passwords arrive here hashed (`hub/passwords.py`)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select, update

from hub import clock
from hub.store.tables import users

ROLES = ("operator", "clerk", "office", "security")
"""operator: watches delivery, sees no subject; clerk: one agency's mailbox; office: statistics; security: with a second
person opens, releases or erases what is kept back, and has no pages."""


def add(
    connection: Connection, name: str, role: str, password: str, now: datetime, *, organ_id: str | None = None
) -> bool:
    """Add a person; False when the name is taken. `password` is the hash; a clerk has the agency `organ_id`."""
    assert role in ROLES, f"a role is one of {ROLES}"
    if get(connection, name) is not None:
        return False
    row = {"name": name, "role": role, "password": password, "organ_id": organ_id, "state": "active"}
    connection.execute(insert(users).values(**row, created_at=clock.to_text(now)))
    return True


def get(connection: Connection, name: str) -> Any | None:
    """The person's row (name, role, password, organ_id, state, created_at), None when there is none."""
    return connection.execute(select(users).where(users.c.name == name)).first()


def set_password(connection: Connection, name: str, password: str) -> bool:
    """Replace the hash; False when there is no such person."""
    return connection.execute(update(users).where(users.c.name == name).values(password=password)).rowcount == 1


def set_state(connection: Connection, name: str, state: str) -> bool:
    """`active` or `suspended`; False when there is no such person."""
    return connection.execute(update(users).where(users.c.name == name).values(state=state)).rowcount == 1


def all_people(connection: Connection) -> list[dict[str, Any]]:
    """Everybody, by name, without passwords."""
    columns = (users.c.name, users.c.role, users.c.organ_id, users.c.state, users.c.created_at)
    return [dict(row) for row in connection.execute(select(*columns).order_by(users.c.name)).mappings()]
