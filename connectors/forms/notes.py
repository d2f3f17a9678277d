"""What people read beside their documents: Vietnamese first, then the same in English; no times, so always the same."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from connectors.base import Declined
from edxml.faults import Fault, Refusal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from connectors.base import Taken
    from connectors.forms.wrong import FormError

_CHANGES = {
    "recall": ("THU HỒI văn bản", "RECALL of document"),
    "update": ("CẬP NHẬT văn bản", "UPDATE of document"),
    "replacement": ("THAY THẾ văn bản", "REPLACEMENT of document"),
}


def declined(cause: FormError | Refusal) -> Declined:
    """Why a form cannot be sent, in the shape of a refusal."""
    if isinstance(cause, Refusal):
        fault, detail = cause.fault, cause.detail or ""
        where = f"{cause.where}: " if cause.where else ""
        return Declined(
            fault.slug, fault.title_vi, fault.title_en, fault.remedy_vi, fault.remedy_en, f"{where}{detail}"[:400]
        )
    fault = Fault.PROFILE_INVALID
    return Declined(
        fault.slug,
        "Biểu mẫu thiếu hoặc sai thông tin",
        "The form lacks or misstates information",
        f"Sửa các mục sau trong biểu mẫu rồi gửi lại:\n{cause.text_vi}",
        f"Correct these fields of the form, then send again:\n{cause.text_en}",
    )


def refused(declined: Declined) -> str:
    """The reason beside a document that was not taken, with what to do."""
    detail = f"\n{declined.detail}" if declined.detail else ""
    return (
        f"KHÔNG GỬI ĐƯỢC: {declined.title_vi}{detail}\n{declined.remedy_vi}\nMã lỗi: {declined.code}\n\n"
        f"NOT SENT: {declined.title_en}{detail}\n{declined.remedy_en}\nCode: {declined.code}\n"
    )


def refused_data(declined: Declined, sha256: str) -> bytes:
    """The same for software."""
    said = {
        "code": declined.code,
        "title": declined.title_vi,
        "title_en": declined.title_en,
        "remedy": declined.remedy_vi,
        "remedy_en": declined.remedy_en,
        "detail": declined.detail,
        "sha256": sha256,
    }
    return as_json(said)


def sent(taken: Taken) -> str:
    """What stands beside a document that was taken."""
    repeated_vi = "\nĐây là bản gửi lặp; biên nhận là biên nhận đầu tiên." if taken.repeated else ""
    repeated_en = "\nThis was a repeat; the receipt is the first one." if taken.repeated else ""
    return (
        f"ĐÃ GỬI. Trục đã nhận và lưu an toàn.\nMã văn bản: {taken.document_id}\nMã gói tin: {taken.package_id}\n"
        f"SHA-256: {taken.sha256}{repeated_vi}\n\n"
        f"SENT. The hub has it and keeps it safe.\nDocument: {taken.document_id}\nPackage: {taken.package_id}\n"
        f"SHA-256: {taken.sha256}{repeated_en}\n"
    )


def change(told: Mapping[str, Any]) -> str:
    """What a message that came is about, when it is no plain new document; '' for one that is.

    told: as of `received.told`.
    """
    if told["kind"] == "status":
        return _status(told)
    if told["kind"] not in _CHANGES:
        return ""
    vi, en = _CHANGES[told["kind"]]
    concerned = ", ".join(one["document_id"] for one in told["replaces"]) or told["document_id"]
    vi_lines = [f"{vi}: {concerned}", f"Số, ký hiệu: {_code(told)}  Ngày: {told['date']}", f"Của: {_sender(told)}"]
    en_lines = [f"{en}: {concerned}", f"Number: {_code(told)}  Date: {told['date']}", f"From: {_sender(told)}"]
    for one in told["recipients_changed"]:
        added = one["change"] == "added"
        vi_lines.append(f"{'Thêm' if added else 'Bỏ'} nơi nhận: {one['code']}")
        en_lines.append(f"Recipient {one['change']}: {one['code']}")
    if told["reason"]:
        vi_lines.append(f"Lý do: {told['reason']}")
        en_lines.append(f"Reason: {told['reason']}")
    if told["kind"] == "recall":
        vi_lines.append("Trả lời bằng biểu mẫu mã 15 (đồng ý; destroyed: true khi đã hủy) hoặc 16 (từ chối, lý do).")
        en_lines.append("Answer with a form of code 15 (agreed; destroyed: true once destroyed) or 16 (refused, why).")
    return "\n".join([*vi_lines, "", *en_lines, ""])


def as_json(said: Mapping[str, Any]) -> bytes:
    """JSON that people can read too."""
    return (json.dumps(said, ensure_ascii=False, indent=2) + "\n").encode()


def _status(told: Mapping[str, Any]) -> str:
    about = told["about"]
    concerned = " ".join(part for part in (about["document_id"], f"({about['code']})" if about["code"] else "") if part)
    vi = [f"TRẠNG THÁI {told['code']} {told['code_name']}: văn bản {concerned}", f"Của: {_sender(told)}"]
    en = [f"STATUS {told['code']}: document {concerned}", f"From: {_sender(told)}"]
    if told["arrival_number"]:
        vi.append(f"Số đến: {told['arrival_number']}  Ngày đến: {told['arrival_date']}")
        en.append(f"Arrival number: {told['arrival_number']}  Arrival date: {told['arrival_date']}")
    if told["description"]:
        vi.append(f"Nội dung: {told['description']}")
        en.append(f"Text: {told['description']}")
    return "\n".join([*vi, "", *en, ""])


def _code(told: Mapping[str, Any]) -> str:
    return "/".join(part for part in (told["number"], told["notation"]) if part)


def _sender(told: Mapping[str, Any]) -> str:
    return f"{told['from_name']} ({told['from']})" if told["from_name"] else str(told["from"])
