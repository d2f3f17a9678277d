"""Signed assertions that were used: each buys one token only, also after a restart."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete
from sqlalchemy.dialects import postgresql, sqlite

from hub import clock
from hub.store.tables import used_assertions

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from sqlalchemy import Connection

_A = used_assertions
_INSERT: Mapping[str, Callable[..., Any]] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


def use(connection: Connection, system_id: str, jti: str, expires_at: datetime) -> bool:
    """Take the assertion of this system with this id into use; False when it was used before.

    One statement decides, by the key of the table: of two at the same moment, on whatever node, one is the second.
    """
    digest = hashlib.sha256(f"{system_id}\x00{jti}".encode("utf-8", "surrogatepass")).hexdigest()
    taken = taking(connection.dialect.name, digest, clock.to_text(expires_at))
    return connection.execute(taken).rowcount == 1


def taking(dialect: str, digest: str, expires_at: str) -> Any:
    """The statement that takes a digest, or touches no row."""
    return _INSERT[dialect](_A).values(digest=digest, expires_at=expires_at).on_conflict_do_nothing()


def prune(connection: Connection, now: datetime) -> int:
    """Forget those an hour behind their end, which are refused for their age alone; how many."""
    done = connection.execute(delete(_A).where(_A.c.expires_at < clock.to_text(now - timedelta(hours=1))))
    return done.rowcount
