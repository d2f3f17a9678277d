"""Technical alarms: something an operator must know; the same one at most once an hour, however often it happens."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from hub import clock
from hub.limits import Rate
from hub.states import Audience
from hub.store import alarms
from hub.store.database import StorageDownError, StorageFullError

if TYPE_CHECKING:
    from hub.context import Hub

_ONCE = Rate(1, 3600)


async def raise_alarm(hub: Hub, alarm: str, system_id: str, address: str, **detail: str) -> bool:
    """Raise it for the operator unless the very same was raised within the hour; whether it was raised.

    Without a database nothing is written: whoever was to be refused is refused all the same.
    """
    if hub.limiter.wait(("alarm", alarm, system_id, address, *detail.values()), _ONCE):
        return False
    facts = {"system": system_id, "address": address, **detail}
    now = hub.clock.now()
    told = alarms.Alarm(alarm, Audience.OPERATOR, mark=mark(clock.to_text(now), *facts.values()), detail=facts)
    try:
        return await hub.db.write(lambda connection: alarms.raise_(connection, hub.journal, now, told))
    except (StorageDownError, StorageFullError):
        return False


def mark(at: str, *facts: str) -> str:
    """What tells one technical alarm from others of its kind: its second, and a digest of what it is about."""
    return f"{at[:19]} {hashlib.sha256(chr(0).join(facts).encode()).hexdigest()[:16]}"
