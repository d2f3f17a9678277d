"""After a crash: sealed files no row stands for are removed; the sender was never told of them."""

from __future__ import annotations

import asyncio
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING

from hub import log
from hub.store import packages
from hub.store.database import StorageDownError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from hub.context import Hub

BATCH = 2000
RETRY_SECONDS = 60.0


async def orphans(hub: Hub, started: datetime | None = None) -> int:
    """Remove sealed files older than the start without a row; how many. Files of running requests are younger."""
    started = started or hub.clock.now()
    ids = hub.blobs.list_ids()
    removed = 0
    while batch := await hub.in_thread(partial(_next, ids)):
        known = await hub.db.read(partial(packages.known_ids, package_ids=batch))
        for package_id in set(batch) - known:
            if await hub.in_thread(partial(_is_older, hub, package_id, started)):
                await hub.in_thread(partial(hub.blobs.delete, package_id))
                removed += 1
    if removed:
        log.get().warning("orphans removed", files=removed)
    return removed


async def once(hub: Hub) -> None:
    """Sweep once, then rest for ever: the shape of a background loop.

    After trouble it tries again by itself, from the same start: a later one would take files of running requests.
    """
    started = hub.clock.now()
    while True:
        try:
            await orphans(hub, started)
        except (OSError, StorageDownError):
            log.get().exception("orphans not swept")
            await asyncio.sleep(RETRY_SECONDS)
        else:
            break
    await asyncio.Event().wait()


def _next(ids: Iterator[str]) -> list[str]:
    return list(islice(ids, BATCH))


def _is_older(hub: Hub, package_id: str, moment: datetime) -> bool:
    try:
        return hub.blobs.path(package_id).stat().st_mtime < moment.timestamp()
    except FileNotFoundError:
        return False
