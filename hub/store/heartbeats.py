"""The last sign of life of each system, and how far its clock is from the hub's."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from sqlalchemy import insert, select, update

from hub import clock
from hub.store import tables

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import Connection, Row

_H = tables.heartbeats
FARTHEST = 2_000_000_000
"""Seconds; what every database can keep in the column."""


def get(connection: Connection, system_id: str) -> Row[Any] | None:
    """What is known of one system."""
    return connection.execute(select(_H).where(_H.c.system_id == system_id)).first()


def all_of(connection: Connection) -> Sequence[Row[Any]]:
    """Every system that was ever heard."""
    return connection.execute(select(_H).order_by(_H.c.system_id)).all()


def keep_clock(connection: Connection, system_id: str, seconds: int, now: datetime) -> None:
    """Its clock is so many seconds ahead of the hub's (negative: behind); beyond FARTHEST it is that far."""
    # law: R-094 HN Đ12.3
    bounded = max(-FARTHEST, min(seconds, FARTHEST))
    _put(connection, system_id, {"clock_seconds": bounded, "clock_at": clock.to_text(now)})


def heard(
    connection: Connection,
    system_id: str,
    now: datetime,
    *,
    next_seconds: int,
    software: str,
    detail: Mapping[str, object],
) -> None:
    """It gave a heartbeat and will give the next one within so many seconds."""
    told = json.dumps(dict(detail), ensure_ascii=False)
    values = {"heard_at": clock.to_text(now), "next_seconds": next_seconds, "software": software[:200], "detail": told}
    _put(connection, system_id, values)


def _put(connection: Connection, system_id: str, values: dict[str, Any]) -> None:
    if connection.execute(update(_H).where(_H.c.system_id == system_id).values(values)).rowcount == 0:
        connection.execute(insert(_H).values(system_id=system_id, **values))
