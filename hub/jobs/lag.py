"""How late the event loop is: the one figure that shows work done on it that belongs into a thread or a process."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from prometheus_client import Histogram

if TYPE_CHECKING:
    from hub.context import Hub

TICK_SECONDS = 0.02

_LAG = Histogram(
    "hub_event_loop_lag_seconds",
    "How much later than planned the event loop woke up, looked at every 20 ms",
    buckets=(0.005, 0.01, 0.02, 0.03, 0.04, 0.05, 0.075, 0.1, 0.15, 0.25, 0.5, 1.0, 2.5),
)


async def watch(_hub: Hub) -> None:
    """Measure for as long as the hub runs; never returns."""
    loop = asyncio.get_running_loop()
    while True:
        planned = loop.time() + TICK_SECONDS
        await asyncio.sleep(TICK_SECONDS)
        _LAG.observe(max(0.0, loop.time() - planned))
