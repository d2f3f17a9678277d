"""What waits for an agency goes with it: to its new system, or, when it ended, to its one successor.

Only copies of which no byte has left: what was exposed stays where it is. Nothing is left behind without an owner: what
no system receives any more is held, and goes on by itself as soon as one does.  law: R-026 QĐ28 Đ16.1
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from hub import clock
from hub.flow import routing
from hub.flow.recalls import stop
from hub.states import Copy, DeliveryStatus, Move
from hub.store import deliveries, events, rerouting, state

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection, Row

    from hub.context import Hub
    from hub.flow.routing import Route

BATCH: Final = 500
"""Deliveries moved in one transaction; others write between two of them."""
DONE: Final = "registry.rerouted"
"""State name of the registry's version that everything waiting has followed."""
ACTOR: Final = "hub"


@dataclass(frozen=True, slots=True)
class _Way:
    """Where what waits for one recipient at one system goes now."""

    recipient: str
    system_id: str | None
    route: Route | None  # None: to nobody; it is held
    reason: str


async def follow(hub: Hub) -> int:
    """Let everything that waits follow the registry as it is now; how many deliveries moved.

    What is being sent this moment is looked at again later: the version counts as followed only without such.
    """
    version = hub.directory.version
    found = await hub.db.read(rerouting.pairs)
    ways = [way for row in found if (way := _way(hub, row)) is not None]
    moved = 0
    for way in ways:
        moved += await _take(hub, way)
    if not any(row.busy and _way(hub, row) is not None for row in found):
        await hub.db.write(lambda connection: state.put(connection, DONE, str(version)))
    return moved


async def behind(hub: Hub) -> bool:
    """Whether the registry changed since everything that waits followed it."""
    followed = await hub.db.read(lambda connection: state.get(connection, DONE))
    return followed != str(hub.directory.version)


def _way(hub: Hub, row: Row[Any]) -> _Way | None:
    """None: what waits there stays there."""
    agency = hub.directory.agency(row.recipient)
    if row.system_id == routing.AXIS or (agency is not None and agency.scope != "province"):
        return None
    first = routing.routes(hub, [row.recipient])[0]
    route = routing.to_successor(hub, first)
    if route.system_id is not None:
        if route.copy is Copy.SUCCESSOR:
            return _Way(row.recipient, row.system_id, route, "successor")
        if route.recipient != row.recipient:
            return _Way(row.recipient, row.system_id, route, "recoded")
        return None if route.system_id == row.system_id else _Way(row.recipient, row.system_id, route, "system")
    system = hub.system(row.system_id)
    if system is None or agency is None or agency.organ_id in system.organ_ids:
        return None
    return _Way(row.recipient, row.system_id, None, rerouting.NO_SYSTEM)


async def _take(hub: Hub, way: _Way) -> int:
    moved, last = 0, 0

    def work(connection: Connection) -> tuple[int, int]:
        rows = rerouting.waiting(connection, way.recipient, way.system_id, last, BATCH)
        if not rows:
            return 0, 0
        return _move(hub, connection, way, rows), int(rows[-1].seq)

    while True:
        count, seq = await hub.db.write(work)
        moved += count
        if not seq:
            break
        last = seq
    if moved and way.route is not None and way.route.system_id is not None:
        hub.bell.ring([way.route.system_id])
        hub.bell.call()
    return moved


def _move(hub: Hub, connection: Connection, way: _Way, rows: Sequence[Row[Any]]) -> int:
    """One batch, in one transaction."""
    now = hub.clock.now()
    packages = [row.package_id for row in rows]
    route, there, items = way.route, set[str](), dict[str, str]()
    if route is not None:
        there = rerouting.has_copy(connection, route.recipient, packages) if route.copy is Copy.SUCCESSOR else there
        if not route.item_per_agency and route.system_id is not None:
            items = rerouting.unseen_items(connection, route.system_id, packages)
    for row in rows:
        if route is None:
            change = _held(row, way)
        elif row.package_id in there:
            detail = {"reason": "successor_has_it", "to": route.recipient}
            values = {"reason": "successor_has_it"} | _look_again(row, clock.to_text(now))
            change = events.Change(row.id, Move.CANCEL, ACTOR, values, detail, unexposed=True)
        else:
            there |= {row.package_id} if route.copy is Copy.SUCCESSOR else set()
            item_id = row.item_id if row.system_id == route.system_id else items.get(row.package_id)
            if item_id is None:
                items[row.package_id] = item_id = _new_item(connection, row, route, clock.to_text(now))
            change = _onward(row, way, route, item_id, clock.to_text(now))
        events.change_status(connection, hub.journal, now, change)
    for item_id in {row.item_id for row in rows if row.item_id is not None} | set(items.values()):
        stop.settle_item(connection, item_id, now)
    return len(rows)


def _held(row: Row[Any], way: _Way) -> events.Change:
    """Held, away from the system that no longer speaks for the agency."""
    values = {"system_id": None, "connector": None, "item_id": None, "due_at": None, "fault": rerouting.NO_SYSTEM}
    if row.status == DeliveryStatus.HELD:
        return events.Change(row.id, Move.REROUTE, ACTOR, values, {"reason": way.reason}, unexposed=True)
    return events.Change(row.id, Move.HOLD, ACTOR, values, {"reason": way.reason}, unexposed=True)


def _onward(row: Row[Any], way: _Way, route: Route, item_id: str, at: str) -> events.Change:
    fetched = route.connector == routing.FETCHED
    values: dict[str, Any] = {
        "system_id": route.system_id,
        "connector": route.connector,
        "item_id": item_id,
        "due_at": None if fetched else at,
        "fault": None,
    }
    values |= _look_again(row, at)
    detail = {"reason": way.reason}
    if route.recipient != row.recipient:
        values["recipient"] = route.recipient
        detail |= {"from": row.recipient, "to": route.recipient}
    if route.copy is Copy.SUCCESSOR:
        values["copy"] = Copy.SUCCESSOR.value
    move = Move.REROUTE_TO_FETCH if fetched else Move.REROUTE
    if row.status == DeliveryStatus.HELD and row.fault == rerouting.NO_SYSTEM:
        move = Move.RELEASE_TO_FETCH if fetched else Move.RELEASE
    return events.Change(row.id, move, ACTOR, values, detail, unexposed=True)


def _look_again(row: Row[Any], at: str) -> dict[str, str]:
    """The watchdog looks at once at what it watches: its alarms may be over."""
    return {"watch_at": at} if row.watch_at is not None else {}


def _new_item(connection: Connection, row: Row[Any], route: Route, at: str) -> str:
    item = deliveries.NewItem(
        str(uuid.uuid4()), row.package_id, route.system_id or "", row.message_type, "", row.urgency, at, at
    )
    deliveries.add_item(connection, item)
    return item.id
