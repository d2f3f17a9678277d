"""Receiving: what waits, the lease, the acknowledgement, and what the recipient says afterwards."""

from __future__ import annotations

from aiohttp import web

from connectors.forms import sending as forms
from edxml import model
from hub.flow import pickup
from hub.flow.thread import reports, statuses
from hub.http import api_shapes as shapes
from hub.http.api_call import Call, answer
from hub.http.api_packages import told
from hub.states import Mode


async def waiting(call: Call) -> web.StreamResponse:
    """GET /inbox."""
    query = call.query
    assert isinstance(query, shapes.InboxQuery), "the table names this query"
    seconds = 0 if call.request.method == "HEAD" else query.wait
    page = await pickup.inbox(
        call.hub, call.system, limit=query.limit, cursor=query.cursor, wait_seconds=seconds, organ_id=query.recipient
    )
    return answer(shapes.InboxPage(items=[_item(one) for one in page.items], next=page.next))


async def lease(call: Call) -> web.StreamResponse:
    """POST /inbox/{delivery_id}/lease."""
    taken = await pickup.lease(call.hub, call.system, call.id("delivery_id"))
    content = f"/api/v1/packages/{taken.package_id}/content"
    return answer(shapes.Leased(lease=taken.lease, expires_at=taken.expires_at, content=content))


async def acknowledge(call: Call) -> web.StreamResponse:
    """POST /inbox/{delivery_id}/ack."""
    delivery_id = call.id("delivery_id")
    said = await call.json(shapes.Ack)
    receipt = await pickup.acknowledge(call.hub, call.system, delivery_id, said.lease, said.sha256)
    return answer(shapes.Acked(receipt=receipt))


async def say(call: Call) -> web.StreamResponse:
    """POST /inbox/{delivery_id}/status."""
    delivery_id = call.id("delivery_id")
    said = await call.json(shapes.StatusSaid)
    accepted = await statuses.say(
        call.hub,
        call.system,
        delivery_id,
        statuses.Said(
            code=said.code,
            description=said.description,
            reason=said.reason,
            reason_code=said.reason_code,
            arrival_number=str(said.arrival_number),
            arrival_date=said.arrival_date,
            staff=_staff(said.staff),
            destroyed=said.destroyed,
        ),
    )
    return answer(told(accepted, english=call.english), 200 if accepted.repeated else 201)


async def report(call: Call) -> web.StreamResponse:
    """POST /inbox/{delivery_id}/report."""
    delivery_id = call.id("delivery_id")
    said = await call.json(shapes.ReportSaid)
    kind, staff = reports.Kind(said.kind), _staff(said.staff)
    accepted = await reports.report(call.hub, call.system, delivery_id, kind, said.text, staff)
    return answer(told(accepted, english=call.english), 200 if accepted.repeated else 201)


def _staff(said: shapes.StaffSaid | str | None) -> model.Staff | None:
    return forms.staff(shapes.StaffSaid(name=said) if isinstance(said, str) else said)


def _item(one: pickup.InboxItem) -> shapes.InboxItem:
    return shapes.InboxItem(
        delivery_id=one.delivery_id,
        package_id=one.package_id,
        document_id=one.document_id,
        sender=one.sender,
        recipient=one.recipient,
        number=one.number,
        notation=one.notation,
        subject=one.subject,
        urgency=one.urgency,
        kind=one.kind,
        status_code=one.status_code,
        sha256=one.sha256,
        size=one.size,
        waiting_since=one.waiting_since,
        signed_at=one.sent.signed_at,
        issued_at=one.sent.issued_at,
        sent_at=one.sent.sent_at,
        role=one.role,
        mode=one.mode,
        paper=one.mode != Mode.ELECTRONIC,  # law: R-168 HN Đ7.2
        stored_only=one.stored_only,
        duplicate_of=one.duplicate_of,
        circulation=one.circulation,
        dossier=one.dossier,
        request=one.request,
        reply_due=one.reply_due,
        addressed_to=None if one.addressed_to is None else shapes.AddressedTo(**one.addressed_to),
    )
