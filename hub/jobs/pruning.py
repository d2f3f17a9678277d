"""What is remembered for a while only, forgotten in time; and what was counted instead of written, told."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING

from hub import log
from hub.store import assertions, collected, events, relayed, vxp_clocks
from hub.store.database import StorageDownError

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from hub.context import Hub

TELL_SECONDS = 60
UNTOLD_DAYS = 90
"""An answer is kept while the system may still offer its package again. Public clients of the axis look back 27 to 90
days; one that comes later is known by its bytes."""

RELAYED_DAYS = 400
"""How long the axis's ids are kept: a recipient may answer within the year of the document and the first weeks of the
next; what comes later is matched by DocumentId alone."""

PRUNE_EVERY = 60
"""Rounds of TELL_SECONDS from one pruning to the next."""


async def follow(hub: Hub) -> None:
    """Tell every minute, prune every hour; never returns."""
    turn = 0
    while True:
        try:
            await tell(hub)
            if turn % PRUNE_EVERY == 0:
                await prune(hub)
        except StorageDownError:
            log.get().warning("nothing pruned: the database does not answer")
        turn += 1
        await asyncio.sleep(TELL_SECONDS)


async def tell(hub: Hub) -> int:
    """One alarm for each system whose refused packages were only counted since the last time; how many alarms."""
    counted = dict(hub.unrecorded)
    if not counted:
        return 0
    now = hub.clock.now()
    told = [
        events.Event(
            "alarm.raised", "hub", detail={"alarm": "refusals_not_recorded", "system": name, "count": str(count)}
        )
        for name, count in counted.items()
    ]
    await hub.db.write(lambda connection: hub.journal.record(connection, now, told))
    hub.unrecorded.subtract(counted)
    for name in [name for name, count in hub.unrecorded.items() if not count]:
        del hub.unrecorded[name]
    return len(told)


async def prune(hub: Hub) -> tuple[int, int]:
    """Forget used assertions that have ended, VXP clock values nobody has used for long, ids of old offers and relays.

    How many assertions and clock values.
    """
    now = hub.clock.now()
    idle_since = now - timedelta(days=hub.settings.vxp.timestamp_days)

    def work(connection: Connection) -> tuple[int, int]:
        collected.prune(connection, now - timedelta(days=UNTOLD_DAYS))
        relayed.prune(connection, now - timedelta(days=RELAYED_DAYS))
        return assertions.prune(connection, now), vxp_clocks.prune(connection, idle_since)

    return await hub.db.write(work)
