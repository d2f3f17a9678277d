"""What is kept back does not stay so for ever: scanned once it can be, erased when nobody waits or its time is over."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from prometheus_client import Gauge

from hub import log
from hub.flow import damage, erasing, notices, reread, rescan
from hub.states import Hold, PackageStatus
from hub.store import keeping
from hub.store.database import StorageDownError, StorageFullError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection, Row

    from hub.context import Hub

_KEPT = Gauge("hub_packages_kept", "Packages held or quarantined now, by why", ["status", "reason"])


async def follow(hub: Hub) -> None:
    """Turn after turn, `antivirus.retry_seconds` between them; never returns."""
    told: set[tuple[str, str]] = set()
    while True:
        try:
            await turn(hub)
            await notices.send(hub, told)
        except (OSError, StorageDownError, StorageFullError):
            log.get().exception("kept packages not looked at")
        await asyncio.sleep(hub.settings.antivirus.retry_seconds)


async def turn(hub: Hub) -> None:
    """Let go what was restored, scan and read what waits for it, erase what was withdrawn or is over.

    Then the files of what is erased are removed.
    """
    await damage.mended(hub)
    await rescan.waiting(hub)
    await reread.waiting(hub)
    over = hub.clock.now() - timedelta(hours=hub.settings.antivirus.quarantine_hours)
    await hub.db.write(lambda connection: _erase(hub, connection, keeping.withdrawn(connection), "withdrawn"))
    await hub.db.write(lambda connection: _erase(hub, connection, keeping.infected_before(connection, over), "expired"))
    await erasing.remove_files(hub)
    await measure(hub)


async def measure(hub: Hub) -> None:
    """Write the figures of /metrics."""
    found = await hub.db.read(keeping.counts)
    for status in (PackageStatus.HELD, PackageStatus.QUARANTINED):
        for reason in Hold:
            _KEPT.labels(status.value, reason.value).set(found.get((status.value, reason.value), 0))


def _erase(hub: Hub, connection: Connection, rows: Sequence[Row[Any]], reason: str) -> None:
    for row in rows:
        erasing.erase(connection, hub.journal, hub.clock.now(), row, "hub", {"reason": reason})
