"""What the hub says of packages: accepted, shown, their events, verdicts and receipts."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import ConfigDict, Field

from hub.http.api_shapes.base import Answer, Asked, Moment


class Warned(Answer):
    """Something accepted all the same that the sender should know."""

    code: str
    title: str
    where: str = ""


class DeliveryTold(Answer):
    """One recipient of an accepted package."""

    delivery_id: str
    recipient: str
    status: str
    code: str | None = Field(None, description="Mã lỗi khi nơi nhận này không nhận được")
    title: str | None = None
    detail: str | None = Field(None, description="Khi mã không còn dùng: cơ quan kế thừa và quyết định")
    role: str = "act"
    mode: str = "electronic"
    copy_: str = Field("", alias="copy", description="rule: gửi thêm theo quy định; successor: cơ quan kế thừa")


class AcceptedPackage(Answer):
    """The package is safe: bytes and rows are on disk."""

    package_id: str
    document_id: str
    sha256: str
    status: str
    receipt: str = Field(description="Biên nhận: JWS rút gọn (RFC 7515)")
    warnings: list[Warned]
    deliveries: list[DeliveryTold]


class DryRunQuery(Asked):
    """Whose answer is wanted."""

    as_: Literal["hub", "axis"] = Field(
        "hub", alias="as", description="axis: thêm câu trả lời của trục quốc gia, theo những gì biết về trục"
    )


class AxisFinding(Answer):
    """One thing the national axis would refuse, rewrite or lose."""

    path: str = Field(description="Phần tử hoặc tệp")
    effect: Literal["refuses", "doubtful", "rewrites", "loses"] = Field(
        description="refuses: trục không nhận; doubtful: khác bố cục mà thư viện của trục viết ra, có thể không nhận; "
        "rewrites: trục sửa lại; loses: trục bỏ mất"
    )
    code: str = Field(description="Mã lỗi; trống khi trục vẫn nhận")
    title: str
    remedy: str


class AxisAnswer(Answer):
    """What the national axis would say, by what is known of it."""

    accepts: Literal["yes", "doubtful", "no"]
    error_code: str = Field(description="ErrorCode của trục nếu không nhận; 0 = nhận")
    findings: list[AxisFinding]


class CheckedPackage(Answer):
    """What the hub would say; nothing was stored."""

    document_id: str
    sha256: str
    verdicts: Verdicts
    warnings: list[Warned]
    recipients: list[RecipientTold]
    axis: AxisAnswer | None = Field(None, description="Chỉ có khi hỏi `as=axis`")


class RecipientTold(Answer):
    """One recipient of a checked package, with its full official name."""

    recipient: str
    name: str = Field("", description="Tên đầy đủ theo danh bạ; trống khi không có trong danh bạ")
    status: str
    code: str | None = None
    title: str | None = None
    role: str = "act"
    mode: str = "electronic"
    copy_: str = Field("", alias="copy", description="rule: gửi thêm theo quy định; successor: cơ quan kế thừa")


class SignatureVerdict(Answer):
    """One signature of a file."""

    model_config = ConfigDict(extra="allow")

    signer: str | None = Field(description="null: chữ ký hỏng tới mức không đọc được của ai")
    issuer: str | None
    role: str
    signed_at: str | None
    time_source: str | None
    verdict: str
    sub_indication: str | None


class FileVerdict(Answer):
    """All signatures of one file."""

    model_config = ConfigDict(extra="allow")

    name: str
    verdict: str = Field(description="PASSED, INDETERMINATE, FAILED; UNSIGNED = không có chữ ký số")
    sub_indication: str | None
    signatures: list[SignatureVerdict]


class CheckFound(Answer):
    """What a content check found in an accepted package."""

    check: str = Field(description="Tên phép kiểm tra")
    outcome: str = Field(description="enforce = gói tin bị giữ lại; warn = được đi tiếp, hai bên được báo")
    title: str
    where: str
    detail: str


class Verdicts(Answer):
    """The verdict on a document's signatures (ETSI EN 319 102-1 words), and what the content checks found."""

    model_config = ConfigDict(extra="allow")

    verdict: str
    sub_indication: str | None
    legal_value: str
    files: list[FileVerdict]
    checks: list[CheckFound] = Field(default_factory=list)


