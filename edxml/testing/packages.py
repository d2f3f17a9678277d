"""Made-up packages: documents and statuses between organisations of the test prefix H99."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path

from edxml import codes, dates, document_id, model, writer
from edxml.package_signature import signing
from edxml.package_signature.signing import Signer
from edxml.testing.authority import TestCA
from edxml.testing.documents import plain_pdf

SENDER = "000.00.01.H99"
RECIPIENT = "000.00.02.H99"
NAMES = {
    "000.00.00.H99": "UBND tỉnh Thử Nghiệm",
    SENDER: "Sở Nội vụ tỉnh Thử Nghiệm",
    RECIPIENT: "Sở Tài chính tỉnh Thử Nghiệm",
    "000.00.03.H99": "Sở Tư pháp tỉnh Thử Nghiệm",
}
_numbers = itertools.count(1)


def organisation(organ_id: str) -> model.Organization:
    """An organisation of the test province; the name of an unknown code is made from the code."""
    return model.Organization(organ_id, NAMES.get(organ_id, f"Cơ quan thử nghiệm {organ_id}"))


def make_package(
    sender: str = SENDER,
    to: str | Sequence[str] = (RECIPIENT,),
    document_id: str | None = None,
    subject: str = "V/v kiểm thử trục liên thông",
    *,
    size: int = 10_000,
    attachments: Sequence[tuple[str, bytes | Path]] | None = None,
    business_type: int = 0,
    reason: str = "",
    priority: int = 0,
    number: str | None = None,
    notation: str = "SNV-VP",
    issued_on: date | None = None,
    type_name: str = "Công văn",
    due_date: str = "",
    receivers: Sequence[tuple[str, int]] = (),
    replaces: Sequence[tuple[str, Sequence[str]]] = (),
    at: datetime | None = None,
    extra: Sequence[str] = (),
    signer: Signer | None = None,
    paper: int = 0,
    sphere: str = "",
    answers: Sequence[model.Package] = (),
    dossier: str = "",
) -> bytes:
    """The bytes of a document message that a hub accepts.

    size: bytes of the one PDF it carries; attachments: (name, content) instead of that PDF.
    number: a fresh one for each package of the process unless given, so that two packages never clash;
    document_id: in the form of the national axis unless given.
    business_type: 0 new, 1 recall, 2 update, 3 replacement; types 1 and 2 want the document_id of the original.
    receivers: (code, 0 removed | 1 added) of an update; replaces: (document id, codes it had gone to).
    at: the time of the trace (default: now).
    paper: 1 = paper follows. sphere: SphereOfPromulgation, a mark as it is printed.
    answers: the documents it answers (ResponseFor). dossier: code of the one-stop dossier it is tied to.
    signer: signs the package itself (profile truc-1); `package_signer` makes one of an authority's certificate.
    """
    number = number if number is not None else str(next(_numbers))
    issued = issued_on or datetime.now(dates.VIETNAM).date()
    document = document_id or _document_id(sender, issued, number, notation)
    page = f"Số: {number}/{notation} {subject}"
    files = attachments if attachments is not None else [(f"{number}-{notation}.pdf", plain_pdf(size, page))]
    header = model.MessageHeader(
        sender=organisation(sender),
        recipients=tuple(organisation(code) for code in ([to] if isinstance(to, str) else to)),
        document_id=document,
        code=model.Code(number, notation),
        promulgation=model.Promulgation("Thử Nghiệm", issued, dates.write_day(issued)),
        document_type=model.DocumentType(2, None, type_name),
        subject=subject,
        signer=model.Signer("KT. GIÁM ĐỐC", "Phó Giám đốc", "Nguyễn Văn An"),
        due_date=due_date,
        other=model.OtherInfo(priority=priority, sphere=sphere, reference_codes=dossier),
        responses=tuple(map(_response, answers)),
        application_type="MCDT_DT" if dossier else "",
    )
    business = model.Business(
        document_id=document,
        type=codes.BusinessType(business_type),
        reason=reason or ("Lý do thử nghiệm" if business_type else ""),
        paper=paper,
        document_info=0 if business_type == codes.BusinessType.UPDATE else None,
        document_receiver=1 if receivers else 0 if business_type == codes.BusinessType.UPDATE else None,
        receivers=tuple(model.Receiver(code, kind) for code, kind in receivers),
        replacements=tuple(model.Replacement(old, tuple(organs)) for old, organs in replaces),
    )
    trace = (model.TraceHop(sender, dates.write_time(at or datetime.now(dates.VIETNAM))),)
    outgoing = [writer.OutgoingAttachment(name, data) for name, data in files]
    data = writer.write_edoc(header, business, trace, outgoing, extra=extra)
    return data if signer is None else signing.sign_bytes(data, signer)


def package_signer(ca: TestCA, name: str = NAMES[SENDER]) -> Signer:
    """Who signs packages in the name of that organisation, with the chain up to the root."""
    own = ca.organisation(name)
    return Signer(own.key, (own.certificate, ca.intermediate.certificate))


def make_status(
    code: str,
    sender: str = RECIPIENT,
    response_to: model.Package | tuple[str, str] = (SENDER, "000.00.01.H99,2026/01/02,1/SNV-VP"),
    description: str = "",
    *,
    at: datetime | None = None,
) -> bytes:
    """The bytes of a status message.

    response_to: the package it answers, or (organ id of its sender, its document id).
    """
    moment = at or datetime.now(dates.VIETNAM)
    status = model.StatusMessage(
        sender=organisation(sender),
        response_for=_response(response_to),
        staff=model.Staff(department="Văn thư", name="Trần Thị Bình", id="vt01", email="vt01@h99.example"),
        code=code,
        description=description or ("Lý do thử nghiệm" if code in {"02", "13"} else ""),
        timestamp=dates.write_time(moment),
    )
    return writer.write_status(status)


def _response(answered: model.Package | tuple[str, str]) -> model.ResponseFor:
    if not isinstance(answered, model.Package):
        organ_id, document = answered
        parts = document_id.parse(document)
        day = dates.write_day(parts.on) if parts.on else ""
        return model.ResponseFor(organ_id, f"{parts.number}/{parts.notation}" if parts.number else "", document, day)
    header = answered.header
    assert header is not None, "a status answers a document, not another status"
    issued = header.promulgation.text if header.promulgation else ""
    return model.ResponseFor(answered.sender_id, f"{answered.number}/{answered.notation}", answered.document_id, issued)


def _document_id(sender: str, issued: date, number: str, notation: str) -> str:
    return document_id.build(sender, issued, number, notation)
