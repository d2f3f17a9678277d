"""An agency's system fetches what waits for it: inbox page, lease, acknowledgement by digest."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from edxml import organ
from edxml.faults import Fault, Refusal
from hub import clock
from hub.flow import moments, successors, visibility
from hub.flow.moments import By
from hub.flow.thread import refusals
from hub.states import Copy, DeliveryStatus, Hold, Move, PackageStatus
from hub.store import deliveries, events, items, keeping, packages, waiting

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection, Row

    from agency_registry.agency import System
    from hub.context import Hub


@dataclass(frozen=True, slots=True)
class InboxItem:
    """One waiting delivery as its recipient sees it.

    stored_only: the agency's other system handles it, this one keeps a copy. duplicate_of: the agency's earlier
    delivery of what seems to be the same document. reply_due: until when an answer is asked for.
    """

    delivery_id: str
    package_id: str
    document_id: str
    sender: str
    recipient: str
    number: str
    notation: str
    subject: str
    urgency: int
    kind: str  # new | recall | update | replacement | status
    status_code: str
    sha256: str
    size: int
    waiting_since: datetime
    sent: moments.Sent
    role: str
    mode: str
    stored_only: bool
    duplicate_of: str | None
    circulation: str
    dossier: str
    request: str
    reply_due: datetime | None
    addressed_to: dict[str, Any] | None  # the closed agency it was written to, when this one gets it in its place


@dataclass(frozen=True, slots=True)
class Page:
    """A page of the inbox; `next` continues behind it, None at the end."""

    items: tuple[InboxItem, ...]
    next: str | None


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to fetch one delivery until it runs out."""

    lease: str
    expires_at: datetime
    package_id: str


KINDS = ("new", "recall", "update", "replacement")


async def inbox(
    hub: Hub,
    system: System,
    *,
    limit: int,
    cursor: str | None = None,
    wait_seconds: float = 0,
    organ_id: str | None = None,
) -> Page:
    """What waits, most urgent first, then oldest; with `wait_seconds` an empty page waits for the first arrival.

    When more waits than fits, a share of the page is for the oldest of all (`store.waiting`).
    Raises Refusal(SCHEMA_INVALID) for a cursor that is not one of ours.
    """
    after = _cursor(cursor)
    hub.openings.opened(system.id, hub.clock.now())
    agency = hub.directory.agency(organ_id) if organ_id else None
    wanted = agency.organ_id if agency is not None else organ.normalise(organ_id) if organ_id else None

    def look(connection: Connection) -> Page:
        rows, place = waiting.page(connection, system.id, after=after, limit=limit, organ_id=wanted)
        following = f"{place.urgency}.{place.seq}.{place.oldest}" if place is not None else None
        return Page(tuple(_item(hub, row) for row in rows), following)

    page = Page((), None)
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(wait_seconds if wait_seconds > 0 else None):
            while True:
                with hub.bell.awaiting(system.id) as rung:
                    page = await hub.db.read(look)
                    if page.items or wait_seconds <= 0:
                        break
                    await rung.wait()
    return page


async def lease(hub: Hub, system: System, delivery_id: str) -> Lease:
    """Take one waiting delivery to fetch it: it is exposed from now on. A second lease replaces the first.

    Raises Refusal: NOT_FOUND, STATE_CONFLICT when it no longer waits.
    """
    now = hub.clock.now()
    token = secrets.token_urlsafe(16)
    until = now + timedelta(seconds=hub.settings.intake.lease_seconds)

    def work(connection: Connection) -> Lease:
        row = _mine(connection, system, delivery_id)
        package = packages.get(connection, row.package_id)
        travels = package is not None and package.status == PackageStatus.ACCEPTED
        if row.status != DeliveryStatus.AVAILABLE or not travels or refusals.is_returned(row):
            raise Refusal(Fault.STATE_CONFLICT, "the delivery does not wait to be fetched")
        deliveries.expose(connection, hub.journal, now, [row.id], f"system:{system.id}")
        deliveries.set_lease(connection, row.id, token, until)
        return Lease(token, until, row.package_id)

    return await hub.db.write(work)


