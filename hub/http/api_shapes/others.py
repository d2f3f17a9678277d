"""What the hub says of the inbox, the registry, its keys, and when it refuses."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal

from pydantic import ConfigDict, Field

from hub.http.api_shapes.base import Answer, Moment


class AddressedTo(Answer):
    """The code, out of use, to which a document was written that its successor gets."""

    code: str
    name: str = Field(description="Tên của cơ quan đã chấm dứt hoạt động; trống khi chỉ đổi mã")
    kind: str = Field(description="merged_into | split_into | recoded | closed")
    first_day: date | None = Field(description="Ngày đầu tiên mã không còn dùng")
    decision: str
    decided_on: date | None


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
    waiting_since: Moment = Field(description="Lúc vào trục để chờ nhận")
    signed_at: Moment | None = Field(None, description="Lúc người có thẩm quyền ký, theo chữ ký số")
    issued_at: Moment | None = Field(None, description="Lúc văn thư nơi gửi bấm phát hành, như hệ thống ấy khai")
    sent_at: Moment | None = Field(None, description="Thời điểm gửi")
    role: str = Field("act", description="act: để thực hiện; check: để kiểm tra; exchange: để trao đổi; know: để biết")
    mode: str = Field("electronic", description="electronic | both (có bản giấy gửi sau) | paper")
    paper: bool = Field(False, description="Có bản giấy gửi sau; không phải chờ bản giấy")
    stored_only: bool = Field(False, description="Hệ thống chính của cơ quan xử lý; hệ thống này chỉ lưu trữ")
    duplicate_of: str | None = Field(
        None, description="Lượt nhận trước của cùng cơ quan, trùng số, ký hiệu và tên cơ quan ban hành"
    )
    circulation: str = Field("", description="internal: LƯU HÀNH NỘI BỘ; return: XEM XONG TRẢ LẠI")
    dossier: str = Field("", description="Mã hồ sơ một cửa mà văn bản gắn với")
    request: str = Field("", description="confirmation: đề nghị gửi lại văn bản xác nhận, có liên kết")
    reply_due: Moment | None = Field(None, description="Hạn trả lời: hết ngày làm việc đó")
    addressed_to: AddressedTo | None = Field(None, description="Nhận thay cho cơ quan đã chấm dứt hoạt động này")


class InboxPage(Answer):
    """What waits, most urgent first, then oldest."""

    items: list[InboxItem]
    next: str | None


class Leased(Answer):
    """The right to fetch one delivery until it runs out."""

    lease: str
    expires_at: Moment
    content: str = Field(description="Địa chỉ tải nội dung")


class Acked(Answer):
    """The receipt of the hand-over."""

    receipt: str


class RecipientRecalled(Answer):
    """What became of one recipient's copy."""

    recipient: str
    recall_state: str
    business_status: str | None = None
    kept: str | None = Field(None, description="handled: nơi nhận đã xử lý nên được giữ, theo quy định của tỉnh")
    replied_by: str | None = Field(None, description="Gói tin nơi nhận đã trả lời văn bản này")


class Withdrawn(Answer):
    """What became of each recipient's copy. Of `refused`, those may keep theirs under the province's policy."""

    package_id: str
    recipients: list[RecipientRecalled]
    refused: list[RecipientRecalled] = Field(default=[], description="Nơi nhận được giữ bản của mình, kèm lý do")


class Declared(Answer):
    """Where a package is after the declaration: accepted, or still held for another reason."""

    package_id: str
    status: str


class AgencyShown(Answer):
    """An agency of the registry."""

    id: int = Field(description="Số của danh bạ, không đổi khi mã hay tên đổi: theo số này mà nhận thay đổi")
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
    on: str | None = Field(None, description="Ngày đầu tiên có hiệu lực; null khi thay đổi không gắn với ngày nào")
    agency: dict[str, Any] = Field(description="Cơ quan như hiện tại, sau thay đổi")
    later: dict[str, Any] | None = Field(
        None, description="Cơ quan như sẽ có vào ngày `on`, khi ngày đó chưa đến; đến ngày, có thêm dòng `turned`"
    )


class AgencyChanges(Answer):
    """Changes after a version, oldest first; `next` is the `since` of the following page."""

    version: int
    items: list[AgencyChange]
    next: str | None


class Token(Answer):
    """RFC 6749 5.1."""

    access_token: str
    token_type: Literal["Bearer"]
    expires_in: int


class TokenError(Answer):
    """RFC 6749 5.2."""

    error: str
    error_description: str


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
