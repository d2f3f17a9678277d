"""Writes the log of calls and who opened its inbox about every second; forgets what is too old or too much."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from hub import log
from hub.flow import calls as noted
from hub.flow import openings
from hub.store import calls
from hub.store import openings as opened
from hub.store.database import StorageDownError, StorageFullError

if TYPE_CHECKING:
    from hub.context import Hub

FLUSH_SECONDS: Final = 1.0
PRUNE_EVERY: Final = 60
"""Turns from one pruning to the next."""

OPENINGS_KEPT: Final = timedelta(days=400)


async def follow(hub: Hub) -> None:
    """Write and prune; what is noted when the hub stops is written too."""
    touched: set[str] = set()
    turn = 0
    try:
        while True:
            await asyncio.sleep(FLUSH_SECONDS)
            turn += 1
            try:
                touched |= await noted.flush(hub)
                await openings.flush(hub)
                if turn % PRUNE_EVERY == 0:
                    await prune(hub, touched)
                    touched.clear()
            except (StorageDownError, StorageFullError) as error:
                log.get().warning("calls were not written", reason=str(error))
    finally:
        await asyncio.shield(noted.flush(hub))
        await asyncio.shield(openings.flush(hub))


async def prune(hub: Hub, systems: set[str]) -> int:
    """Forget what is beyond the bounds of these systems, and what is too old of all; how many lines."""
    settings = hub.settings.calls
    before = hub.clock.now() - timedelta(days=settings.keep_days)
    forgotten = 0
    for system_id in sorted(systems):
        while gone := await hub.db.write(
            lambda connection, system_id=system_id: calls.prune(connection, system_id, settings.keep_lines)  # type: ignore[misc]
        ):
            forgotten += gone
    while gone := await hub.db.write(lambda connection: calls.prune_before(connection, before)):
        forgotten += gone
    year_ago = (hub.clock.now() - OPENINGS_KEPT).date()
    return forgotten + await hub.db.write(lambda connection: opened.prune_before(connection, year_ago))
