"""What is told of a package that came: everything a clerk's register needs, so that nothing is typed again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from edxml import codes, dates, status_words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from connectors.base import Parcel
    from edxml import model
    from edxml.folder import Written

_KINDS = ("new", "recall", "update", "replacement")


def told(parcel: Parcel, package: model.Package, files: Sequence[Written] = ()) -> dict[str, Any]:
    """JSON under the names of the sending form, and what only a received one has.

    files: as written beside it, in the order of the package; none for a status or where the package stays whole.
    """
    # law: R-126 NĐ30 PL VI
    found: dict[str, Any] = {
        "item_id": parcel.item_id,
        "delivery_ids": list(parcel.delivery_ids),
        "package_id": parcel.package_id,
        "message_type": package.message_type,
        "from": package.sender_id,
        "from_name": package.sender.name,
        "recipients": list(parcel.recipients),
        "document_id": package.document_id,
        "number": package.number,
        "notation": package.notation,
        "sha256": parcel.sha256,
        "size": parcel.size,
    }
    found |= _status(package.status) if package.status is not None else _document(package)
    found["files"] = [
        {
            "name": attachment.name,
            "file": written.path.name,
            "kind": written.kind,
            "size": written.path.stat().st_size,
            "description": attachment.description,
        }
        for attachment, written in zip(package.attachments, files, strict=False)
    ] or [{"name": one.name, "kind": one.kind, "description": one.description} for one in package.attachments]
    found |= {name: value for name, value in parcel.sending.items() if name not in found or name == "to"}
    return found


def _document(package: model.Package) -> dict[str, Any]:
    header, business = package.header, package.business
    assert header is not None, "a package is a document or a status"
    issue, kind, signer, other = header.promulgation, header.document_type, header.signer, header.other
    day = issue.on.isoformat() if issue is not None and issue.on is not None else issue.text if issue else ""
    urgency = codes.known_priority(other.priority)
    return {
        "kind": _KINDS[int(business.type)],
        "kind_name": business.type.label_vi,
        "to": [{"code": one.organ_id, "name": one.name} for one in header.recipients],
        "subject": header.subject,
        "content": header.content,
        "place": issue.place if issue is not None else "",
        "date": day,
        "type_name": kind.name if kind is not None else "",
        "signer": {"competence": signer.competence, "position": signer.position, "full_name": signer.full_name}
        if signer is not None
        else None,
        "due_date": _day(header.due_date),
        "urgency": int(urgency),
        "urgency_name": urgency.label_vi,
        "sphere": other.sphere,
        "copies": other.promulgation_amount,
        "pages": other.page_amount,
        "paper": bool(business.paper),
        "reason": business.reason,
        "staff": _staff(business.staff),
        "answers": [_answered(one) for one in header.responses],
        "replaces": [
            {"document_id": one.document_id, "recipients": list(one.organ_ids)} for one in business.replacements
        ],
        "recipients_changed": [
            {"code": one.organ_id, "change": "added" if one.type == codes.ReceiverType.ADDED else "removed"}
            for one in business.receivers
        ],
        "to_places": list(header.to_places),  # law: R-110
    }


def _status(status: model.StatusMessage) -> dict[str, Any]:
    code = status.code
    moment = dates.parse_time(status.timestamp)
    said: dict[str, Any] = {
        "kind": "status",
        "code": code,
        "code_name": codes.StatusCode(code).label_vi if code in set(codes.StatusCode) else "",
        "description": status.description,
        "at": moment.isoformat() if moment is not None else status.timestamp,
        "staff": _staff(status.staff),
        "about": _answered(status.response_for),
    }
    if code == codes.StatusCode.REFUSED:
        reason, words = status_words.refusal(status.description)
        said |= {"reason_code": reason.value, "description": words}
    entry = status_words.entry(status.description)
    return said | {"arrival_number": entry.number, "arrival_date": entry.date}


def _answered(one: model.ResponseFor) -> dict[str, str]:
    return {
        "organ_id": one.organ_id,
        "code": one.code,
        "document_id": one.document_id,
        "date": _day(one.promulgated),
    }


def _staff(one: model.Staff | None) -> dict[str, str] | None:
    if one is None:
        return None
    return {
        "name": one.name,
        "department": one.department,
        "department_id": one.department_id,
        "id": one.id,
        "email": one.email,
        "mobile": one.mobile,
    }


def _day(text: str) -> str:
    """A day as yyyy-mm-dd; the text as carried when it is none."""
    day = dates.parse_day(text) if text else None
    return day.isoformat() if day is not None else text
