"""The watchdog's loop: looks at what is due, says when it was late itself, and minds the calendar."""

from __future__ import annotations

import asyncio
import json
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from prometheus_client import Counter, Gauge

from hub import clock, log
from hub.flow import heartbeats
from hub.flow.watch import turns, vxp_notices
from hub.flow.watch.hands import Hands
from hub.states import Alarm, Audience
from hub.store import alarms, endpoints, state, watching
from hub.store.database import StorageDownError, StorageFullError

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from hub.context import Hub

LOOK_SECONDS: Final = 5.0
"""How long an idle watchdog sleeps: a changed fact is looked at within that time."""

BATCH: Final = 200
"""Deliveries of one turn: one reading, one commit."""

MOST_TURNS: Final = 10
"""Turns without a pause; a long absence is caught up in pieces, and documents go on in between."""

PAUSE_SECONDS: Final = 0.2

LATE: Final = timedelta(minutes=15)
"""A watchdog that has not looked for so long tells the operator."""

ROUND: Final = timedelta(minutes=1)
"""How often it writes down that it looks, and minds the calendar."""

LOOKED_AT: Final = "watch.looked_at"
"""State name of the moment it last looked."""

_LOOKS = Counter("hub_watch_looks", "Deliveries the watchdog looked at")
_RAISED = Counter("hub_watch_alarms", "Alarms it raised")
_GIVEN_UP = Counter("hub_watch_given_up", "Deliveries it gave up with a statement of non-delivery")
_WAITING = Gauge("hub_watch_waiting", "Deliveries it ought to look at now")
_BEHIND = Gauge("hub_watch_behind_seconds", "How long the longest of them has been waiting for its look")


async def run(hub: Hub) -> None:
    """Look again and again; never returns."""
    watchdog = Watchdog(hub)
    while True:
        try:
            more = await watchdog.once()
        except (StorageDownError, StorageFullError) as error:
            log.get().error("the watchdog cannot use the database", reason=str(error))
            more = False
        await asyncio.sleep(PAUSE_SECONDS if more else LOOK_SECONDS)


class Watchdog:
    """Its clock's hands, and when it last wrote down that it looked."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._hands = Hands(hub.clock.now(), hub.clock.running())
        self._round_at: datetime | None = None
        self._told = vxp_notices.Notices()
        self._began = hub.clock.now()

    async def once(self) -> bool:
        """Look at what is due; whether there is more to look at now."""
        hub = self._hub
        now = hub.clock.now()
        moved = self._hands.moved(now, hub.clock.running())
        if moved:
            await hub.db.write(lambda connection: _tell_moved(hub, connection, now, moved))
            return False
        await self._told.send(hub)
        if self._round_at is None or not timedelta() <= now - self._round_at < ROUND:
            await hub.db.write(lambda connection: _round(hub, connection, now, self._began))
            self._round_at = now
        for _ in range(MOST_TURNS):
            done = await turns.turn(hub, BATCH)
            _LOOKS.inc(done.looked)
            _RAISED.inc(done.raised)
            _GIVEN_UP.inc(done.given_up)
            if done.looked < BATCH:
                return False
        return True


def _round(hub: Hub, connection: Connection, now: datetime, began: datetime) -> None:
    """Once a minute: was it late itself, is the calendar decided, how much waits, who fell silent."""
    waiting, since = watching.waiting(connection, now)
    _WAITING.set(waiting)
    _BEHIND.set((now - clock.from_text(since)).total_seconds() if since else 0)
    last = state.get(connection, LOOKED_AT)
    looked_at = clock.from_text(last) if last is not None else now
    if now - looked_at > LATE:
        detail = {"since": clock.local_text(looked_at), "waiting": waiting}
        _tell(hub, connection, now, alarms.Alarm("watch_late", Audience.OPERATOR, mark=last or "", detail=detail))
    elif looked_at - now > LATE:
        _tell_moved(hub, connection, now, now - looked_at)
    state.put(connection, LOOKED_AT, clock.to_text(now))
    _mind_calendar(hub, connection, now)
    _mind_endpoints(connection, now)
    for alarm in heartbeats.mind(hub, connection, now, began):
        _tell(hub, connection, now, alarm)


def _mind_endpoints(connection: Connection, now: datetime) -> None:
    """A system that answers again is no longer down."""
    silent = {system_id for system_id, row in endpoints.all_of(connection).items() if row.failures}
    for row in alarms.open_for(connection, Audience.OPERATOR):
        if row.kind == "endpoint_down" and json.loads(row.detail)["system"] not in silent:
            alarms.clear_one(connection, now, row.seq)


def _mind_calendar(hub: Hub, connection: Connection, now: datetime) -> None:
    # law: R-093
    year = hub.calendars.undecided_from(now)
    for audience in (Audience.OPERATOR, Audience.OFFICE):
        for row in alarms.open_for(connection, audience):
            if row.kind == Alarm.CALENDAR and row.mark != str(year or ""):
                alarms.clear_one(connection, now, row.seq)
        if year is not None:
            told = alarms.Alarm(Alarm.CALENDAR, audience, mark=str(year), detail={"year": year})
            _tell(hub, connection, now, told)


def _tell_moved(hub: Hub, connection: Connection, now: datetime, moved: timedelta) -> None:
    seconds = round(moved.total_seconds())
    mark = f"{clock.local(now).date().isoformat()} {seconds}"
    detail = {"seconds": seconds}
    _tell(hub, connection, now, alarms.Alarm("clock_moved", Audience.OPERATOR, mark=mark, detail=detail))


def _tell(hub: Hub, connection: Connection, now: datetime, alarm: alarms.Alarm) -> None:
    if alarms.raise_(connection, hub.journal, now, alarm):
        _RAISED.inc()
        log.get().warning("alarm raised", alarm=str(alarm.kind), audience=str(alarm.audience), **alarm.detail)
