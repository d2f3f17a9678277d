"""A sign of life of software that stands beside an office system, and the alarm when it falls silent."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from hub import clock
from hub.flow import alarms as technical
from hub.states import Alarm, Audience
from hub.store import alarms, heartbeats

if TYPE_CHECKING:
    from sqlalchemy import Connection, Row

    from agency_registry.agency import System
    from hub.context import Hub

MISSED: Final = 3
"""Heartbeats in a row that may be missing before the operator is told."""

CLOCK: Final = "clock_differs"
"""The technical alarm about a clock that is too far from the hub's."""


@dataclass(frozen=True, slots=True)
class Beat:
    """What a system says of itself. next_seconds: when it will be heard again; waiting_*: packages that lie there.

    problems: code and text of each, for the operator: no subject, no content. clock_seconds: its clock minus the hub's.
    """

    software: str
    next_seconds: int
    waiting_out: int = 0
    waiting_in: int = 0
    problems: Sequence[Mapping[str, str]] = ()
    clock_seconds: int | None = None


async def give(hub: Hub, system: System, beat: Beat) -> None:
    """Keep it; a silence that was told is over."""
    now = hub.clock.now()
    detail = {"waiting_out": beat.waiting_out, "waiting_in": beat.waiting_in, "problems": list(beat.problems)}

    def work(connection: Connection) -> None:
        heartbeats.heard(
            connection, system.id, now, next_seconds=beat.next_seconds, software=beat.software, detail=detail
        )
        if beat.clock_seconds is not None:
            heartbeats.keep_clock(connection, system.id, beat.clock_seconds, now)
        for row in alarms.open_for(connection, Audience.OPERATOR):
            if row.kind == Alarm.AGENT_SILENT and json.loads(row.detail)["system"] == system.id:
                alarms.clear_one(connection, now, row.seq)

    await hub.db.write(work)


def of(connection: Connection, system_id: str) -> Row[Any] | None:
    """What is known of one system."""
    return heartbeats.get(connection, system_id)


def told(row: Row[Any] | None, now: datetime) -> dict[str, Any]:
    """The last sign of life as an operator reads it; of a system that was never heard all is None."""
    if row is None:
        return {**dict.fromkeys(("heard_at", "clock_seconds", "clock_at", "software", "heartbeat")), "silent": False}
    return {
        "heard_at": row.heard_at,
        "clock_seconds": row.clock_seconds,
        "clock_at": row.clock_at,
        "software": row.software,
        "heartbeat": json.loads(row.detail) if row.heard_at else None,
        "silent": is_silent(row, now, clock.from_text(row.heard_at or row.clock_at)),
    }


def silent_since(row: Row[Any], began: datetime) -> datetime | None:
    """When the next heartbeat of a system is missed for good; None for one that never gave any.

    began: since when this hub listens: nobody is silent while the hub itself is away.
    """
    if row.heard_at is None:
        return None
    return max(clock.from_text(row.heard_at), began) + timedelta(seconds=MISSED * row.next_seconds)


def is_silent(row: Row[Any], now: datetime, began: datetime) -> bool:
    """Whether it ought to have been heard by now."""
    until = silent_since(row, began)
    return until is not None and until < now


def mind(hub: Hub, connection: Connection, now: datetime, began: datetime) -> list[alarms.Alarm]:
    """The alarms about systems that fell silent; what is over is cleared: heard, right again, or not active."""
    # law: R-175 HN Đ20.3c
    rows = {row.system_id: row for row in heartbeats.all_of(connection) if _works(hub, row.system_id)}
    silent = {name: row for name, row in rows.items() if is_silent(row, now, began)}
    wrong = {name for name, row in rows.items() if abs(row.clock_seconds or 0) > hub.settings.api.clock_seconds}
    for row in alarms.open_for(connection, Audience.OPERATOR):
        over = {Alarm.AGENT_SILENT.value: silent, CLOCK: wrong}.get(row.kind)
        if over is not None and json.loads(row.detail)["system"] not in over:
            alarms.clear_one(connection, now, row.seq)
    return [_silence(row) for row in silent.values()]


def _silence(row: Row[Any]) -> alarms.Alarm:
    heard = clock.from_text(row.heard_at)
    return alarms.Alarm(
        Alarm.AGENT_SILENT,
        Audience.OPERATOR,
        mark=technical.mark(row.heard_at, row.system_id),
        due_at=heard + timedelta(seconds=row.next_seconds),
        detail={"system": row.system_id, "heard_at": clock.local_text(heard), "next_seconds": row.next_seconds},
    )


def _works(hub: Hub, system_id: str) -> bool:
    system = hub.directory.system(system_id)
    return system is not None and system.state == "active"
