"""Signed assertions that were used: each buys one token only, also after a restart."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import delete, insert, select

from hub import clock
from hub.store.tables import used_assertions

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

_A = used_assertions


def use(connection: Connection, system_id: str, jti: str, expires_at: datetime) -> bool:
    """Take the assertion of this system with this id into use; False when it was used before."""
    digest = hashlib.sha256(f"{system_id}\x00{jti}".encode("utf-8", "surrogatepass")).hexdigest()
    if connection.execute(select(_A.c.digest).where(_A.c.digest == digest)).first() is not None:
        return False
    connection.execute(insert(_A).values(digest=digest, expires_at=clock.to_text(expires_at)))
    return True


def prune(connection: Connection, now: datetime) -> int:
    """Forget those an hour behind their end, which are refused for their age alone; how many."""
    done = connection.execute(delete(_A).where(_A.c.expires_at < clock.to_text(now - timedelta(hours=1))))
    return done.rowcount
