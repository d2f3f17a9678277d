"""Sessions of people at the pages. Only the SHA-256 of a session's token is stored: the table opens no session."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, insert, select

from hub import clock
from hub.store.tables import sessions, users


def digest(token: str) -> str:
    """What is stored of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def add(
    connection: Connection, token: str, user_name: str, *, form_token: str, now: datetime, expires_at: datetime
) -> None:
    """Begin a session, and forget those that have run out."""
    connection.execute(delete(sessions).where(sessions.c.expires_at <= clock.to_text(now)))
    row = {"token": digest(token), "user_name": user_name, "form_token": form_token}
    times = {"created_at": clock.to_text(now), "expires_at": clock.to_text(expires_at)}
    connection.execute(insert(sessions).values(**row, **times))


def find(connection: Connection, token: str, now: datetime) -> Any | None:
    """The running session of an active person (name, role, organ_id, form_token, expires_at), else None."""
    return connection.execute(
        select(users.c.name, users.c.role, users.c.organ_id, sessions.c.form_token, sessions.c.expires_at)
        .join_from(sessions, users, users.c.name == sessions.c.user_name)
        .where(
            sessions.c.token == digest(token),
            sessions.c.expires_at > clock.to_text(now),
            users.c.state == "active",
        )
    ).first()


def end(connection: Connection, token: str) -> None:
    """End one session."""
    connection.execute(delete(sessions).where(sessions.c.token == digest(token)))


def end_all(connection: Connection, user_name: str) -> None:
    """End every session of a person: a new password, a suspension."""
    connection.execute(delete(sessions).where(sessions.c.user_name == user_name))
