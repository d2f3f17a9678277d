"""How far the clock of a calling system is from the hub's, which decides: kept, and told when it is too far.

Told by the native door: assertions, the Date of a token's request, heartbeats. The VXP door's `timestamp` tells
nothing: its SDK takes the time once, when its service object is made, and repeats it for days; old does not mean wrong.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from connectors.calling import http_dates
from hub import clock
from hub.flow import alarms
from hub.store import heartbeats

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Row

    from hub.context import Hub

_ABOUT_SECONDS = 5
_FOR = timedelta(hours=1)


def told(date: str, claims: Mapping[str, Any] | None) -> datetime | None:
    """The caller's time: when its assertion was issued, else the Date of its request; None when it tells neither."""
    if claims is not None:
        return datetime.fromtimestamp(claims["iat"], UTC)
    return http_dates.read(date)


async def heard(hub: Hub, system_id: str, address: str, said: datetime | None) -> None:
    """Keep the difference in seconds (+ = ahead of the hub), once an hour while it is about the same."""
    if said is None:
        return
    now = hub.clock.now()
    seconds = round((said - now).total_seconds())
    row = await hub.db.read(lambda connection: heartbeats.get(connection, system_id))
    if row is None or row.clock_at is None or _is_news(row, seconds, now):
        await hub.db.write(lambda connection: heartbeats.keep_clock(connection, system_id, seconds, now))
    await warn(hub, system_id, address, seconds)


async def warn(hub: Hub, system_id: str, address: str, seconds: int) -> None:
    """Tell the operator when the difference is beyond the limit."""
    if abs(seconds) > hub.settings.api.clock_seconds:
        await alarms.raise_alarm(hub, "clock_differs", system_id, address)  # law: R-094 HN Đ12.3


def _is_news(row: Row[Any], seconds: int, now: datetime) -> bool:
    return abs(row.clock_seconds - seconds) > _ABOUT_SECONDS or now - clock.from_text(row.clock_at) > _FOR
