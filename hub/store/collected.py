"""What a system offered and is ours, or can never be: kept from our own commit until the system was told so."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING

from sqlalchemy import delete, insert, select

from connectors.base import Declined, Taken
from hub import clock
from hub.store import tables

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

_C = tables.collected


def get(connection: Connection, system_id: str, remote_id: str) -> Taken | Declined | None:
    """What the system is still to be told of this offer; None when nothing waits."""
    row = connection.execute(
        select(_C.c.state, _C.c.value).where(_C.c.system_id == system_id, _C.c.remote_id == remote_id)
    ).first()
    if row is None:
        return None
    value = json.loads(row.value)
    return Taken(**value) if row.state == "taken" else Declined(**value)


def put(connection: Connection, system_id: str, remote_id: str, told: Taken | Declined, now: datetime) -> None:
    """Keep what it is to be told; the newest word counts."""
    forget(connection, system_id, remote_id)
    state = "taken" if isinstance(told, Taken) else "declined"
    row = {"system_id": system_id, "remote_id": remote_id, "state": state, "at": clock.to_text(now)}
    connection.execute(insert(_C).values(**row, value=json.dumps(asdict(told), ensure_ascii=False)))


def forget(connection: Connection, system_id: str, remote_id: str) -> None:
    """It was told."""
    connection.execute(delete(_C).where(_C.c.system_id == system_id, _C.c.remote_id == remote_id))


def prune(connection: Connection, before: datetime) -> int:
    """Forget answers nobody has asked for since then: the offer is gone; how many."""
    return connection.execute(delete(_C).where(_C.c.at < clock.to_text(before))).rowcount
