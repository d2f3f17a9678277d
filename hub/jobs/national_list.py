"""Once a day the national list is compared with ours; what differs is filed for two persons."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from edxml.faults import Refusal
from hub import clock, log
from hub.flow.confirming import Asker
from hub.flow.national_list import asking
from hub.flow.national_list.syncing import UNLIKELY, WAITS, Wish
from hub.states import Audience
from hub.store import alarms, state
from hub.store.database import StorageDownError, StorageFullError

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from hub.context import Hub

LOOK_SECONDS: Final = 300.0
EVERY: Final = timedelta(days=1)
AGAIN: Final = timedelta(hours=1)
"""How soon an axis that gave no list is asked again."""

LOOKED_AT: Final = "national.looked_at"
"""State name of the moment from which the next look is counted."""


async def follow(hub: Hub) -> None:
    """Look when it is time; never returns. A hub without an axis has no list to compare."""
    while True:
        await asyncio.sleep(LOOK_SECONDS)
        if hub.settings.axis is not None:
            try:
                await turn(hub)
            except (StorageDownError, StorageFullError):
                log.get().exception("national list not looked at")


async def turn(hub: Hub) -> None:
    """Compare if a day has passed; an operator is told of differences, and of a list nobody should believe."""
    now = hub.clock.now()
    looked = await hub.db.read(lambda connection: state.get(connection, LOOKED_AT))
    if looked is not None and now - clock.from_text(looked) < EVERY:
        return
    try:
        found = await asking.once(hub, Wish(), Asker("hub", None))
    except Refusal as refusal:
        if refusal.fault.slug == "state_conflict":
            await _tell(hub, UNLIKELY, f"{clock.local(now):%Y-%m-%d}", {"reason": refusal.detail}, now)
        else:
            log.get().warning("no national list", reason=refusal.detail)
            await _note(hub, now - EVERY + AGAIN)
        return
    if found["state"] == "waiting":
        mark = str(found["confirmation"])
        await _tell(hub, WAITS, mark, {"confirmation": mark, **found["counts"]}, now)
    else:
        await _note(hub, now)


async def _note(hub: Hub, moment: Any) -> None:
    await hub.db.write(lambda connection: state.put(connection, LOOKED_AT, clock.to_text(moment)))


async def _tell(hub: Hub, kind: str, mark: str, detail: dict[str, Any], now: Any) -> None:
    alarm = alarms.Alarm(kind, Audience.OPERATOR, mark=mark[:40], detail=detail)

    def write(connection: Connection) -> None:
        alarms.raise_(connection, hub.journal, now, alarm)
        state.put(connection, LOOKED_AT, clock.to_text(now))

    await hub.db.write(write)
