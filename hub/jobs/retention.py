"""Every hour: what is over is counted, content whose time is over goes, and long after it people's words."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from prometheus_client import Counter

from hub import log
from hub.flow import retention
from hub.store.database import StorageDownError, StorageFullError

if TYPE_CHECKING:
    from hub.context import Hub

TURN_SECONDS = 3600

_ERASED = Counter("hub_packages_forgotten", "Packages whose content or words went by time", ["what"])


async def follow(hub: Hub) -> None:
    """Turn after turn; never returns."""
    while True:
        try:
            await turn(hub)
        except (OSError, StorageDownError, StorageFullError):
            log.get().exception("nothing forgotten")
        await asyncio.sleep(TURN_SECONDS)


async def turn(hub: Hub) -> dict[str, int]:
    """One turn, written to the log and to /metrics."""
    found = await retention.turn(hub)
    content, words = found["content_erased"], found["words_erased"]
    _ERASED.labels("content").inc(content)
    _ERASED.labels("words").inc(words)
    if content or words:
        log.get().info("forgotten by time", content=content, words=words)
    return found
