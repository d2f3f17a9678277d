"""The VXP view: what a system lists, fetches, marks, counts, and what became of what it sent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from edxml.faults import Fault, Refusal
from hub import clock
from hub.flow import content, moments, pickup, visibility
from hub.flow.thread import refusals
from hub.flow.watch import non_delivery
from hub.flow.watch.facts import Reason
from hub.states import DeliveryStatus, Hold, Move, PackageStatus
from hub.store import deliveries, events, items, packages

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection, Row

    from agency_registry.agency import System
    from hub.context import Hub

STATES = {"initial": "Khởi tạo", "processing": "Đang xử lý", "done": "Hoàn thành", "fail": "Thất bại"}
IDLE_LISTINGS = 3
"""An item listed this often without getEdoc raises an alarm: somebody lists and never fetches."""


@dataclass(frozen=True, slots=True)
class ReceivedItem:
    """One waiting item of getReceivedEdocList."""

    doc_id: str
    message_type: str
    created_at: datetime
    updated_at: datetime
    sender: str
    recipients: tuple[str, ...]
    status: str
    status_description: str


@dataclass(frozen=True, slots=True)
class SentRow:
    """One recipient of one sent package, as getSentEdocList tells it."""

    message_type: str
    sender_doc_id: str
    receiver_doc_id: str
    sender: str
    recipient: str
    subject: str
    notation: str
    sent_at: datetime
    received_at: datetime | None
    send_status: str
    send_description: str
    receive_status: str
    receive_description: str


async def received(
    hub: Hub, system: System, message_type: str, since: datetime | None = None, until: datetime | None = None
) -> list[ReceivedItem]:
    """What is offered to a system now, `vxp.list_limit` items at most; being listed is remembered."""
    now = hub.clock.now()
    hub.openings.opened(system.id, now)
    limit = hub.settings.vxp.list_limit

    def work(connection: Connection) -> list[ReceivedItem]:
        rows = items.offer(
            connection,
            system.id,
            message_type,
            since=clock.to_text(since) if since else "",
            until=clock.to_text(until) if until else "",
            limit=limit,
        )
        if not rows:
            return []
        items.mark_listed(connection, [row.id for row in rows], now)
        idle = [row for row in rows if row.listed + 1 == IDLE_LISTINGS]
        detail = {"alarm": "listed_without_fetch", "system": system.id}
        hub.journal.record(
            connection, now, [events.Event("alarm.raised", "hub", row.package_id, detail=detail) for row in idle]
        )
        written = deliveries.written_codes(connection, [row.id for row in rows])
        return [_received(row, written.get(row.id, ())) for row in rows]

    return await hub.db.write(work)


async def fetch(hub: Hub, system: System, doc_id: str) -> content.Content:
    """The content of one item, its deliveries exposed first; works after `done` while the content is kept.

    Raises Refusal(NOT_FOUND).
    """
    now = hub.clock.now()

    def work(connection: Connection) -> Row[Any]:
        item = visibility.own_item(connection, system, doc_id)
        package = packages.get(connection, item.package_id)
        if package is None or package.status != PackageStatus.ACCEPTED:
            raise Refusal(Fault.NOT_FOUND)
        shown = [
            row
            for row in deliveries.of_item(connection, item.id)
            if row.status in (DeliveryStatus.AVAILABLE, DeliveryStatus.DELIVERED, DeliveryStatus.FAILED)
            and row.recall_state not in visibility.GIVEN_BACK
            and not refusals.is_returned(row)
        ]
        if not shown:
            raise Refusal(Fault.NOT_FOUND)
        deliveries.expose(connection, hub.journal, now, [row.id for row in shown], f"system:{system.id}")
        items.mark_fetched(connection, item.id)
        return package

    return content.of_row(hub, await hub.db.write(work))


async def update(hub: Hub, system: System, doc_id: str, state: str, description: str = "") -> None:
    """The receiver says `done`, `fail` or `processing`; a repeat changes nothing.

    `done` acknowledges all of the system's agencies in To and never deletes content.
    Raises Refusal: NOT_FOUND; SCHEMA_INVALID for another word; DEPENDENCY_DOWN while the stored copy is damaged.
    """
    if state not in ("done", "fail", "processing"):
        raise Refusal(
            Fault.SCHEMA_INVALID, f"status must be done, fail or processing, not {state[:40]!r}", where="status"
        )
    now = hub.clock.now()
    actor = f"system:{system.id}"

    def work(connection: Connection) -> None:
        item = visibility.own_item(connection, system, doc_id)
        if item.state in ("done", state):
            return
        rows = deliveries.of_item(connection, item.id)
        if state == "processing":
            if item.state == "initial":
                items.set_state(connection, item.id, state, description, now)
            return
        if state == "done":
            ready = (DeliveryStatus.AVAILABLE, DeliveryStatus.FAILED)
            done = [row for row in rows if row.status in ready]
            pickup.hand_over(hub, connection, now, done, actor, moments.By.DONE)
        else:
            package = packages.get(connection, item.package_id)
            pickup.require_whole(package)
            words = description or STATES["fail"]
            ending = non_delivery.Ending(Reason.REFUSED, words, Move.REFUSE, actor, {"reason": words})
            for row in rows:
                if row.status == DeliveryStatus.AVAILABLE:
                    non_delivery.end(hub, connection, now, row, package, ending)
        items.set_state(connection, item.id, state, description, now)

    await hub.db.write(work)


async def count(hub: Hub, system: System, message_type: str) -> int:
    """How many items wait in all, also beyond what one list offers."""
    return await hub.db.read(lambda connection: items.count(connection, system.id, message_type))


async def sent(
    hub: Hub,
    system: System,
    message_type: str,
    doc_id: str | None = None,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
) -> list[SentRow]:
    """One row a recipient of what the system sent, newest first; `doc_id` narrows only if it is one of its own.

    At most `vxp.list_limit` rows; of one document all.
    """
    limits = hub.settings

    def look(connection: Connection) -> list[SentRow]:
        own = None
        if doc_id:
            own = doc_id if packages.standing(connection, doc_id, system.id)[0] else None
        rows = deliveries.sent_by(
            connection,
            system.id,
            message_type,
            package_id=own,
            since=clock.to_text(since) if since else "",
            until=clock.to_text(until) if until else "",
            limit=limits.vxp.list_limit if own is None else max(limits.vxp.list_limit, limits.limits.recipients),
        )
        return [_sent(row) for row in rows]

    return await hub.db.read(look)


def _received(row: Row[Any], written: Sequence[str]) -> ReceivedItem:
    return ReceivedItem(
        row.id,
        row.message_type,
        clock.from_text(row.created_at),
        clock.from_text(row.updated_at),
        row.sender,
        tuple(written),
        row.state,
        row.state_text or STATES[row.state],
    )


_SEND_STATE = {
    DeliveryStatus.QUEUED: "processing",
    DeliveryStatus.SENDING: "processing",
    DeliveryStatus.AVAILABLE: "done",
    DeliveryStatus.DELIVERED: "done",
    DeliveryStatus.HELD: "processing",
    DeliveryStatus.FAILED: "fail",
    DeliveryStatus.CANCELLED: "fail",
    DeliveryStatus.NOT_CONNECTED: "fail",
}


_WHY = {
    "never_delivered": "Đã dừng trước khi giao",
    "paper_only": "Chỉ gửi bản giấy",
    "others_keep": "Nơi nhận khác còn giữ văn bản, nên cơ quan quản lý giữ bản của mình",
    "stored_only": "Hệ thống thứ hai chỉ lưu trữ; hệ thống chính trả lời",
}


_KEPT_BACK = {
    Hold.STAMP: "Trục đang giữ vì trang 1 có dấu hiệu mật: văn thư khai báo không mật, hoặc thu hồi (loại 1)",
    Hold.UNREAD: "Trục đang giữ, chờ đọc lại trang 1",
    Hold.SCANNER: "Trục đang giữ, chờ quét mã độc",
    Hold.VIRUS: "Đã cách ly vì có mã độc",
    Hold.DAMAGED: "Trục đang giữ vì bản lưu bị hỏng, chờ khôi phục",
    Hold.ORDER: "Đã cách ly, dừng chuyển",
    Hold.UNMATCHED: "Trục đang giữ vì chưa thấy văn bản được nhắc đến",
}


def _kept_back(row: Row[Any]) -> str:
    """Why a package is kept back, for its sender; empty when it is not."""
    if row.status not in (PackageStatus.HELD, PackageStatus.QUARANTINED):
        return ""
    return "; ".join(_KEPT_BACK[Hold(word)] for word in (row.held_for or "").split())


def _sent(row: Row[Any]) -> SentRow:
    status = DeliveryStatus(row.delivery_status)
    fault = Fault[row.delivery_fault.upper()] if row.delivery_fault else None
    receive = "done" if status is DeliveryStatus.DELIVERED else row.item_state or "initial"
    if status in (DeliveryStatus.FAILED, DeliveryStatus.NOT_CONNECTED, DeliveryStatus.CANCELLED):
        receive = "fail"
    send = _SEND_STATE[status]
    if status is DeliveryStatus.FAILED and fault is None:
        send = "done"  # it was handed over; the receiver said fail
    why = fault.title_vi if fault is not None else row.reason or ""
    if fault is Fault.ORG_CLOSED and row.reason:
        why = f"{why}: {row.reason}"  # law: R-026 QĐ28 Đ16.1: names the successor
    why = _WHY.get(row.reason or "", why)
    kept_back = _kept_back(row) if receive not in ("done", "fail") else ""
    if kept_back:  # not handed over yet, and kept from it
        send = "processing" if row.status == PackageStatus.HELD else "fail"
    return SentRow(
        row.message_type,
        row.id,
        row.item_id or "",
        row.sender,
        row.written_as,
        row.subject,
        "/".join(part for part in (row.number, row.notation) if part),
        clock.from_text(row.received_at),
        clock.from_text(row.ended_at) if status is DeliveryStatus.DELIVERED and row.ended_at else None,
        send,
        kept_back or (why if send == "fail" and why else STATES[send]),
        receive,
        row.state_text or (why if receive == "fail" and why else STATES[receive]),
    )
