"""What another hub took for us, under the id it gave: to know our item again when it speaks of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete, insert, select

from hub import clock
from hub.store import tables

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

_R = tables.relayed


def remember(connection: Connection, system_id: str, remote_id: str, item_id: str, now: datetime) -> None:
    """The other hub knows our item under this id."""
    key = {"system_id": system_id, "remote_id": remote_id[:100]}
    connection.execute(delete(_R).where(_R.c.system_id == key["system_id"], _R.c.remote_id == key["remote_id"]))
    connection.execute(insert(_R).values(**key, item_id=item_id, at=clock.to_text(now)))


def item_of(connection: Connection, system_id: str, remote_id: str) -> str | None:
    """Our item behind the other hub's id."""
    found = select(_R.c.item_id).where(_R.c.system_id == system_id, _R.c.remote_id == remote_id[:100])
    item_id: str | None = connection.execute(found).scalar()
    return item_id
