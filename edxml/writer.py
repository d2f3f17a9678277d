"""The writer: values in, edXML bytes out, in exactly the prefix layout that national readers need.

XML-wise prefixes do not matter; in practice the axis's own readers reject other layouts: root un-prefixed, the envelope
and all below it with `edXML:` declared on the envelope, AttachmentEncoded un-prefixed beside it, and only
ContentTransferEncoded prefixed again. Element order is that of the axis's own library.
"""

from __future__ import annotations

import re
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

from edxml import dates, names, outgoing
from edxml.faults import Fault, Refusal
from edxml.outgoing import OutgoingAttachment

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from edxml import model

__all__ = ["OutgoingAttachment", "write_edoc", "write_edoc_stream", "write_status"]

_ILLEGAL: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_SPECIAL: Final = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;"})
_HEAD: Final = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    f'<edXML xmlns="{names.NS}">\n'
    f'  <edXML:edXMLEnvelope xmlns:edXML="{names.NS}">\n'
    "    <edXML:edXMLHeader>\n"
)


def write_edoc(
    header: model.MessageHeader,
    business: model.Business | None = None,
    trace: Sequence[model.TraceHop] = (),
    attachments: Sequence[OutgoingAttachment] = (),
    *,
    extra: Sequence[str] = (),
) -> bytes:
    """A document message as bytes. Raises Refusal(PROFILE_INVALID) for text that XML cannot carry."""
    return b"".join(write_edoc_stream(header, business, trace, attachments, extra=extra))


def write_edoc_stream(
    header: model.MessageHeader,
    business: model.Business | None = None,
    trace: Sequence[model.TraceHop] = (),
    attachments: Sequence[OutgoingAttachment] = (),
    *,
    extra: Sequence[str] = (),
) -> Iterator[bytes]:
    """The same in pieces of at most 256 KiB, so that large files are never held whole.

    extra: unknown elements of edXMLHeader, as XML text.
    """
    with tempfile.TemporaryDirectory(prefix="edxml-") as folder:
        yield from _edoc(header, business, trace, [outgoing.prepare(one, Path(folder)) for one in attachments], extra)


def write_status(status: model.StatusMessage, *, extra: Sequence[str] = ()) -> bytes:
    """A status message as bytes."""
    lines = [_organization("From", status.sender), _response(status.response_for)]
    if status.staff is not None:
        lines.append(_staff(status.staff, 8))
    lines += [
        _leaf("StatusCode", status.code, 8),
        _leaf("Description", status.description, 8),
        _leaf("Timestamp", status.timestamp, 8),
        *_raw(status.extra, 8),
    ]
    body = _HEAD + _group("MessageHeader", lines, 6) + "".join(_raw(extra, 6))
    return (body + "    </edXML:edXMLHeader>\n  </edXML:edXMLEnvelope>\n</edXML>\n").encode()


def _edoc(
    header: model.MessageHeader,
    business: model.Business | None,
    trace: Sequence[model.TraceHop],
    attachments: Sequence[outgoing.Prepared],
    extra: Sequence[str],
) -> Iterator[bytes]:
    head = [_HEAD, _group("MessageHeader", _header(header), 6)]
    hops = [
        _group("TraceHeader", [_leaf("OrganId", hop.organ_id, 10), _leaf("Timestamp", hop.timestamp, 10)], 8)
        for hop in trace
    ]
    if business is not None:
        hops.append(_group(names.BUSINESS, _business(business), 8))
    if hops:
        head.append(_group("TraceHeaderList", hops, 6))
    head += _raw(extra, 6)
    head.append('    </edXML:edXMLHeader>\n    <edXML:edXMLBody>\n      <edXML:edXMLManifest version="1.0">\n')
    head += [_reference(one) for one in attachments]
    head.append("      </edXML:edXMLManifest>\n    </edXML:edXMLBody>\n  </edXML:edXMLEnvelope>\n")
    yield "".join(head).encode()
    if attachments:
        yield b"  <AttachmentEncoded>\n"
        for one in attachments:
            yield from _attachment(one)
        yield b"  </AttachmentEncoded>\n"
    yield b"</edXML>\n"


def _attachment(one: outgoing.Prepared) -> Iterator[bytes]:
    description = f"      <Description>{_text(one.description)}</Description>\n" if one.description else ""
    yield (
        f"    <Attachment>\n      <ContentId>cid:{_text(one.content_id)}</ContentId>\n"
        f"      <AttachmentName>{_text(one.name)}</AttachmentName>\n{description}"
        f"      <ContentType>{_text(one.content_type)}</ContentType>\n"
        f'      <edXML:ContentTransferEncoded xmlns:edXML="{names.NS}">'
    ).encode()
    yield from outgoing.encode(one.data)
    yield b"</edXML:ContentTransferEncoded>\n    </Attachment>\n"


def _reference(one: outgoing.Prepared) -> str:
    return _group(
        "Reference",
        [
            _leaf("ContentId", f"cid:{one.content_id}", 10),
            _leaf("ContentType", one.content_type, 10),
            _leaf("Description", one.description, 10),
            _leaf("AttachmentName", one.name, 10),
        ],
        8,
    )


