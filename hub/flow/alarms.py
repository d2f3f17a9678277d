"""Alarms: something an operator must know, as an event; the same one at most once an hour, however often it happens."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hub.limits import Rate
from hub.store import events
from hub.store.database import StorageDownError, StorageFullError

if TYPE_CHECKING:
    from hub.context import Hub

_ONCE = Rate(1, 3600)


async def raise_alarm(hub: Hub, alarm: str, system_id: str, address: str, **detail: str) -> bool:
    """Write `alarm.raised` unless the very same was raised within the hour; whether it was written.

    Without a database nothing is written: whoever was to be refused is refused all the same.
    """
    if hub.limiter.wait(("alarm", alarm, system_id, address, *detail.values()), _ONCE):
        return False
    facts = {"alarm": alarm, "system": system_id, "address": address, **detail}
    event = events.Event("alarm.raised", "hub", detail=facts)
    now = hub.clock.now()
    try:
        await hub.db.write(lambda connection: hub.journal.record(connection, now, [event]))
    except (StorageDownError, StorageFullError):
        return False
    return True
