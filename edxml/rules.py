"""What no schema can say about one package; facts that need the registry or other packages are the hub's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from edxml import codes, dates, kinds, model, organ
from edxml.codes import BusinessType
from edxml.faults import Fault, Refusal

if TYPE_CHECKING:
    from edxml.schema import Profile

_LONGEST_ID: Final = 500
_STATUS_DIGITS: Final = 2
"""Characters of a DocumentId that every store keeps whole."""


# law: R-035 NĐ30 PL VI Phần II
_LENGTHS: Final = {
    "CodeNumber": 11,
    "CodeNotation": 30,
    "OrganName": 200,
    "Subject": 500,
    "TypeName": 100,
    "Position": 100,
    "FullName": 50,
    "ToPlaces": 1000,
}
"""Longest value that an office system must be able to keep; longer ones travel whole and are warned."""


def check(package: model.Package, *, profile: Profile = "tolerant") -> tuple[model.Warning, ...]:
    """Refuse what breaks a rule; give warnings for what is accepted all the same.

    The warnings of the reader come first. Raises Refusal(PROFILE_INVALID, ATTACHMENT_MISMATCH, REASON_REQUIRED,
    BASE_UNKNOWN or PDF_UNREADABLE); the first in the order of this file wins.
    """
    warnings = list(package.warnings)
    if package.status is not None:
        warnings += _status(package.status)
        if package.attachments:
            raise Refusal(Fault.PROFILE_INVALID, "a status message carries no attachments", where="AttachmentEncoded")
        return tuple(warnings)
    assert package.header is not None, "a package is a document or a status"
    warnings += _header(package.header, profile)
    warnings += _business(package.business, profile)
    _attachments(package)
    for attachment in package.attachments:
        warnings += _file(attachment, profile)
    return tuple(warnings)


def check_readable(attachment: model.Attachment) -> None:
    """Refuse a PDF that was ruined on its way; for a door that knows no indeterminate verdict."""
    if attachment.ruined:
        raise Refusal(
            Fault.PDF_UNREADABLE, "binary bytes were replaced by EF BF BD (a UTF-8 conversion)", where=attachment.name
        )


def _header(header: model.MessageHeader, profile: Profile) -> list[model.Warning]:
    warnings: list[model.Warning] = []
    _organ_id(header.sender.organ_id, "MessageHeader/From/OrganId")
    if not header.recipients:
        raise Refusal(Fault.PROFILE_INVALID, "no recipient", where="MessageHeader/To")
    seen: set[str] = set()
    for recipient in header.recipients:
        _organ_id(recipient.organ_id, "MessageHeader/To/OrganId")  # law: R-002 QĐ28 Đ3.2
        code = organ.normalise(recipient.organ_id)
        if code in seen:
            if profile == "strict":
                raise Refusal(Fault.PROFILE_INVALID, f"{code} is addressed twice", where="MessageHeader/To")
            warnings.append(
                model.Warning(
                    "recipient_repeated",
                    "Một cơ quan nhận được ghi nhiều lần; chỉ gửi một lần",
                    "a recipient is named more than once; it is sent once",
                    code,
                )
            )
        seen.add(code)
    if not header.document_id:  # law: R-034 QĐ28 Đ10.2
        raise Refusal(Fault.PROFILE_INVALID, "DocumentId is missing", where="MessageHeader/DocumentId")
    if len(header.document_id) > _LONGEST_ID:
        raise Refusal(Fault.PROFILE_INVALID, "DocumentId is too long", where="MessageHeader/DocumentId")
    if not header.subject:
        raise Refusal(Fault.PROFILE_INVALID, "Subject is missing", where="MessageHeader/Subject")
    if codes.known_priority(header.other.priority) != header.other.priority:
        # law: R-037 NĐ30 Đ4.2c
        known = codes.known_priority(header.other.priority)
        warnings.append(
            model.Warning(
                "priority_unknown",
                f"Độ khẩn {header.other.priority} không có trong danh mục; xử lý như {known.label_vi}",
                f"urgency {header.other.priority} is not in the list; it is handled as {int(known)}",
                "OtherInfo/Priority",
            )
        )
    return warnings + _lengths(header) + _notation(header)


def _lengths(header: model.MessageHeader) -> list[model.Warning]:
    code = header.code or model.Code()
    signer = header.signer or model.Signer()
    values = {
        "CodeNumber": code.number,
        "CodeNotation": code.notation,
        "OrganName": max((one.name for one in (header.sender, *header.recipients)), key=len),
        "Subject": header.subject,
        "TypeName": header.document_type.name if header.document_type else "",
        "Position": signer.position,
        "FullName": signer.full_name,
        "ToPlaces": "; ".join(header.to_places),
    }
    return [
        model.Warning(
            "field_too_long",
            f"{name} dài quá {_LENGTHS[name]} ký tự; phần mềm nơi nhận có thể không lưu đủ",
            f"{name} is longer than {_LENGTHS[name]} characters; the recipient's software may not keep it whole",
            name,
        )
        for name, value in values.items()
        if len(value) > _LENGTHS[name]
    ]


def _notation(header: model.MessageHeader) -> list[model.Warning]:
    """A notation that begins with the abbreviation of another kind of document than the type says."""
    # law: R-036 NĐ30 PL III.I
    if header.code is None or header.document_type is None or not header.document_type.name:
        return []
    kind = codes.DOCUMENT_KINDS.get(header.code.notation.partition("-")[0].rpartition("/")[2])
    if kind is None or kind.casefold() in header.document_type.name.casefold():
        return []
    return [
        model.Warning(
            "notation_disagrees",
            f"Ký hiệu là của {kind}, loại văn bản ghi {header.document_type.name[:60]}",
            f"the notation is that of {kind}, the type says {header.document_type.name[:60]}",
            "MessageHeader/Code/CodeNotation",
        )
    ]


def _business(business: model.Business, profile: Profile) -> list[model.Warning]:
    warnings = []
    if business.type is not BusinessType.NEW and not business.reason:  # law: R-160
        where = "Bussiness/BussinessDocReason"
        if business.type is BusinessType.RECALL or profile == "strict":
            raise Refusal(Fault.REASON_REQUIRED, f"business type {int(business.type)} says why", where=where)
        vietnamese = "Văn bản cập nhật, thay thế chưa nêu lý do"
        warnings.append(model.Warning("reason_missing", vietnamese, "an update or replacement says why", where))
    if business.type is BusinessType.REPLACEMENT and not any(one.document_id for one in business.replacements):
        where = "Bussiness/ReplacementInfoList"
        raise Refusal(Fault.PROFILE_INVALID, "a replacement names the documents it replaces", where=where)
    for receiver in business.receivers:
        _organ_id(receiver.organ_id, "ReceiverList/Receiver/OrganId")
        if receiver.type not in (codes.ReceiverType.REMOVED, codes.ReceiverType.ADDED):
            raise Refusal(Fault.PROFILE_INVALID, "ReceiverType is 0 or 1", where="ReceiverList/Receiver/ReceiverType")
    return warnings


def _status(status: model.StatusMessage) -> list[model.Warning]:
    warnings: list[model.Warning] = []
    _organ_id(status.sender.organ_id, "MessageHeader/From/OrganId")
    _organ_id(status.response_for.organ_id, "MessageHeader/ResponseFor/OrganId")
    if not status.response_for.document_id and not status.response_for.code:  # law: R-124
        raise Refusal(Fault.PROFILE_INVALID, "a status names its document", where="ResponseFor/DocumentId")
    if status.code in set(codes.StatusCode):
        code = codes.StatusCode(status.code)
        if code.needs_reason and not status.description:
            raise Refusal(Fault.REASON_REQUIRED, f"status {code} says why", where="MessageHeader/Description")
    elif len(status.code) == _STATUS_DIGITS and status.code.isascii() and status.code.isdigit():
        # law: R-123 QĐ28 Đ10.2h
        warnings.append(
            model.Warning(
                "status_unknown",
                f"Mã trạng thái {status.code} không có trong danh mục; trục giữ và chuyển nguyên, không áp dụng",
                f"status {status.code} is not in the list; it is kept and handed on, and changes nothing",
                "MessageHeader/StatusCode",
            )
        )
    else:
        raise Refusal(
            Fault.PROFILE_INVALID, f"{status.code[:20]!r} is no status code", where="MessageHeader/StatusCode"
        )
    if dates.parse_time(status.timestamp) is None:
        warnings.append(
            model.Warning(
                "timestamp_unreadable",
                "Không đọc được thời điểm trong trạng thái; dùng thời điểm nhận",
                "the time of the status is not readable; the time of arrival is used",
                "MessageHeader/Timestamp",
            )
        )
    return warnings


def _attachments(package: model.Package) -> None:
    # law: R-042 QĐ28 Đ10.1
    if len(package.references) != len(package.attachments):
        raise Refusal(
            Fault.ATTACHMENT_MISMATCH,
            f"the manifest names {len(package.references)} files, the package carries {len(package.attachments)}",
            where="edXMLManifest",
        )
    ids: set[str] = set()
    for attachment in package.attachments:
        if attachment.content_id and attachment.content_id in ids:
            raise Refusal(Fault.ATTACHMENT_MISMATCH, "two attachments carry the same ContentId", where=attachment.name)
        ids.add(attachment.content_id)
        if not attachment.name:
            raise Refusal(Fault.ATTACHMENT_MISMATCH, "an attachment has no name", where="Attachment/AttachmentName")
        line = attachment.reference
        if line is not None and line.name and line.name != attachment.name:
            raise Refusal(
                Fault.ATTACHMENT_MISMATCH, f"the manifest calls this file {line.name[:100]!r}", where=attachment.name
            )


def _file(attachment: model.Attachment, profile: Profile) -> list[model.Warning]:
    if attachment.ruined and profile == "strict":
        check_readable(attachment)
    promised = kinds.extension(attachment.name)
    if attachment.kind == "pdf" and promised != "pdf" and not attachment.zipped:
        return [
            model.Warning(
                "attachment_mislabelled",
                "Tên tệp không đúng với nội dung (nội dung là PDF)",
                "the name does not fit the content (which is PDF)",
                attachment.name,
            )
        ]
    return []


def _organ_id(code: str, where: str) -> None:
    # law: R-022 QĐ20 2020
    if not code:
        raise Refusal(Fault.PROFILE_INVALID, "the organisation code is missing", where=where)
    if not organ.is_valid(code):
        raise Refusal(Fault.PROFILE_INVALID, f"{code[:40]!r} is no organisation code", where=where)
