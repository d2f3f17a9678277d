"""The one table of faults: every reason to refuse, its codes, and what the person reading it should do.

A fault is used in both directions: to refuse others and to understand their refusals. Columns:

slug: the name outside tools rely on; it is the member's name in lower case.
vxp: ErrorCode of the national axis protocol (10 not a readable file, 15 wrong system or secret, 18 recipient
    unknown, 19 sender not allowed, 20 our trouble, 21 content refused, 22 not edXML, 23 recipient locked).
http: status of the native API.
retry: "never" when sending the same bytes again can only fail again, else "later".
who: who must act for it to succeed.
"""

from __future__ import annotations

from enum import Enum
from typing import Literal

Retry = Literal["never", "later"]
Who = Literal["sender", "recipient", "operator", "nobody"]
_Row = tuple[str, int, Retry, Who, str, str, str, str]


class Fault(Enum):
    """One row per fault: vxp, http, retry, who, title vi, title en, remedy vi, remedy en.  law: R-240"""

    # fmt: off
    XML_NOT_WELL_FORMED = (
        "10", 400, "never", "sender",
        "Tệp không đọc được: XML sai cú pháp", "The file is not well-formed XML",
        "Xuất lại gói tin từ phần mềm quản lý văn bản; tệp phải bắt đầu ngay bằng <?xml và đóng đủ các thẻ.",
        "Export the package again; it must begin with <?xml at the first byte and close every element.",
    )
    XML_DTD_FORBIDDEN = (
        "10", 400, "never", "sender",
        "Gói tin có khai báo DOCTYPE, không được phép", "The package carries a DOCTYPE, which is forbidden",
        "Bỏ dòng <!DOCTYPE …> và mọi khai báo thực thể (entity) rồi gửi lại.",
        "Remove the <!DOCTYPE …> and every entity declaration, then send again.",
    )
    XML_LIMIT = (
        "10", 400, "never", "sender",
        "Gói tin vượt giới hạn về cấu trúc", "The package exceeds a structural limit",
        "Giảm phần nêu trong chi tiết (phần tử, độ sâu, tệp đính kèm, độ dài); nội dung lớn phải là tệp đính kèm.",
        "Reduce what the detail names (elements, depth, attachments, length); large content is for attachments.",
    )
    XML_ENCODING = (
        "10", 400, "never", "sender",
        "Bảng mã của gói tin không phải UTF-8", "The package is not encoded in UTF-8",
        'Lưu gói tin bằng bảng mã UTF-8 và ghi encoding="UTF-8" ở dòng đầu.',
        'Save the package as UTF-8 and write encoding="UTF-8" in its first line.',
    )
    SCHEMA_INVALID = (
        "22", 422, "never", "sender",
        "Gói tin không đúng cấu trúc edXML", "The package does not have the structure of edXML",
        "Sửa phần tử nêu trong chi tiết theo QCVN 102:2016/BTTTT; chạy `truc edxml validate` để xem mọi lỗi.",
        "Correct the element named in the detail; `truc edxml validate` shows every error.",
    )
    PROFILE_INVALID = (
        "22", 422, "never", "sender",
        "Gói tin thiếu hoặc sai thông tin bắt buộc", "The package lacks or misstates required information",
        "Bổ sung hoặc sửa thông tin nêu trong chi tiết rồi gửi lại.",
        "Add or correct what the detail names, then send again.",
    )
    ORG_UNKNOWN = (
        "18", 422, "never", "sender",
        "Không tìm thấy mã định danh cơ quan nhận", "The recipient's organisation code is not known",
        "Kiểm tra lại mã định danh trong danh bạ cơ quan; có thể mã đã gõ sai hoặc chưa đăng ký.",
        "Check the code in the list of agencies; it may be mistyped or not registered yet.",
    )
    ORG_CLOSED = (
        "23", 422, "never", "sender",
        "Cơ quan nhận đã chấm dứt hoạt động hoặc đã sáp nhập", "The recipient agency is closed or merged",
        "Gửi tới cơ quan kế thừa nêu trong chi tiết.",
        "Send to the successor named in the detail.",
    )
    ORG_SUSPENDED = (
        "23", 422, "later", "operator",
        "Cơ quan nhận đang tạm khóa", "The recipient agency is suspended",
        "Liên hệ đơn vị vận hành trục để biết khi nào mở lại.",
        "Ask the operator when it will be opened again.",
    )
    ORG_AMBIGUOUS = (
        "18", 422, "never", "operator",
        "Mã định danh trùng hoặc dễ nhầm với cơ quan khác", "The organisation code or name is ambiguous",
        "Dùng mã định danh đầy đủ; đơn vị vận hành cần sửa danh bạ.",
        "Use the full code; the operator must correct the registry.",
    )
    NOT_CONNECTED = (
        "18", 422, "later", "recipient",
        "Cơ quan nhận chưa kết nối liên thông", "The recipient agency is not connected",
        "Gửi bằng đường khác, hoặc gửi lại khi cơ quan nhận đã kết nối.",
        "Send by another way, or again once the recipient is connected.",
    )
    SENDER_NOT_ALLOWED = (
        "19", 403, "never", "operator",
        "Hệ thống không được phép gửi thay cơ quan này", "This system may not send for that agency",
        "Kiểm tra mã cơ quan gửi (From/OrganId); nếu đúng, đề nghị đơn vị vận hành đăng ký cho hệ thống.",
        "Check From/OrganId; if it is right, ask the operator to register it for your system.",
    )
    SIG_MISSING = (
        "21", 422, "never", "sender",
        "Gói tin thiếu chữ ký số bắt buộc", "A required signature is missing",
        "Ký số gói tin (hoặc tệp) theo quy định của cổng tiếp nhận rồi gửi lại.",
        "Sign the package (or file) as this door requires, then send again.",
    )
    SIG_INVALID = (
        "21", 422, "never", "sender",
        "Chữ ký số của gói tin không hợp lệ", "The package signature is not valid",
        "Ký lại gói tin sau lần sửa cuối cùng; không sửa nội dung sau khi ký.",
        "Sign the package again after its last change; do not change it after signing.",
    )
    SIG_COVERAGE = (
        "21", 422, "never", "sender",
        "Chữ ký số không bao phủ toàn bộ gói tin", "The package signature does not cover everything",
        "Ký đủ MessageHeader, TraceHeaderList và mọi tệp đính kèm theo hồ sơ truc-1.",
        "Sign MessageHeader, TraceHeaderList and every attachment, as profile truc-1 says.",
    )
    SIG_ALG_FORBIDDEN = (
        "21", 422, "never", "sender",
        "Thuật toán ký không còn được phép", "The signature algorithm is not allowed",
        "Ký lại bằng SHA-256 trở lên, khóa RSA từ 2048 bit hoặc ECDSA.",
        "Sign again with SHA-256 or better and RSA of 2048 bits or more, or ECDSA.",
    )
    SIG_MULTIPLE = (
        "21", 422, "never", "sender",
        "Gói tin có nhiều hơn một chữ ký gói", "The package carries more than one package signature",
        "Chỉ để một phần tử Signature ở cuối edXMLHeader.",
        "Leave one Signature only, last in edXMLHeader.",
    )
    PDF_UNREADABLE = (
        "21", 422, "never", "sender",
        "Tệp PDF bị hỏng, không đọc được", "The PDF file is damaged and cannot be read",
        "Đính kèm lại tệp gốc ở dạng nhị phân; tệp có thể đã bị chuyển mã văn bản (UTF-8) trên đường đi.",
        "Attach the original binary file again; it may have been passed through a text (UTF-8) conversion.",
    )
    PDF_SIG_INVALID = (
        "21", 422, "never", "sender",
        "Chữ ký số trên tệp PDF không hợp lệ", "A signature in the PDF is not valid",
        "Mở tệp gốc đã ký và gửi lại nguyên vẹn; nếu vẫn lỗi thì ký lại.",
        "Send the signed original unchanged; if it still fails, sign again.",
    )
    PDF_MODIFIED_AFTER_SIGN = (
        "21", 422, "never", "sender",
        "Tệp PDF bị sửa sau khi ký", "The PDF was changed after it was signed",
        "Gửi đúng bản đã ký, không thêm bớt sau khi ký.",
        "Send the file as it was signed, with nothing added afterwards.",
    )
    PDF_ACTIVE_CONTENT = (
        "21", 422, "never", "sender",
        "Tệp PDF chứa nội dung tự chạy", "The PDF carries active content",
        "Xuất lại PDF không có JavaScript, tệp nhúng hay lệnh khởi chạy, ký lại rồi gửi.",
        "Export the PDF without JavaScript, embedded files or launch actions, sign and send again.",
    )
    CERT_UNTRUSTED = (
        "21", 422, "never", "sender",
        "Chứng thư số không thuộc tổ chức được tin cậy", "The certificate is not issued by a trusted authority",
        "Ký bằng chứng thư do Ban Cơ yếu Chính phủ hoặc tổ chức được công nhận cấp.",
        "Sign with a certificate of the State cipher authority or another accepted issuer.",
    )
    CERT_EXPIRED = (
        "21", 422, "never", "sender",
        "Chứng thư số đã hết hạn khi ký", "The certificate had expired when it signed",
        "Gia hạn chứng thư rồi ký lại.",
        "Renew the certificate and sign again.",
    )
    CERT_NOT_YET_VALID = (
        "21", 422, "never", "sender",
        "Chứng thư số chưa có hiệu lực khi ký", "The certificate was not yet valid when it signed",
        "Kiểm tra đồng hồ máy ký, rồi ký lại khi chứng thư có hiệu lực.",
        "Check the signing machine's clock and sign again once the certificate is valid.",
    )
    CERT_REVOKED = (
        "21", 422, "never", "sender",
        "Chứng thư số đã bị thu hồi", "The certificate is revoked",
        "Ký lại bằng chứng thư còn hiệu lực.",
        "Sign again with a certificate in force.",
    )
    CERT_USAGE = (
        "21", 422, "never", "sender",
        "Chứng thư số không dùng cho việc ký này", "The certificate is not meant for this signature",
        "Dùng chứng thư có mục đích ký văn bản (digitalSignature hoặc nonRepudiation).",
        "Use a certificate meant for signing (digitalSignature or nonRepudiation).",
    )
    CERT_IDENTITY_MISMATCH = (
        "21", 422, "never", "sender",
        "Chứng thư số không phải của cơ quan gửi", "The certificate does not belong to the sender",
        "Ký bằng chứng thư đã đăng ký của cơ quan gửi.",
        "Sign with the certificate registered for the sending agency.",
    )
    FORMAT_NOT_ALLOWED = (
        "21", 422, "never", "sender",
        "Định dạng tệp không được phép gửi", "The file format may not be sent",
        "Chuyển sang định dạng được phép (PDF, DOCX, XLSX, …) rồi gửi lại.",
        "Convert to an allowed format (PDF, DOCX, XLSX, …) and send again.",
    )
    ATTACHMENT_MISMATCH = (
        "21", 422, "never", "sender",
        "Tệp đính kèm không khớp với danh mục", "The attachments do not match the manifest",
        "Danh mục (edXMLManifest) và phần AttachmentEncoded phải cùng số lượng, cùng mã và cùng tên tệp.",
        "The manifest and AttachmentEncoded must name the same files, each once.",
    )
    SECRET = (
        "21", 422, "never", "sender",
        "Văn bản có dấu hiệu mật, không được gửi qua trục", "A document marked secret may not travel here",
        "Không gửi văn bản mật qua mạng; chuyển theo quy định bảo vệ bí mật nhà nước.",
        "Never send secret documents by this network; use the way the law on state secrets prescribes.",
    )
    EXCLUDED_KIND = (
        "21", 422, "never", "sender",
        "Loại văn bản này không thuộc diện gửi qua trục", "This kind of document is not sent through the hub",
        "Gửi bản giấy hoặc theo kênh riêng của loại văn bản này.",
        "Send it on paper or by the channel meant for it.",
    )
    VIRUS = (
        "21", 422, "never", "sender",
        "Tệp đính kèm có mã độc", "An attachment carries malware",
        "Quét và làm sạch máy gửi, tạo lại tệp rồi gửi lại.",
        "Scan and clean the sending machine, make the file anew and send again.",
    )
    REVOCATION_UNAVAILABLE = (
        "20", 503, "later", "nobody",
        "Chưa kiểm tra được trạng thái chứng thư số", "The certificate's revocation status is not available now",
        "Hệ thống sẽ tự kiểm tra lại; gửi lại sau ít phút nếu được yêu cầu.",
        "It will be checked again; send again in a few minutes if asked.",
    )
    TIMESTAMP_UNAVAILABLE = (
        "20", 503, "later", "nobody",
        "Dịch vụ cấp dấu thời gian tạm thời không trả lời", "The time-stamp service does not answer now",
        "Thử lại sau; không cần ký lại.",
        "Try again later; no new signature is needed.",
    )
    AUTH_REQUIRED = (
        "15", 401, "never", "sender",
        "Sai mã hệ thống hoặc khóa bí mật", "Wrong system id or secret",
        "Kiểm tra systemid, khóa bí mật và đồng hồ máy; xin cấp lại khóa nếu đã đổi.",
        "Check the system id, the secret and the clock; ask for a new secret if it was rotated.",
    )
    FORBIDDEN = (
        "19", 403, "never", "operator",
        "Không có quyền thực hiện việc này", "You may not do this",
        "Đề nghị đơn vị vận hành cấp quyền nếu công việc cần.",
        "Ask the operator for the right if your duty needs it.",
    )
    NOT_FOUND = (
        "21", 404, "never", "sender",
        "Không tìm thấy", "Not found",
        "Kiểm tra lại mã; mỗi cơ quan chỉ thấy văn bản của mình.",
        "Check the id; each agency sees only its own documents.",
    )
    CONFLICT = (
        "21", 409, "never", "sender",
        "Mã văn bản đã dùng cho nội dung khác", "The document id is already used for other content",
        "Dùng mã văn bản mới, hoặc gửi dạng cập nhật (loại 2) hay thay thế (loại 3).",
        "Use a new document id, or send an update (type 2) or a replacement (type 3).",
    )
    STATE_CONFLICT = (
        "21", 409, "never", "sender",
        "Trạng thái hiện tại không cho phép việc này", "The present state does not allow this",
        "Xem lại tiến trình của văn bản rồi chọn thao tác phù hợp.",
        "Look at the document's timeline and choose what fits.",
    )
    RECALL_TOO_LATE = (
        "21", 409, "never", "sender",
        "Đã quá muộn để lấy lại: nơi nhận đã nhận văn bản", "Too late to withdraw: the recipient has it",
        "Gửi yêu cầu thu hồi để nơi nhận trả lời.",
        "Send a recall, which the recipient will answer.",
    )
    REASON_REQUIRED = (
        "21", 422, "never", "sender",
        "Phải nêu lý do", "A reason is required",
        "Ghi lý do (từ chối, lấy lại hoặc thu hồi) rồi gửi lại.",
        "Write the reason (of the refusal, take-back or recall) and send again.",
    )
    BASE_UNKNOWN = (
        "21", 409, "later", "sender",
        "Chưa có văn bản gốc mà gói tin này nhắc tới", "The document this one refers to is not known here",
        "Gửi văn bản gốc trước, hoặc sửa lại mã văn bản được nhắc tới.",
        "Send the original first, or correct the document id referred to.",
    )
    LEASE_LOST = (
        "21", 409, "later", "recipient",
        "Quyền nhận văn bản đã hết hạn", "The lease on this delivery was lost",
        "Nhận lại từ hộp đến rồi xác nhận bằng mã mới.",
        "Take it again from the inbox and acknowledge with the new lease.",
    )
    DIGEST_MISMATCH = (
        "10", 422, "later", "sender",
        "Nội dung nhận được khác mã băm đã khai", "The bytes received differ from the digest given",
        "Gửi lại; nếu vẫn lỗi, kiểm tra thiết bị trung gian có sửa dữ liệu không.",
        "Send again; if it still fails, look for equipment on the way that changes data.",
    )
    TOO_LARGE = (
        "10", 413, "never", "sender",
        "Gói tin vượt dung lượng cho phép", "The package is larger than allowed",
        "Giảm dung lượng tệp (nén ảnh quét, tách phụ lục) rồi gửi lại.",
        "Make the files smaller (compress scans, split annexes) and send again.",
    )
    UNSUPPORTED_TYPE = (
        "10", 415, "never", "sender",
        "Kiểu nội dung không được hỗ trợ", "The content type is not supported",
        "Gửi gói edXML (application/xml) hoặc biểu mẫu multipart như tài liệu hướng dẫn.",
        "Send edXML (application/xml) or the multipart form the manual shows.",
    )
    RATE_LIMITED = (
        "20", 429, "later", "nobody",
        "Gửi quá nhanh, xin chờ", "Too many requests",
        "Chờ đúng số giây ghi ở Retry-After rồi gửi tiếp.",
        "Wait the seconds in Retry-After, then go on.",
    )
    OVERLOADED = (
        "20", 503, "later", "nobody",
        "Hệ thống đang bận", "The hub is busy",
        "Gửi lại sau ít phút; gửi lặp không tạo văn bản thứ hai.",
        "Send again in a few minutes; a repeat never makes a second document.",
    )
    STORAGE_FULL = (
        "20", 503, "later", "operator",
        "Hệ thống hết chỗ lưu trữ", "The hub's storage is full",
        "Gửi lại sau; đơn vị vận hành cần bổ sung dung lượng.",
        "Send again later; the operator must add space.",
    )
    DEPENDENCY_DOWN = (
        "20", 503, "later", "operator",
        "Một dịch vụ mà hệ thống cần đang dừng", "A service the hub needs is down",
        "Gửi lại sau ít phút.",
        "Send again in a few minutes.",
    )
    INTAKE_STOPPED = (
        "20", 503, "later", "operator",
        "Hệ thống đang tạm ngừng tiếp nhận", "Intake is stopped for now",
        "Gửi lại sau thời gian bảo trì đã thông báo.",
        "Send again after the announced maintenance.",
    )
    INTERNAL = (
        "20", 500, "later", "operator",
        "Lỗi nội bộ của hệ thống", "An internal error of the hub",
        "Gửi lại sau; nếu lặp lại, báo đơn vị vận hành kèm mã nhật ký.",
        "Send again later; if it repeats, tell the operator the log id.",
    )

    # fmt: on

    @property
    def _row(self) -> _Row:
        row: _Row = self.value
        return row

    @property
    def slug(self) -> str:
        """Name outside tools rely on."""
        return self.name.lower()

    @property
    def vxp_code(self) -> str:
        """ErrorCode on the national axis protocol."""
        return self._row[0]

    @property
    def http_status(self) -> int:
        """Status of the native API."""
        return self._row[1]

    @property
    def retry(self) -> Retry:
        """Whether the same bytes may succeed later."""
        return self._row[2]

    @property
    def who(self) -> Who:
        """Who must act."""
        return self._row[3]

    @property
    def title_vi(self) -> str:
        """Short Vietnamese sentence shown to clerks."""
        return self._row[4]

    @property
    def title_en(self) -> str:
        """The same in English."""
        return self._row[5]

    @property
    def remedy_vi(self) -> str:
        """What to do, in Vietnamese."""
        return self._row[6]

    @property
    def remedy_en(self) -> str:
        """What to do, in English."""
        return self._row[7]

    @classmethod
    def of(cls, slug: str) -> Fault:
        """The fault with that slug; KeyError when there is none."""
        return cls[slug.upper()]


class Refusal(Exception):  # noqa: N818 - the word of the design
    """Why something was refused; the only exception that crosses package borders.

    detail: English, may be read by the other side, so nothing internal stands in it; at most 500 characters.
    detail_vi: the same in Vietnamese, empty when it was not written.
    where: path of the element or name of the file concerned.
    verdict: report of the signature check that led here, when one did. check: name of the content check that refused.
    """

    def __init__(
        self,
        fault: Fault,
        detail: str = "",
        *,
        where: str | None = None,
        verdict: object | None = None,
        detail_vi: str = "",
        check: str = "",
    ) -> None:
        """Keep the fault and what the reader may be told."""
        self.fault = fault
        self.detail = _short(detail)
        self.detail_vi = _short(detail_vi)
        self.where = where
        self.verdict = verdict
        self.check = check
        self.instance: str | None = None
        """Id under which the refusal itself was recorded, set by whoever recorded it."""
        super().__init__(fault, self.detail)

    def __str__(self) -> str:
        """Slug, place and detail on one line."""
        parts = (self.fault.slug, self.where or "", self.detail)
        return ": ".join(part for part in parts if part)


def _short(detail: str) -> str:
    return detail if len(detail) <= 500 else detail[:499] + "…"