async def acknowledge(hub: Hub, system: System, delivery_id: str, token: str, sha256: str) -> str:
    """The system has stored the bytes with this digest: delivered. A repeat gets the first receipt.

    Raises Refusal: NOT_FOUND, LEASE_LOST, DIGEST_MISMATCH, STATE_CONFLICT.
    """
    now = hub.clock.now()

    def work(connection: Connection) -> str:
        row = _mine(connection, system, delivery_id)
        package = packages.get(connection, row.package_id)
        if package is None:
            raise Refusal(Fault.NOT_FOUND)
        if sha256.lower() != package.sha256:  # law: R-019 CB Đ3.2
            raise Refusal(Fault.DIGEST_MISMATCH, "the digest is not that of the package; fetch it again")
        if row.status == DeliveryStatus.DELIVERED:
            return _first_receipt(connection, row.package_id, row.id)
        if row.lease is None or not secrets.compare_digest(row.lease.encode(), token.encode()):
            raise Refusal(Fault.LEASE_LOST, "another lease was taken; lease and fetch again")
        if row.status not in (DeliveryStatus.AVAILABLE, DeliveryStatus.FAILED):  # its receipt beats that we gave up
            raise Refusal(Fault.STATE_CONFLICT, f"the delivery is {row.status}")
        return hand_over(hub, connection, now, [row], f"system:{system.id}", By.ACK)[0]

    return await hub.db.write(work)


def hand_over(
    hub: Hub, connection: Connection, now: datetime, rows: Sequence[Row[Any]], actor: str, by: By
) -> list[str]:
    """Mark deliveries of one package as handed over, with what told it; one receipt each, for both sides.

    Raises Refusal(DEPENDENCY_DOWN) while the stored copy is damaged: the caller may know its digest alone.
    """
    receipts = []
    package = packages.get(connection, rows[0].package_id) if rows else None
    require_whole(package)
    detail = {
        "sha256": package.sha256 if package else "",
        "document_id": package.document_id if package else "",
        "sender": package.sender if package else "",
        "delivered_at": clock.local(now).isoformat(timespec="microseconds"),
    }
    for row in rows:
        received = moments.receipt(hub, row, now, by)
        change = events.Change(row.id, Move.DELIVER, actor, received, {**detail, **moments.told(received)})
        receipts.append(events.change_status(connection, hub.journal, now, change) or "")
    for item_id in dict.fromkeys(row.item_id for row in rows if row.item_id is not None):
        if all(one.status != DeliveryStatus.AVAILABLE for one in deliveries.of_item(connection, item_id)):
            items.set_state(connection, item_id, "done", "", now)
    return receipts


def require_whole(package: Row[Any] | None) -> None:
    """Raise Refusal(DEPENDENCY_DOWN) while the stored copy is damaged: what a recipient says of it does not count."""
    if package is not None and Hold.DAMAGED in keeping.words(package.held_for):
        raise Refusal(Fault.DEPENDENCY_DOWN, "the stored copy is damaged; fetch it again when it waits again")


def _first_receipt(connection: Connection, package_id: str, delivery_id: str) -> str:
    found = events.receipt_of(connection, "delivery.delivered", package_id=package_id, delivery_id=delivery_id)
    return found or ""


def _mine(connection: Connection, system: System, delivery_id: str) -> Row[Any]:
    row = visibility.own_delivery(connection, system, delivery_id)
    if row.status in (DeliveryStatus.HELD, DeliveryStatus.CANCELLED):
        raise Refusal(Fault.NOT_FOUND)
    return row


def _item(hub: Hub, row: Row[Any]) -> InboxItem:
    return InboxItem(
        delivery_id=row.delivery_id,
        package_id=row.id,
        document_id=row.document_id,
        sender=row.sender,
        recipient=row.recipient,
        number=row.number,
        notation=row.notation,
        subject=row.subject,
        urgency=row.urgency,
        kind="status" if row.message_type == "status" else KINDS[row.business_type],
        status_code=row.status_code,
        sha256=row.sha256,
        size=row.size,
        waiting_since=clock.from_text(row.created_at),
        sent=moments.sent(hub, row),
        role=row.role,
        mode=row.mode,
        stored_only=row.copy == Copy.SECOND,
        duplicate_of=row.duplicate_of,
        circulation=row.circulation,
        dossier=row.dossier,
        request=row.request,
        reply_due=clock.from_text(row.reply_due) if row.reply_due else None,
        addressed_to=successors.stamp(hub.directory, row.written_as) if row.copy == Copy.SUCCESSOR else None,
    )


def _cursor(text: str | None) -> waiting.Place | None:
    if text is None:
        return None
    parts = text.split(".")
    if len(parts) not in (2, 3) or not all(one.isascii() and one.isdigit() and len(one) <= 18 for one in parts):
        raise Refusal(Fault.SCHEMA_INVALID, "the cursor is not one this hub gave", where="cursor")
    return waiting.Place(*map(int, parts))
