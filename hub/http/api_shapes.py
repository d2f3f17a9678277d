"""The JSON of the native API: one pydantic model a shape. Names are what outside tools rely on and are never changed.

Times are RFC 3339 with +07:00, digests lower-case hex SHA-256, ids UUIDs. Fields may be added.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer, StringConstraints, WithJsonSchema

from hub import clock

MAX_LIMIT = 200
DEFAULT_LIMIT = 50
MAX_WAIT_SECONDS = 60

_NO_NUL = r"^[^\x00]*$"

Moment = Annotated[
    datetime,
    PlainSerializer(clock.local_text, return_type=str),
    WithJsonSchema({"type": "string", "format": "date-time", "examples": ["2026-11-21T09:15:00+07:00"]}),
]
Word = Annotated[str, StringConstraints(max_length=64, pattern=_NO_NUL)]
Line = Annotated[str, StringConstraints(max_length=500, pattern=_NO_NUL)]
Text = Annotated[str, StringConstraints(max_length=4000, pattern=_NO_NUL)]
Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-fA-F]{64}$")]
Day = Annotated[str, StringConstraints(max_length=10, pattern=r"^$|^[0-9]{4}[-/][0-9]{1,2}[-/][0-9]{1,2}$")]


class Answer(BaseModel):
    """What the hub says; fields may be added later."""

    model_config = ConfigDict(populate_by_name=True)


class Asked(BaseModel):
    """What a caller says; an unknown field is refused, so that a misspelt one is noticed."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)


# ------------------------------------------------------------------------------------------------- queries


class Paging(Asked):
    """Which page of a list."""

    limit: int = Field(DEFAULT_LIMIT, ge=1, le=MAX_LIMIT, description="Số dòng tối đa của một trang")
    cursor: str | None = Field(
        None, pattern=r"^[0-9]{1,18}$", description="Giá trị `next` của trang trước; bỏ trống để bắt đầu từ đầu"
    )


class InboxQuery(Asked):
    """Which page of the inbox, and how long to wait for one."""

    limit: int = Field(DEFAULT_LIMIT, ge=1, le=MAX_LIMIT, description="Số dòng tối đa của một trang")
    cursor: str | None = Field(None, pattern=r"^[0-9]{1,2}\.[0-9]{1,18}$", description="Giá trị `next` của trang trước")
    wait: int = Field(
        0, ge=0, le=MAX_WAIT_SECONDS, description="Số giây chờ văn bản đến khi hộp đang trống (long poll)"
    )
    recipient: Word | None = Field(None, description="Chỉ lấy văn bản gửi tới mã định danh này")


class AgencyQuery(Asked):
    """Which agencies."""

    limit: int = Field(DEFAULT_LIMIT, ge=1, le=MAX_LIMIT, description="Số dòng tối đa của một trang")
    cursor: str | None = Field(None, max_length=64, pattern=_NO_NUL, description="Giá trị `next` của trang trước")
    q: str | None = Field(
        None, max_length=100, pattern=_NO_NUL, description="Một phần tên, hoặc phần đầu của mã định danh"
    )


class ChangesQuery(Asked):
    """From which version of the registry on."""

    since: int = Field(0, ge=0, le=10**15, description="Phiên bản danh bạ đã có; 0 = từ đầu")
    limit: int = Field(
        DEFAULT_LIMIT, ge=1, le=MAX_LIMIT, description="Số thay đổi tối đa (một phiên bản không bị cắt đôi)"
    )


# ------------------------------------------------------------------------------------------------- packages


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


class AcceptedPackage(Answer):
    """The package is safe: bytes and rows are on disk."""

    package_id: str
    document_id: str
    sha256: str
    status: str
    receipt: str = Field(description="Biên nhận: JWS rút gọn (RFC 7515)")
    warnings: list[Warned]
    deliveries: list[DeliveryTold]


class CheckedPackage(Answer):
    """What the hub would say; nothing was stored."""

    document_id: str
    sha256: str
    verdicts: Verdicts
    warnings: list[Warned]
    recipients: list[RecipientTold]


class RecipientTold(Answer):
    """One recipient of a checked package."""

    recipient: str
    status: str
    code: str | None = None
    title: str | None = None


class SignatureVerdict(Answer):
    """One signature of a file."""

    model_config = ConfigDict(extra="allow")

    signer: str
    issuer: str
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


class Verdicts(Answer):
    """The verdict on a document's signatures (ETSI EN 319 102-1 words)."""

    model_config = ConfigDict(extra="allow")

    verdict: str
    sub_indication: str | None
    legal_value: str
    files: list[FileVerdict]


