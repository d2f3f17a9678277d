"""Which address first used a `timestamp` value of a system at the VXP door: its header signature has no nonce."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete, insert, select, update

from hub import clock
from hub.store import tables

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

_C = tables.vxp_clocks


def bind(connection: Connection, system_id: str, timestamp: str, address: str, now: datetime) -> str:
    """The address this value of the system belongs to; `address` from now on when nobody had used it.

    Its owner's use is remembered to the day, so that `prune` leaves alone what is in use.
    """
    mine = (_C.c.system_id == system_id, _C.c.timestamp == timestamp)
    owner: str | None = connection.execute(select(_C.c.address).where(*mine)).scalar()
    today = clock.to_text(now)
    if owner is None:
        row = {"system_id": system_id, "timestamp": timestamp, "address": address}
        connection.execute(insert(_C).values(**row, first_at=today, last_at=today))
        return address
    if owner == address:
        connection.execute(update(_C).where(*mine).values(last_at=today))
    return owner


def prune(connection: Connection, idle_since: datetime) -> int:
    """Forget values nobody has used since; how many."""
    moment = clock.to_text(idle_since)
    done = connection.execute(delete(_C).where(_C.c.last_at < moment, _C.c.first_at < moment))
    return done.rowcount
