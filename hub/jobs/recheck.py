"""Undecided verdicts are made again: by the clock, when an authority answers at last, when the trust list changes."""

from __future__ import annotations

import asyncio
import contextlib
import time
from typing import TYPE_CHECKING

from prometheus_client import Counter, Gauge

from hub import clock
from hub.flow import recheck, trust
from hub.store import rechecks

if TYPE_CHECKING:
    from hub.context import Hub

LOOK_SECONDS = 15.0
BATCH = 50
"""Most packages of one round; between two of them the documents that arrive have the verifiers to themselves."""

LEAST_PAUSE_SECONDS = 0.01
MOST_PAUSE_SECONDS = 1.0
RECOVERY_SECONDS = 10.0
"""Answers of an authority that is back come in numbers: what waits for them is hastened once in so long."""

START_SECONDS = 10.0
"""After a start, how long until what waits for answers is looked at: they may have come while nobody was there."""

_RECHECKS = Counter("hub_rechecks", "Undecided verdicts made again", ["verdict"])
_WAITING = Gauge("hub_rechecks_waiting", "Packages whose verdict is to be made again")


async def run(hub: Hub) -> None:
    """Round after round; never returns."""
    async with asyncio.TaskGroup() as group:
        group.create_task(_rounds(hub))
        group.create_task(_recoveries(hub))


async def once(hub: Hub) -> int:
    """Make every verdict again that is due, one after the other and at most BATCH; how many."""
    rows = await recheck.due(hub, BATCH)
    for row in rows:
        began = time.monotonic()
        verdict = await recheck.again(hub, row)
        if verdict is not None:
            _RECHECKS.labels(verdict.value).inc()
        spent = time.monotonic() - began
        await asyncio.sleep(min(max(spent, LEAST_PAUSE_SECONDS), MOST_PAUSE_SECONDS))
    _WAITING.set(await hub.db.read(rechecks.waiting))
    return len(rows)


async def hasten(hub: Hub) -> None:
    """An authority answers again: what waits for answers is looked at now."""
    now = clock.to_text(hub.clock.now())
    await hub.db.write(lambda connection: rechecks.hasten(connection, now, "answer"))
    hub.bell.ring([trust.RECHECK])


async def _rounds(hub: Hub) -> None:
    while True:
        with hub.bell.awaiting(trust.RECHECK) as rung:
            if await once(hub) < BATCH:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(rung.wait(), LOOK_SECONDS)


async def _recoveries(hub: Hub) -> None:
    await asyncio.sleep(START_SECONDS)
    await hasten(hub)
    while hub.fetcher is not None:
        await hub.fetcher.recovered.wait()
        hub.fetcher.recovered.clear()
        await hasten(hub)
        await asyncio.sleep(RECOVERY_SECONDS)
