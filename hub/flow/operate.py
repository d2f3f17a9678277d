"""The operator's actions on deliveries and on the intake, each with a name and a reason in the journal."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from edxml.faults import Fault, Refusal
from hub import clock
from hub.flow import routing, visibility
from hub.flow.recalls import sequels
from hub.flow.recalls import stop as stopping
from hub.states import DeliveryStatus, Move
from hub.store import deliveries, events, state

if TYPE_CHECKING:
    from sqlalchemy import Connection, Row

    from hub.context import Hub

INTAKE = "intake.stopped"


async def hold(hub: Hub, delivery_id: str, operator: str, reason: str) -> str:
    """Keep one delivery back; its new status. Raises Refusal: NOT_FOUND, STATE_CONFLICT, REASON_REQUIRED."""
    return await _act(hub, delivery_id, operator, reason, Move.HOLD)


async def release(hub: Hub, delivery_id: str, operator: str, reason: str) -> str:
    """Let a held delivery go on where it was."""
    return await _act(hub, delivery_id, operator, reason, Move.RELEASE)


async def resend(hub: Hub, delivery_id: str, operator: str, reason: str) -> str:
    """Try a failed or never connected delivery again, by the recipient's system of today."""
    return await _act(hub, delivery_id, operator, reason, Move.RESEND)


async def cancel(hub: Hub, delivery_id: str, operator: str, reason: str) -> str:
    """Stop a delivery for good, only before any content byte left. Raises Refusal(RECALL_TOO_LATE) after."""
    return await _act(hub, delivery_id, operator, reason, Move.CANCEL)


async def stop_intake(hub: Hub, operator: str, reason: str) -> None:
    """Answer every new package with INTAKE_STOPPED and this reason; deliveries go on."""
    await _switch(hub, operator, _reason(reason))


async def start_intake(hub: Hub, operator: str, reason: str = "") -> None:
    """Take packages again."""
    await _switch(hub, operator, None, reason)


async def _switch(hub: Hub, operator: str, stopped: str | None, reason: str = "") -> None:
    now = hub.clock.now()

    def work(connection: Connection) -> None:
        state.put(connection, INTAKE, stopped)
        detail = {"alarm": "intake_stopped" if stopped else "intake_started", "reason": stopped or reason}
        hub.journal.record(connection, now, [events.Event("alarm.raised", f"user:{operator}", detail=detail)])

    await hub.db.write(work)
    hub.intake_stopped = stopped


async def _act(hub: Hub, delivery_id: str, operator: str, reason: str, move: Move) -> str:
    reason = _reason(reason)
    now = hub.clock.now()
    actor = f"user:{operator}"
    woken: list[str] = []

    def work(connection: Connection) -> str:
        row = deliveries.get(connection, delivery_id)
        if row is None:
            raise Refusal(Fault.NOT_FOUND)
        try:
            if move is Move.CANCEL:
                stopping.Stop(connection, hub.journal, now, actor, reason).cancel_one(delivery_id)
                woken.extend(sequels.arrange(connection, hub, row.package_id))
                return DeliveryStatus.CANCELLED.value
            change = _change(hub, row, move, actor, reason)
            if change.values.get("item_id"):
                _own_item(connection, row, change, clock.to_text(now))
            events.change_status(connection, hub.journal, now, change)
        except events.StaleStatusError as stale:
            fault = Fault.RECALL_TOO_LATE if move is Move.CANCEL and row.exposed_at else Fault.STATE_CONFLICT
            raise Refusal(fault, f"the delivery is {row.status}") from stale
        if row.item_id:
            stopping.settle_item(connection, row.item_id, now)
        woken.extend(sequels.arrange(connection, hub, row.package_id))
        after = deliveries.get(connection, delivery_id)
        if after is not None and after.item_id and after.item_id != row.item_id:
            stopping.settle_item(connection, after.item_id, now)
        if after is not None and after.system_id:
            woken.append(after.system_id)
        return str(after.status) if after is not None else ""

    status = await hub.db.write(work)
    hub.bell.ring(woken)
    hub.bell.call()
    return status


def _change(hub: Hub, row: Row[Any], move: Move, actor: str, reason: str) -> events.Change:
    values: dict[str, Any] = {}
    detail = {"reason": reason}
    if move is Move.HOLD:
        return events.Change(row.id, move, actor, values, detail)
    fetched = row.connector == routing.FETCHED
    if row.recall_state in visibility.GIVEN_BACK:
        raise Refusal(Fault.STATE_CONFLICT, "its recipient gave it back")
    if move is Move.RESEND or row.system_id is None:  # held for want of a system: by the one of today
        route = routing.routes(hub, [row.recipient])[0]
        if not route.deliverable:
            raise Refusal(route.fault or Fault.NOT_CONNECTED, route.recipient)
        fetched = route.connector == routing.FETCHED
        values = {"system_id": route.system_id, "connector": route.connector, "fault": None, "ended_at": None}
        if row.item_id is None or row.system_id != route.system_id:
            values["item_id"] = str(uuid.uuid4())  # an item of its own, written with the move
    at = clock.to_text(hub.clock.now())
    values["due_at"] = None if fetched else at
    values["watch_at"] = at if row.message_type == "edoc" else None
    to_fetch = {Move.RELEASE: Move.RELEASE_TO_FETCH, Move.RESEND: Move.RESEND_TO_FETCH}
    return events.Change(row.id, to_fetch[move] if fetched else move, actor, values, detail)


def _own_item(connection: Connection, row: Row[Any], change: events.Change, at: str) -> None:
    """A recipient that was not connected, or has another system now, gets an item of its own."""
    item = deliveries.NewItem(
        change.values["item_id"], row.package_id, change.values["system_id"], row.message_type, "", row.urgency, at, at
    )
    deliveries.add_item(connection, item)


def _reason(reason: str) -> str:
    reason = " ".join(reason.split())
    if not reason:
        raise Refusal(Fault.REASON_REQUIRED, where="reason")
    return reason[:500]