class DeliveryShown(Answer):
    """One recipient of a package."""

    delivery_id: str
    recipient: str
    name: str = Field("", description="Tên đầy đủ theo danh bạ")
    role: str = "act"
    mode: str = "electronic"
    paper: bool = Field(False, description="Có bản giấy")
    copy_: str = Field("", alias="copy", description="rule: gửi thêm theo quy định; second: hệ thống thứ hai, chỉ lưu")
    duplicate_of: str | None = Field(None, description="Lượt nhận trước có thể là cùng văn bản; chỉ nơi nhận thấy")
    replied_by: str | None = Field(None, description="Gói tin trả lời văn bản này")
    keeps: bool = Field(
        False, description="Nơi nhận đã xử lý, theo quy định tỉnh được giữ bản của mình: thu hồi sẽ bị từ chối"
    )
    confirmed: bool | None = Field(None, description="Với văn bản đề nghị xác nhận: đã được xác nhận hay chưa")
    status: str
    code: str | None
    reason: str | None
    recall_state: str
    business_status: str | None = Field(description="Trạng thái xử lý nơi nhận báo: 01–06")
    business_reason: str | None
    business_at: Moment | None
    refusal: str | None = Field(None, description="Mã lý do từ chối (02)")
    arrival_number: str | None = Field(None, description="Số đến tại nơi nhận (03)")
    arrival_date: str | None = Field(None, description="Ngày đến tại nơi nhận (03)")
    corrected_by: str | None = Field(None, description="Gói tin gửi lại sau khi bị từ chối")
    days_overdue: int | None = Field(None, description="Văn bản có hạn trả lời: số ngày quá hạn, 0 = chưa quá hạn")
    exposed_at: Moment | None
    ended_at: Moment | None
    received_at: Moment | None = Field(None, description="Lúc văn bản vào hệ thống nơi nhận")
    received_by: str | None = Field(None, description="Biết nhờ đâu: ack, done, 01, push, rename, listed")
    received_legal: Moment | None = Field(None, description="Thời điểm nhận tính theo giờ hành chính của nơi nhận")
    accept_by: Moment | None = Field(None, description="Hạn tiếp nhận trong ngày: hết ngày làm việc của received_legal")
    accepted_at: Moment | None = Field(None, description="Lúc văn thư nơi nhận tiếp nhận (03)")
    wanted: WantedShown | None = Field(None, description="Yêu cầu lấy lại, thu hồi gần nhất")


class WantedShown(Answer):
    """The wish to have one copy back."""

    kind: str = Field(description="cancel: chưa rời trục; take_back: lấy lại; recall: thu hồi; update: bị bỏ tên")
    reason: str
    at: Moment
    destroy_by: Moment | None = Field(description="Hạn xác nhận đã hủy")
    warnings: list[str] = Field(description="already_replied: nơi nhận đã có văn bản trả lời")


class RevisionShown(Answer):
    """A later message about the same document."""

    package_id: str
    kind: str = Field(description="update hoặc recall")
    received_at: Moment


class TombstoneShown(Answer):
    """What stays of a document that was withdrawn from whoever looks."""

    document_id: str
    sha256: str
    by: str = Field(description="Cơ quan đã thu hồi")
    kind: str
    at: Moment
    reason: str


class IssuedLateShown(Answer):
    """Until when a document was to be sent after it was signed, by both rules, and by how much it was late."""

    by: Moment = Field(description="Hết buổi sáng ngày làm việc kế tiếp ngày ký (HN Đ7.2, QĐ28 Đ6.2)")
    by_wide: Moment = Field(description="Hết ngày làm việc kế tiếp ngày ký (NĐ30 Đ18.1)")
    minutes: int | None = Field(description="Số phút làm việc muộn so với `by`; null = đúng hạn")
    minutes_wide: int | None = Field(description="Số phút làm việc muộn so với `by_wide`; null = đúng hạn")
    rule: str = Field(description="Quy định tỉnh áp dụng: morning hoặc day")
    text: str = Field("", description="Muộn bao lâu và vì sao, theo quy định tỉnh áp dụng")


