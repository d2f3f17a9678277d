"""What a clerk reads: one Vietnamese sentence for each verdict.  law: R-070 TT15/2025 Đ6"""

from __future__ import annotations

from typing import TYPE_CHECKING

from edxml.verdict_words import VIETNAM, Integrity, LegalValue, SubIndication, Verdict

if TYPE_CHECKING:
    from edxml.verdict import DocumentReport, FileReport, SignatureReport

REASONS: dict[SubIndication, str] = {
    SubIndication.FORMAT_FAILURE: "chữ ký hoặc tệp không đúng định dạng nên không đọc được trọn vẹn",
    SubIndication.HASH_FAILURE: "nội dung đã ký không còn nguyên vẹn",
    SubIndication.SIG_CRYPTO_FAILURE: "giá trị chữ ký không khớp với chứng thư số",
    SubIndication.REVOKED: "chứng thư số đã bị thu hồi trước khi ký",
    SubIndication.NOT_YET_VALID: "chứng thư số chưa có hiệu lực tại thời điểm ký",
    SubIndication.EXPIRED: "chứng thư số đã hết hạn tại thời điểm ký",
    SubIndication.SIG_CONSTRAINTS_FAILURE: "tệp có thay đổi sau chữ ký này và có chữ ký khác xác nhận sau đó",
    SubIndication.CHAIN_CONSTRAINTS_FAILURE: "chứng thư số không được cấp để ký văn bản",
    SubIndication.CERTIFICATE_CHAIN_GENERAL_FAILURE: "không kiểm tra được đường dẫn chứng thực",
    SubIndication.CRYPTO_CONSTRAINTS_FAILURE: "thuật toán ký hoặc băm không còn được chấp nhận",
    SubIndication.NO_SIGNING_CERTIFICATE_FOUND: "không tìm thấy chứng thư số của người ký",
    SubIndication.NO_CERTIFICATE_CHAIN_FOUND: "chứng thư số không nối được tới tổ chức chứng thực đã tin cậy tại đây",
    SubIndication.REVOKED_NO_POE: "chứng thư số đã bị thu hồi, không chứng minh được là ký trước hay sau khi thu hồi",
    SubIndication.REVOKED_CA_NO_POE: "chứng thư của tổ chức chứng thực đã bị thu hồi",
    SubIndication.OUT_OF_BOUNDS_NO_POE: "chứng thư số ngoài thời hạn, thiếu dấu thời gian chứng minh lúc ký còn hạn",
    SubIndication.TRY_LATER: "chưa có thông tin thu hồi chứng thư số còn hiệu lực, cần kiểm tra lại sau",
    SubIndication.GENERIC: "việc kiểm tra gặp trục trặc",
    SubIndication.NO_SIGNATURE: "không có chữ ký số",
}

NOTES: dict[str, str] = {
    "orphan_signature": "tệp chỉ còn dấu vết của chữ ký số cũ, không phải chữ ký",
    "empty_fields": "tệp có ô chữ ký để trống",
    "not_a_pdf": "tệp không phải là PDF đọc được",
    "encrypted": "tệp PDF bị mã hóa nên không kiểm tra được",
    "other_format": "tệp không phải PDF nên không kiểm tra chữ ký số trong tệp",
    "signature_removed": "chữ ký của bản trước đã bị gỡ khỏi tệp",
    "unreadable": "không đọc được tệp",
}

_CHANGED = "nội dung tệp đã bị thay đổi sau khi ký"
_UNEXPLAINED = "tệp được ghi thêm sau khi ký theo cách không giải thích được, tuy nội dung các trang không đổi"


def reason(report: SignatureReport) -> str:
    """Why a signature is not PASSED."""
    if report.integrity is Integrity.CHANGED and report.verdict is Verdict.FAILED:
        return _CHANGED
    if report.integrity is Integrity.UNEXPLAINED:
        return _UNEXPLAINED
    if report.sub_indication is None:
        return ""
    return REASONS[report.sub_indication]


def signature(report: SignatureReport) -> str:
    """One sentence about a signature."""
    who = report.signer or "một người ký không rõ"
    when = ""
    if report.signed_at is not None:
        source = "theo dấu thời gian" if report.time_source == "timestamp" else "theo máy người ký"
        when = f" lúc {report.signed_at.astimezone(VIETNAM):%H:%M:%S ngày %d/%m/%Y} ({source})"
    if report.verdict is Verdict.PASSED:
        return f"Chữ ký số của {who}{when} hợp lệ."
    if report.verdict is Verdict.FAILED:
        return f"Chữ ký số của {who}{when} KHÔNG hợp lệ: {reason(report)}."
    return f"Chữ ký số của {who}{when} chưa kết luận được: {reason(report)}."


def file(report: FileReport) -> str:
    """One sentence about a file."""
    note = f": {NOTES[report.note]}" if report.note in NOTES else ""
    if report.verdict is Verdict.UNSIGNED:
        return f"Tệp {report.name} không có chữ ký số{note}."
    count = len(report.signatures)
    if report.verdict is Verdict.PASSED:
        return f"Tệp {report.name} có {count} chữ ký số, tất cả hợp lệ, nội dung nguyên vẹn."
    worst = next((s for s in report.signatures if s.verdict is report.verdict), None)
    why = note or (f": {reason(worst)}" if worst is not None else f": {_plain(report.sub_indication)}")
    if report.verdict is Verdict.FAILED:
        return f"Tệp {report.name} có chữ ký số KHÔNG hợp lệ{why}."
    return f"Tệp {report.name} chưa kết luận được về chữ ký số{why}."


def document(report: DocumentReport) -> str:
    """One sentence about a document and what it is worth."""
    if report.is_unsigned:
        return "Văn bản không có chữ ký số, chỉ để biết, tham khảo."  # law: R-062 QĐ28 Đ4.2
    if report.verdict is Verdict.FAILED:
        return "Văn bản có chữ ký số không hợp lệ, không được tiếp nhận."
    if report.sub_indication is SubIndication.NO_SIGNATURE:
        return "Tệp chính của văn bản không có chữ ký số, chỉ để biết, tham khảo."
    if report.verdict is Verdict.INDETERMINATE:
        return f"Chưa kết luận được chữ ký số của văn bản: {_plain(report.sub_indication)}."
    worth = {
        LegalValue.ORIGINAL: "có giá trị như bản gốc",
        LegalValue.COPY: "có giá trị như bản sao",
        LegalValue.INFORMATION: "chưa đủ chữ ký của người có thẩm quyền và của cơ quan, chỉ để biết, tham khảo",
    }[report.legal_value]
    return f"Chữ ký số của văn bản hợp lệ; văn bản {worth}."


def _plain(sub_indication: SubIndication | None) -> str:
    return REASONS[sub_indication or SubIndication.GENERIC]
