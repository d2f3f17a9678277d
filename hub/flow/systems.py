"""Connected systems as an operator sees them: state, health, clock, sign of life, what waits. No secret, no content."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from agency_registry import edit
from edxml.faults import Fault, Refusal
from hub.flow import heartbeats
from hub.store import endpoints, overview
from hub.store import heartbeats as life

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from hub.context import Hub

Backlog = Mapping[str, tuple[int, str]]


@dataclass(frozen=True, slots=True)
class SystemView:
    """One system.

    facts: as the registry shows it. life: its last sign of life and its clock. failures, retry_at, last_error,
    heard_at: of its endpoint. backlog: delivery status -> how many, and since when the oldest.
    """

    facts: Mapping[str, Any]
    life: Mapping[str, Any]
    failures: int
    retry_at: str | None
    last_error: str
    heard_at: str | None
    backlog: Backlog

    @property
    def waiting(self) -> int:
        """Deliveries on their way to it."""
        return sum(count for status, (count, _) in self.backlog.items() if status in {"queued", "sending", "available"})

    @property
    def trouble(self) -> bool:
        """Whether an operator should look at it: no answer, no sign of life, or something wrong there."""
        problems = (self.life["heartbeat"] or {}).get("problems")
        return bool(self.failures or self.life["silent"] or problems)


async def listed(hub: Hub) -> tuple[SystemView, ...]:
    """All systems, by id."""

    def look(connection: Connection) -> tuple[SystemView, ...]:
        health, waiting = endpoints.all_of(connection), overview.backlog(connection)
        heard = {row.system_id: row for row in life.all_of(connection)}
        return tuple(
            _view(hub, facts, health.get(str(facts["system_id"])), heard.get(str(facts["system_id"])), waiting)
            for facts in edit.list_systems(connection)
        )

    return await hub.db.read(look)


async def one(hub: Hub, system_id: str) -> SystemView:
    """One system. Raises Refusal(NOT_FOUND)."""
    if hub.directory.system(system_id) is None:
        raise Refusal(Fault.NOT_FOUND)

    def look(connection: Connection) -> SystemView:
        return _view(
            hub,
            edit.show_system(connection, system_id),
            endpoints.get(connection, system_id),
            life.get(connection, system_id),
            overview.backlog(connection, system_id),
        )

    return await hub.db.read(look)


def _view(hub: Hub, facts: Mapping[str, Any], health: Any, heard: Any, waiting: Mapping[str, Backlog]) -> SystemView:
    return SystemView(
        facts,
        heartbeats.told(heard, hub.clock.now()),
        health.failures if health is not None else 0,
        health.retry_at if health is not None else None,
        (health.last_error or "") if health is not None else "",
        health.heard_at if health is not None else None,
        waiting.get(str(facts["system_id"]), {}),
    )