class AttachmentShown(Answer):
    """One file of a package; `n` is its place in /attachments/{n}, from 0."""

    n: int
    name: str
    kind: str
    size: int
    sha256: str
    zipped: bool = Field(description="Tệp nằm trong một ZIP một phần tử và được trả về nguyên như vậy")


class PackageShown(Answer):
    """A package and those of its deliveries the caller may see."""

    package_id: str
    document_id: str
    message_type: str
    kind: str
    status_code: str
    sender: str = Field(alias="from")
    number: str
    notation: str
    subject: str
    urgency: int
    sha256: str
    size: int
    status: str
    held_for: list[str] = Field(
        default=[], description="Vì sao bị giữ: secret_stamp, unread, scanner, virus, damaged, order; chỉ nơi gửi thấy"
    )
    verdict: str
    received_at: Moment = Field(description="Lúc vào trục")
    signed_at: Moment | None = Field(None, description="Lúc người có thẩm quyền ký, theo chữ ký số")
    issued_at: Moment | None = Field(None, description="Lúc văn thư bấm phát hành, như hệ thống gửi khai")
    sent_at: Moment | None = Field(None, description="Thời điểm gửi; bỏ trống khi trục chưa nhận chuyển")
    issued_late: IssuedLateShown | None = Field(None, description="Phát hành so với ngày ký; chỉ nơi gửi thấy")
    original_id: str | None
    is_sender: bool
    circulation: str = Field("", description="internal: LƯU HÀNH NỘI BỘ; return: XEM XONG TRẢ LẠI")
    dossier: str = Field("", description="Mã hồ sơ một cửa mà văn bản gắn với")
    request: str = Field("", description="confirmation: đề nghị xác nhận")
    reply_due: Moment | None = Field(None, description="Hạn trả lời: hết ngày làm việc đó")
    sending: dict[str, Any] = Field(
        default_factory=dict,
        description="Điều nơi gửi khai kèm: danh sách nơi nhận đã mở (groups), lý do và người quyết định gửi bản giấy; "
        "chỉ nơi gửi thấy",
    )
    tombstone: TombstoneShown | None = Field(None, description="Văn bản đã bị thu hồi: của ai, khi nào, vì sao")
    replaced_by: str | None = Field(None, description="Gói tin thay thế văn bản này")
    sent_onward: list[str] = Field(
        default=[], description="Với nơi nhận bị thu hồi: các gói tin chính mình đã gửi tiếp cùng tệp này"
    )
    revisions: list[RevisionShown] = Field(default=[], description="Các bản cập nhật, thu hồi, cũ trước")
    attachments: list[AttachmentShown]
    warnings: list[Warned]
    deliveries: list[DeliveryShown]


class PackagePage(Answer):
    """Own packages, newest first."""

    items: list[PackageShown]
    next: str | None


class EventShown(Answer):
    """One line of the journal."""

    seq: int
    at: Moment
    type: str
    actor: str
    recipient: str | None
    detail: dict[str, Any]


class Timeline(Answer):
    """A package's life as far as the caller may see it."""

    events: list[EventShown]


class OwnEvent(EventShown):
    """One line of the caller's own feed."""

    package_id: str | None
    delivery_id: str | None


class EventPage(Answer):
    """The caller's events, oldest first. To go on later: cursor = seq of the last event seen."""

    items: list[OwnEvent]
    next: str | None


class ReceiptShown(Answer):
    """A receipt with what its leaf hashes: enough to prove it offline."""

    type: str
    at: Moment
    recipient: str | None
    receipt: str
    canonical: str
    nonce: str
    leaf: str


class Receipts(Answer):
    """Every receipt the caller may see."""

    receipts: list[ReceiptShown]
