"""The log of calls as it is read: a system its own, an operator every system's; and writing what was noted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from hub import clock
from hub.store import calls

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from hub.context import Hub


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which calls of one system. before: only those with a smaller number; None = the newest."""

    system_id: str
    package_id: str | None = None
    delivery_id: str | None = None
    only_faults: bool = False
    before: int | None = None
    limit: int = 50


@dataclass(frozen=True, slots=True)
class CallView:
    """One line of the log; see `hub.store.calls.Call`."""

    seq: int
    at: datetime
    door: str
    direction: str
    operation: str
    status: int
    code: str
    package_id: str | None
    delivery_id: str | None
    ms: int
    size: int
    detail: str


async def flush(hub: Hub) -> frozenset[str]:
    """Write what was noted; the systems it was about. Raises StorageDownError, StorageFullError: then it is lost."""
    noted = hub.calls.take()
    if noted:
        await hub.db.write(lambda connection: calls.write(connection, noted))
    return frozenset(call.system_id for call in noted)


async def listed(hub: Hub, wanted: Wanted) -> tuple[tuple[CallView, ...], int | None]:
    """The newest first, what was noted a moment ago among them; and where to go on, None at the end."""
    await flush(hub)

    def look(connection: Connection) -> list[CallView]:
        rows = calls.of_system(
            connection,
            wanted.system_id,
            package_id=wanted.package_id,
            delivery_id=wanted.delivery_id,
            only_faults=wanted.only_faults,
            before=wanted.before,
            limit=wanted.limit + 1,
        )
        return [_view(row) for row in rows]

    found = await hub.db.read(look)
    following = found[wanted.limit - 1].seq if len(found) > wanted.limit else None
    return tuple(found[: wanted.limit]), following


def _view(row: Any) -> CallView:
    return CallView(
        row.seq,
        clock.from_text(row.at),
        row.door,
        row.direction,
        row.operation,
        row.status,
        row.code,
        row.package_id,
        row.delivery_id,
        row.ms,
        row.size,
        row.detail,
    )