def _header(header: model.MessageHeader) -> list[str]:
    lines = [_organization("From", header.sender)]
    lines += [_organization("To", one) for one in header.recipients]
    lines.append(_leaf("DocumentId", header.document_id, 8))
    if header.code is not None:
        code = [_leaf("CodeNumber", header.code.number, 10), _leaf("CodeNotation", header.code.notation, 10)]
        lines.append(_group("Code", code, 8))
    if (issue := header.promulgation) is not None:
        day = issue.text or (dates.write_day(issue.on) if issue.on else "")
        parts = [_leaf("Place", issue.place, 10), _leaf("PromulgationDate", day, 10)]
        lines.append(_group("PromulgationInfo", parts, 8))
    if (kind := header.document_type) is not None:
        parts = [_leaf("Type", kind.type, 10), _leaf("TypeDetail", kind.detail, 10), _leaf("TypeName", kind.name, 10)]
        lines.append(_group("DocumentType", parts, 8))
    lines += [_leaf("Subject", header.subject, 8), _leaf("Content", header.content, 8)]
    if (signer := header.signer) is not None:
        parts = [
            _leaf("Competence", signer.competence, 10),
            _leaf("Position", signer.position, 10),
            _leaf("FullName", signer.full_name, 10),
        ]
        lines.append(_group("SignerInfo", parts, 8))
    lines += [_leaf("DueDate", header.due_date, 8), _group("OtherInfo", _other(header.other), 8)]
    lines += [_response(one) for one in header.responses]
    lines.append(_leaf("SteeringType", header.steering_type, 8))
    lines.append(_list("ResponseForTask", "TaskCode", header.task_codes, 8))
    lines.append(_leaf("ApplicationType", header.application_type, 8))
    lines.append(_list("ToPlaces", "Place", header.to_places, 8))
    return lines + _raw(header.extra, 8)


def _other(other: model.OtherInfo) -> list[str]:
    direction = "" if other.direction is None else str(other.direction).lower()
    return [
        _leaf("Priority", other.priority, 10),
        _leaf("SphereOfPromulgation", other.sphere, 10),
        _leaf("TyperNotation", other.typer_notation, 10),
        _leaf("PromulgationAmount", other.promulgation_amount, 10),
        _leaf("PageAmount", other.page_amount, 10),
        _leaf("ReplyFors", other.reply_fors, 10),
        _leaf("Direction", direction, 10),
        _leaf("ReferenceCodes", other.reference_codes, 10),
        _list("Appendixes", "Appendix", other.appendixes, 10),
        *_raw(other.extra, 10),
    ]


def _business(business: model.Business) -> list[str]:
    lines = [
        _leaf("DocumentId", business.document_id, 10),
        _leaf(names.BUSINESS_DOC_TYPE, int(business.type), 10),
        _leaf(names.BUSINESS_DOC_REASON, business.reason, 10),
        _leaf("Paper", business.paper, 10),
    ]
    receivers = [
        _group("Receiver", [_leaf("OrganId", one.organ_id, 16), _leaf("ReceiverType", one.type, 16)], 14)
        for one in business.receivers
    ]
    info = [
        _leaf("DocumentInfo", business.document_info, 12),
        _leaf("DocumentReceiver", business.document_receiver, 12),
        _group("ReceiverList", receivers, 12),
    ]
    lines.append(_group(names.BUSINESS_DOCUMENT_INFO, info, 10))
    replaced = [
        _group(
            "ReplacementInfo",
            [_leaf("DocumentId", one.document_id, 14), _list("OrganIdList", "OrganId", one.organ_ids, 14)],
            12,
        )
        for one in business.replacements
    ]
    lines.append(_group("ReplacementInfoList", replaced, 10))
    if business.staff is not None:
        lines.append(_staff(business.staff, 10))
    return lines + _raw(business.extra, 10)


def _organization(name: str, one: model.Organization) -> str:
    values = (
        ("OrganId", one.organ_id),
        ("OrganizationInCharge", one.in_charge),
        ("OrganName", one.name),
        ("OrganAdd", one.address),
        ("Email", one.email),
        ("Telephone", one.telephone),
        ("Fax", one.fax),
        ("Website", one.website),
    )
    return _group(name, [*(_leaf(local, value, 10) for local, value in values), *_raw(one.extra, 10)], 8)


def _response(one: model.ResponseFor) -> str:
    values = (
        ("OrganId", one.organ_id),
        ("Code", one.code),
        ("DocumentId", one.document_id),
        ("PromulgationDate", one.promulgated),
    )
    return _group("ResponseFor", [_leaf(local, value, 10) for local, value in values], 8)


def _staff(one: model.Staff, indent: int) -> str:
    values = (
        ("Department", one.department),
        ("DepartmentId", one.department_id),
        ("Staff", one.name),
        ("StaffId", one.id),
        ("Email", one.email),
        ("Mobile", one.mobile),
    )
    return _group("StaffInfo", [_leaf(local, value, indent + 2) for local, value in values], indent)


def _list(name: str, item: str, values: Iterable[str], indent: int) -> str:
    return _group(name, [_leaf(item, value, indent + 2) for value in values], indent)


def _group(name: str, lines: Sequence[str], indent: int) -> str:
    """An element with children; left out when it has none, as the axis's library does."""
    inside = "".join(lines)
    if not inside:
        return ""
    space = " " * indent
    return f"{space}<edXML:{name}>\n{inside}{space}</edXML:{name}>\n"


def _leaf(name: str, value: str | int | None, indent: int) -> str:
    """An element with text; left out when there is nothing to say."""
    if value is None or value == "":
        return ""
    text = str(value) if isinstance(value, int) else _text(value)
    return f"{' ' * indent}<edXML:{name}>{text}</edXML:{name}>\n"


def _raw(extra: Sequence[str], indent: int) -> list[str]:
    return [f"{' ' * indent}{text}\n" for text in extra]


def _text(value: str) -> str:
    if _ILLEGAL.search(value):
        raise Refusal(Fault.PROFILE_INVALID, "the text holds a control character that XML cannot carry")
    return value.translate(_SPECIAL)
