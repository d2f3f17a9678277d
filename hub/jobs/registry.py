"""The registry turns over at midnight: what was decided for a day begins on it without anybody's command."""

from __future__ import annotations

import asyncio
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING

from hub import clock, log
from hub.flow import registry, rerouting
from hub.store.database import StorageDownError, StorageFullError

if TYPE_CHECKING:
    from hub.context import Hub

LOOK_SECONDS = 60.0


async def follow(hub: Hub) -> None:
    """Take over what begins today, and let what waits follow what changed; never returns.  law: R-026 QĐ28 Đ16.1"""
    while True:
        try:
            await look(hub)
        except (StorageDownError, StorageFullError):
            log.get().exception("the registry did not turn")
        await asyncio.sleep(min(LOOK_SECONDS, until_midnight(hub.clock.now())))


async def look(hub: Hub) -> None:
    """One look: is a day due, or is something left that has not followed the registry?"""
    due = hub.directory.good_until
    if due is not None and clock.local(hub.clock.now()).date() >= due:
        await registry.turn(hub)
    elif await rerouting.behind(hub):
        await rerouting.follow(hub)


def until_midnight(now: datetime) -> float:
    """Seconds to the first moment of the next day in Vietnam, and a bit, so that it has come."""
    today = clock.local(now)
    midnight = datetime.combine(today.date() + timedelta(days=1), time(), clock.VIETNAM)
    return (midnight - now).total_seconds() + 0.05
