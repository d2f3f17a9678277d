"""Which address first used a `timestamp` value of a system at the VXP door: its header signature has no nonce."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import insert, select

from hub import clock
from hub.store import tables

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

_C = tables.vxp_clocks


def bind(connection: Connection, system_id: str, timestamp: str, address: str, now: datetime) -> str:
    """The address this value of the system belongs to; `address` from now on when nobody had used it."""
    owner: str | None = connection.execute(
        select(_C.c.address).where(_C.c.system_id == system_id, _C.c.timestamp == timestamp)
    ).scalar()
    if owner is not None:
        return owner
    row = {"system_id": system_id, "timestamp": timestamp, "address": address, "first_at": clock.to_text(now)}
    connection.execute(insert(_C).values(row))
    return address