class DeliveryShown(Answer):
    """One recipient of a package."""

    delivery_id: str
    recipient: str
    status: str
    code: str | None
    reason: str | None
    recall_state: str
    business_status: str | None = Field(description="Trạng thái xử lý nơi nhận báo: 01–06")
    business_reason: str | None
    business_at: Moment | None
    exposed_at: Moment | None
    ended_at: Moment | None


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
    verdict: str
    received_at: Moment
    original_id: str | None
    is_sender: bool
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


# --------------------------------------------------------------------------------------------------- inbox


class InboxItem(Answer):
    """One waiting delivery as its recipient sees it."""

    delivery_id: str
    package_id: str
    document_id: str
    sender: str = Field(alias="from")
    recipient: str
    number: str
    notation: str
    subject: str
    urgency: int
    kind: Literal["new", "recall", "update", "replacement", "status"]
    status_code: str
    sha256: str
    size: int
    waiting_since: Moment


class InboxPage(Answer):
    """What waits, most urgent first, then oldest."""

    items: list[InboxItem]
    next: str | None


class Leased(Answer):
    """The right to fetch one delivery until it runs out."""

    lease: str
    expires_at: Moment
    content: str = Field(description="Địa chỉ tải nội dung")


class Ack(Asked):
    """The caller has stored the bytes with this digest."""

    lease: Word
    sha256: Sha256 = Field(description="SHA-256 của nội dung đã lưu, hex")


class Acked(Answer):
    """The receipt of the hand-over."""

    receipt: str


class StaffSaid(Asked):
    """The clerk who handled the document."""

    name: Line = ""
    department: Line = ""
    department_id: Line = ""
    id: Line = ""
    email: Line = ""
    mobile: Line = ""


class StatusSaid(Asked):
    """What a recipient says of a document: 01 đã đến … 06 hoàn thành, 15 đồng ý, 16 từ chối thu hồi."""

    code: Literal["01", "02", "03", "04", "05", "06", "15", "16"]
    description: Text = ""
    reason: Text = Field("", description="Bắt buộc khi từ chối (02)")
    arrival_number: Line = Field("", description="Số đến")
    arrival_date: Day = Field("", description="Ngày đến")
    staff: StaffSaid | None = None


class Withdrawal(Asked):
    """Why and how a document is wanted back."""

    reason: Text
    kind: Literal["auto", "cancel", "take_back", "recall"] = "auto"
    recipients: list[Word] | None = Field(None, max_length=5000, description="Bỏ trống = mọi nơi nhận")


class RecipientRecalled(Answer):
    """What became of one recipient's copy."""

    recipient: str
    recall_state: str


class Withdrawn(Answer):
    """What became of each recipient's copy."""

    package_id: str
    recipients: list[RecipientRecalled]


# ------------------------------------------------------------------------------------------------- registry


class AgencyShown(Answer):
    """An agency of the registry."""

    organ_id: str
    name: str
    kind: str
    level: str
    parent: str | None
    legacy_code: str | None
    scope: str
    state: str
    valid_from: str | None
    valid_to: str | None
    aliases: list[str]
    successors: list[str]
    connected: bool = Field(description="Đã có hệ thống nhận văn bản cho cơ quan này")


class AgencyPage(Answer):
    """Agencies by code, and the registry's version."""

    version: int
    items: list[AgencyShown]
    next: str | None


class AgencyChange(Answer):
    """One change of one agency, with the entry as it is afterwards."""

    seq: int
    version: int
    at: Moment
    change: str
    organ_id: str
    agency: dict[str, Any]


class AgencyChanges(Answer):
    """Changes after a version, oldest first; `next` is the `since` of the following page."""

    version: int
    items: list[AgencyChange]
    next: str | None


# ---------------------------------------------------------------------------------------------- the rest


class Token(Answer):
    """RFC 6749 5.1."""

    access_token: str
    token_type: Literal["Bearer"]
    expires_in: int


class TokenError(Answer):
    """RFC 6749 5.2."""

    error: str
    error_description: str


class TokenForm(BaseModel):
    """Client credentials; client_id is the system id."""

    grant_type: Literal["client_credentials"]
    client_id: Line | None = None
    client_secret: Line | None = None
    scope: Line | None = None


class Origin(Answer):
    """What outsiders need to verify receipts and checkpoints of this hub (base64)."""

    log_origin: str
    checkpoint_key: str
    receipt_certificates: list[str]


class Problem(Answer):
    """A refusal (RFC 9457)."""

    model_config = ConfigDict(extra="allow")

    type: str
    title: str
    status: int
    code: str
    remedy: str
    retry: Literal["never", "later"]
    who: str
    detail: str | None = None
    instance: str | None = None
