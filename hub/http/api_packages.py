"""Sending, looking at what was sent, and withdrawing."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from aiohttp import web

from connectors.forms.metadata import Metadata
from edxml.axis_view import Finding
from edxml.faults import Fault, Refusal
from edxml.model import Warning as Note
from edxml.verdict import DocumentReport
from hub.context import Hub
from hub.flow import checks, hold, intake, pickup, quotas, views
from hub.flow.addressing import asking
from hub.flow.moments import IssuedLate
from hub.flow.recalls import shown
from hub.http import api_shapes as shapes
from hub.http import api_upload, auth
from hub.http.api_call import Call, answer
from hub.states import Mode

XML_TYPES = ("application/xml", "text/xml", "application/octet-stream")


async def send(call: Call) -> web.StreamResponse:
    """POST /packages."""
    async with sent_package(call, as_said) as (body, submission):
        accepted = await intake.accept(call.hub, body, submission)
    location = f"/api/v1/packages/{accepted.package_id}"
    return answer(told(accepted, english=call.english), 200 if accepted.repeated else 201, {"Location": location})


async def dry_run(call: Call) -> web.StreamResponse:
    """POST /packages/dry-run."""
    query = call.query
    assert isinstance(query, shapes.DryRunQuery), "the table names this query"
    async with sent_package(call, as_said) as (body, submission):
        found = await intake.dry_run(call.hub, body, submission, query.as_)
    return answer(
        shapes.CheckedPackage(
            document_id=found.document_id,
            sha256=found.sha256,
            verdicts=_verdicts(found.verdicts, found.checks, english=call.english),
            warnings=_warnings(found.warnings, english=call.english),
            recipients=[
                shapes.RecipientTold(
                    recipient=one.recipient,
                    name=_name(call.hub, one.recipient),  # law: R-104 HN Đ10.2c
                    status=one.status,
                    role=one.role,
                    mode=one.mode,
                    copy_=one.copy,
                    **_fault(one.fault, english=call.english),
                )
                for one in found.recipients
            ],
            axis=None if found.axis is None else _axis(found.axis, english=call.english),
        )
    )


async def sent(call: Call) -> web.StreamResponse:
    """GET /packages."""
    query = call.query
    assert isinstance(query, shapes.SentQuery), "the table names this query"
    if query.dossier:
        tied = await views.of_dossier(call.hub, call.system, query.dossier, limit=query.limit)
        return answer(shapes.PackagePage(items=[_package(one, english=call.english) for one in tied], next=None))
    before = int(query.cursor) if query.cursor is not None else None
    found, following = await views.sent(call.hub, call.system, before=before, limit=query.limit)
    items = [_package(one, english=call.english) for one in found]
    return answer(shapes.PackagePage(items=items, next=None if following is None else str(following)))


async def show(call: Call) -> web.StreamResponse:
    """GET /packages/{package_id}."""
    found = await views.package(call.hub, call.system, call.id("package_id"))
    return answer(_package(found, english=call.english))


async def timeline(call: Call) -> web.StreamResponse:
    """GET /packages/{package_id}/timeline."""
    found = await views.timeline(call.hub, call.system, call.id("package_id"))
    events = [
        shapes.EventShown(
            seq=one.seq, at=one.at, type=one.type, actor=one.actor, recipient=one.recipient, detail=one.detail
        )
        for one in found
    ]
    return answer(shapes.Timeline(events=events))


async def verdicts(call: Call) -> web.StreamResponse:
    """GET /packages/{package_id}/verdicts."""
    found = await views.verdicts(call.hub, call.system, call.id("package_id"))
    found["checks"] = checks.told(found["checks"], english=call.english)
    return answer(shapes.Verdicts.model_validate(found))


async def receipt(call: Call) -> web.StreamResponse:
    """GET /packages/{package_id}/receipt."""
    text = await views.receipt(call.hub, call.system, call.id("package_id"))
    headers = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
    return web.Response(body=text.encode("ascii"), content_type="application/jose", headers=headers)


async def receipts(call: Call) -> web.StreamResponse:
    """GET /packages/{package_id}/receipts."""
    found = await views.receipts(call.hub, call.system, call.id("package_id"))
    shown = [
        shapes.ReceiptShown(
            type=one.type,
            at=one.at,
            recipient=one.recipient,
            receipt=one.receipt,
            canonical=one.canonical,
            nonce=one.nonce,
            leaf=one.leaf,
        )
        for one in found
    ]
    return answer(shapes.Receipts(receipts=shown))


async def declare(call: Call) -> web.StreamResponse:
    """POST /packages/{package_id}/declare."""
    package_id = call.id("package_id")
    asked = await call.json(shapes.Declaration)
    status = await hold.declare(call.hub, call.system, package_id, asked.declared_by)
    return answer(shapes.Declared(package_id=package_id, status=status.value))


def told(accepted: intake.Accepted, *, english: bool) -> shapes.AcceptedPackage:
    """The answer to a package taken in."""
    return shapes.AcceptedPackage(
        package_id=accepted.package_id,
        document_id=accepted.document_id,
        sha256=accepted.sha256,
        status=accepted.status,
        receipt=accepted.receipt,
        warnings=_warnings(accepted.warnings, english=english),
        deliveries=[
            shapes.DeliveryTold(
                delivery_id=one.delivery_id,
                recipient=one.recipient,
                status=one.status,
                role=one.role,
                mode=one.mode,
                copy_=one.copy,
                detail=one.detail or None,
                **_fault(one.fault, english=english),
            )
            for one in accepted.deliveries
        ],
    )


@contextlib.asynccontextmanager
async def sent_package(
    call: Call, meant: Callable[[Metadata | None], Metadata | None]
) -> AsyncIterator[tuple[AsyncIterator[bytes], intake.Submission]]:
    """The package of a request as a body for accept(), counted against the system's quotas, and who hands it in.

    meant: what the metadata of a multipart request come to; None = it holds a package that is written already.
    """
    came = call.request.content
    submission = intake.Submission(call.system, "api", auth.address_of(call.request))
    with quotas.sending(call.hub, call.system, call.request.content_length, lambda: came.total_bytes):
        if call.request.content_type != "multipart/form-data":
            yield _package_body(call), submission
            return
        async with api_upload.built(call, meant) as made:
            yield made.body, replace(submission, declared=made.declared, sending=made.sending)


def as_said(said: Metadata | None) -> Metadata | None:
    """Metadata that mean what they say."""
    return said


def _package_body(call: Call) -> AsyncIterator[bytes]:
    media = call.request.content_type
    named = "Content-Type" in call.request.headers
    if named and media not in XML_TYPES and not media.endswith("+xml"):
        raise Refusal(Fault.UNSUPPORTED_TYPE, "send edXML as application/xml, or multipart/form-data")
    limit = call.hub.settings.limits.package_bytes
    call.check_body(limit)
    return call.body(limit)


def _fault(fault: Fault | None, *, english: bool) -> dict[str, Any]:
    if fault is None:
        return {}
    return {"code": fault.slug, "title": fault.title_en if english else fault.title_vi}


def _warnings(found: Iterable[Note], *, english: bool) -> list[shapes.Warned]:
    return [
        shapes.Warned(code=one.code, title=one.title_en if english else one.title_vi, where=one.where) for one in found
    ]


def _verdicts(report: DocumentReport | None, found: Sequence[Mapping[str, str]], *, english: bool) -> shapes.Verdicts:
    said: dict[str, Any] = {"verdict": "UNSIGNED", "sub_indication": None, "legal_value": "information", "files": []}
    if report is not None:
        said = report.as_json()
    return shapes.Verdicts.model_validate({**said, "checks": checks.told(found, english=english)})


def _package(found: views.PackageState, *, english: bool) -> shapes.PackageShown:
    return shapes.PackageShown(
        package_id=found.package_id,
        document_id=found.document_id,
        message_type=found.message_type,
        kind="status" if found.message_type == "status" else pickup.KINDS[found.business_type],
        status_code=found.status_code,
        sender=found.sender,
        number=found.number,
        notation=found.notation,
        subject=found.subject,
        urgency=found.urgency,
        sha256=found.sha256,
        size=found.size,
        status=found.status,
        held_for=list(found.held_for),
        verdict=found.verdict,
        received_at=found.received_at,
        signed_at=found.sent.signed_at,
        issued_at=found.sent.issued_at,
        sent_at=found.sent.sent_at,
        issued_late=_issued_late(found.issued_late, english=english),
        original_id=found.original_id,
        is_sender=found.is_sender,
        circulation=found.circulation,
        dossier=found.dossier,
        request=found.request,
        reply_due=found.reply_due,
        sending=found.sending,
        tombstone=_tombstone(found.tombstone),
        replaced_by=found.replaced_by,
        sent_onward=list(found.sent_onward),
        revisions=[
            shapes.RevisionShown(
                package_id=one.package_id, kind=pickup.KINDS[one.business_type], received_at=one.received_at
            )
            for one in found.revisions
        ],
        attachments=[
            shapes.AttachmentShown(
                n=number,
                name=one["name"],
                kind=one["kind"],
                size=one["size"],
                sha256=one["sha256"],
                zipped=one["zipped"],
            )
            for number, one in enumerate(found.attachments)
        ],
        warnings=[
            shapes.Warned(
                code=one["code"], title=one["title_en"] if english else one["title_vi"], where=one.get("where", "")
            )
            for one in found.warnings
        ],
        deliveries=[_delivery(one, found.request) for one in found.deliveries],
    )


def _axis(found: Sequence[Finding], *, english: bool) -> shapes.AxisAnswer:
    against = {one.effect: Fault.of(one.code) for one in reversed(found) if one.effect in {"refuses", "doubtful"}}
    fault = against.get("refuses") or against.get("doubtful")
    return shapes.AxisAnswer(
        accepts="no" if "refuses" in against else "doubtful" if against else "yes",
        error_code=fault.vxp_code if fault is not None else "0",
        findings=[
            shapes.AxisFinding(
                path=one.path,
                effect=one.effect,
                code=one.code,
                title=one.en if english else one.vi,
                remedy=one.remedy_en if english else one.remedy_vi,
            )
            for one in found
        ],
    )


def _name(hub: Hub, code: str) -> str:
    agency = hub.directory.agency(code)
    return agency.name if agency is not None else ""


def _issued_late(late: IssuedLate | None, *, english: bool) -> shapes.IssuedLateShown | None:
    if late is None:
        return None
    held = late.strict if late.rule == "morning" else late.wide
    return shapes.IssuedLateShown(
        by=late.by,
        by_wide=late.by_wide,
        minutes=late.strict.minutes if late.strict is not None else None,
        minutes_wide=late.wide.minutes if late.wide is not None else None,
        rule=late.rule,
        text="" if held is None else held.text_en if english else held.text_vi,
    )


def _delivery(one: views.DeliveryState, request: str) -> shapes.DeliveryShown:
    return shapes.DeliveryShown(
        delivery_id=one.delivery_id,
        recipient=one.recipient,
        name=one.name,
        role=one.role,
        mode=one.mode,
        paper=one.mode != Mode.ELECTRONIC,  # law: R-168 HN Đ7.2
        copy_=one.copy,
        duplicate_of=one.duplicate_of,
        replied_by=one.replied_by,
        keeps=one.keeps,
        confirmed=one.replied_by is not None if request == asking.CONFIRMATION else None,  # law: R-239 TT Đ8.2
        status=one.status,
        code=one.fault,
        reason=one.reason,
        recall_state=one.recall_state,
        business_status=one.business_status,
        business_reason=one.business_reason,
        business_at=one.business_at,
        exposed_at=one.exposed_at,
        ended_at=one.ended_at,
        received_at=one.received.at,
        received_by=one.received.by,
        received_legal=one.received.legal,
        accept_by=one.received.accept_by,
        accepted_at=one.received.accepted_at,
        wanted=_wanted(one.wanted),
        refusal=one.refusal,
        arrival_number=one.arrival_number,
        arrival_date=one.arrival_date,
        corrected_by=one.corrected_by,
        days_overdue=one.days_overdue,
    )


def _wanted(one: shown.Wanted | None) -> shapes.WantedShown | None:
    if one is None:
        return None
    return shapes.WantedShown(
        kind=one.kind, reason=one.reason, at=one.at, destroy_by=one.destroy_by, warnings=list(one.warnings)
    )


def _tombstone(one: shown.Tombstone | None) -> shapes.TombstoneShown | None:
    if one is None:
        return None
    return shapes.TombstoneShown(
        document_id=one.document_id, sha256=one.sha256, by=one.by, kind=one.kind, at=one.at, reason=one.reason
    )
