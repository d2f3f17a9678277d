"""How far the clock of a calling system is from the hub's, which decides: kept, and told when it is too far."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from hub.flow import alarms
from hub.limits import Rate
from hub.store import heartbeats

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hub.context import Hub

_ONCE = Rate(1, 3600)
_HTTP_DATE = "%a, %d %b %Y %H:%M:%S GMT"  # RFC 9110 5.6.7


def told(date: str, claims: Mapping[str, Any] | None) -> datetime | None:
    """The caller's time: when its assertion was issued, else the Date of its request; None when it tells neither."""
    if claims is not None:
        return datetime.fromtimestamp(claims["iat"], UTC)
    try:
        return datetime.strptime(date, _HTTP_DATE).replace(tzinfo=UTC)
    except ValueError:
        return None


async def heard(hub: Hub, system_id: str, address: str, said: datetime | None) -> None:
    """Keep the difference in seconds (+ = ahead of the hub), at most once an hour while it is the same."""
    if said is None:
        return
    now = hub.clock.now()
    seconds = round((said - now).total_seconds())
    if hub.limiter.wait(("clock", system_id, round(seconds, -1)), _ONCE):
        return
    await hub.db.write(lambda connection: heartbeats.keep_clock(connection, system_id, seconds, now))
    if abs(seconds) > hub.settings.api.clock_seconds:
        await alarms.raise_alarm(hub, "clock_differs", system_id, address)  # law: R-094 HN Đ12.3
