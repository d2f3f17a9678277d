"""What a caller says: queries and bodies."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, Field

from connectors.forms.metadata import StaffSaid
from edxml.codes import Refusal02
from hub.http.api_shapes.base import (
    DEFAULT_LIMIT,
    MAX_LIMIT,
    MAX_WAIT_SECONDS,
    NO_NUL,
    Asked,
    Day,
    Line,
    Sha256,
    Text,
    Word,
)


class Paging(Asked):
    """Which page of a list."""

    limit: int = Field(DEFAULT_LIMIT, ge=1, le=MAX_LIMIT, description="Số dòng tối đa của một trang")
    cursor: str | None = Field(
        None, pattern=r"^[0-9]{1,18}$", description="Giá trị `next` của trang trước; bỏ trống để bắt đầu từ đầu"
    )


class SentQuery(Paging):
    """Which page of one's own packages, or everything tied to one dossier."""

    dossier: str = Field(
        "", max_length=100, description="Mã hồ sơ một cửa: mọi văn bản đã gửi, đã nhận gắn với hồ sơ đó, tối đa `limit`"
    )


class InboxQuery(Asked):
    """Which page of the inbox, and how long to wait for one."""

    limit: int = Field(DEFAULT_LIMIT, ge=1, le=MAX_LIMIT, description="Số dòng tối đa của một trang")
    cursor: str | None = Field(
        None, pattern=r"^[0-9]{1,2}(\.[0-9]{1,18}){1,2}$", description="Giá trị `next` của trang trước"
    )
    wait: int = Field(
        0, ge=0, le=MAX_WAIT_SECONDS, description="Số giây chờ văn bản đến khi hộp đang trống (long poll)"
    )
    recipient: Word | None = Field(None, description="Chỉ lấy văn bản gửi tới mã định danh này")


class AgencyQuery(Asked):
    """Which agencies."""

    limit: int = Field(DEFAULT_LIMIT, ge=1, le=MAX_LIMIT, description="Số dòng tối đa của một trang")
    cursor: str | None = Field(None, max_length=64, pattern=NO_NUL, description="Giá trị `next` của trang trước")
    q: str | None = Field(
        None, max_length=100, pattern=NO_NUL, description="Một phần tên, hoặc phần đầu của mã định danh"
    )


class ChangesQuery(Asked):
    """From which version of the registry on."""

    since: int = Field(0, ge=0, le=10**15, description="Phiên bản danh bạ đã có; 0 = từ đầu")
    limit: int = Field(
        DEFAULT_LIMIT, ge=1, le=MAX_LIMIT, description="Số thay đổi tối đa (một phiên bản không bị cắt đôi)"
    )


class Ack(Asked):
    """The caller has stored the bytes with this digest."""

    lease: Word
    sha256: Sha256 = Field(description="SHA-256 của nội dung đã lưu, hex")


class StatusSaid(Asked):
    """What a recipient says of a document: 01 đã đến … 06 hoàn thành, 15 đồng ý, 16 từ chối thu hồi."""

    code: Literal["01", "02", "03", "04", "05", "06", "15", "16"]
    description: Text = ""
    reason: Text = Field("", description="Bắt buộc khi từ chối (02), vài từ")
    reason_code: Refusal02 | Literal[""] = Field(
        "", description="Mã lý do từ chối (02), đi cùng lý do và tên người từ chối; bỏ trống = OTHER"
    )
    arrival_number: Line | int = Field("", description="Số đến")
    arrival_date: Day = Field("", description="Ngày đến")
    staff: StaffSaid | Line | None = Field(None, description="Người xử lý, hoặc chỉ tên người đó")
    destroyed: bool = Field(False, description="Đi cùng 15: bản bị thu hồi đã được hủy trong hệ thống nơi nhận")


class ReportSaid(Asked):
    """What is wrong with a document that came: an error in it, or an incident. No refusal."""

    kind: Literal["error", "incident"] = Field(
        description="error: sai sót, nơi gửi bổ sung, đính chính hoặc thu hồi; incident: sự cố, dấu hiệu bất thường"
    )
    text: Text = Field(min_length=1, description="Vài từ nói rõ")
    staff: StaffSaid | Line | None = Field(None, description="Người báo, hoặc chỉ tên người đó")


class Withdrawal(Asked):
    """Why and how a document is wanted back."""

    reason: Text
    kind: Literal["auto", "cancel", "take_back", "recall"] = "auto"
    recipients: list[Word] | None = Field(None, max_length=5000, description="Bỏ trống = mọi nơi nhận")
    staff: StaffSaid | None = Field(None, description="Người xử lý phía gửi")


class Updating(Asked):
    """What changes of a document that was sent, and why; what is not named stays."""

    reason: Text
    subject: Line | None = Field(None, min_length=1, description="Trích yếu mới")
    content: Text | None = None
    due_date: Day | None = Field(None, description="Hạn trả lời mới; chuỗi rỗng = bỏ")
    sphere: Line | None = None
    add: list[Word] = Field(default_factory=list, max_length=5000, description="Nơi nhận thêm")
    remove: list[Word] = Field(
        default_factory=list, max_length=5000, description="Nơi nhận bị bỏ, phải hủy bản đã nhận"
    )
    staff: StaffSaid | None = Field(None, description="Người xử lý phía gửi")


class Declaration(Asked):
    """What the sender's clerk declares of a held document, and who answers for it."""

    declaration: Literal["not_secret"] = Field(description="not_secret: văn bản không chứa bí mật nhà nước")
    declared_by: Line = Field(min_length=1, description="Họ tên văn thư chịu trách nhiệm về lời khai")


class TokenForm(BaseModel):
    """Client credentials; client_id is the system id."""

    grant_type: Literal["client_credentials"]
    client_id: Line | None = None
    client_secret: Line | None = None
    client_assertion_type: Line | None = Field(
        None, description="urn:ietf:params:oauth:client-assertion-type:jwt-bearer (RFC 7523)"
    )
    client_assertion: str | None = Field(
        None, max_length=8192, description="JWT do hệ thống ký bằng khóa đã đăng ký; mỗi jti dùng một lần, sống 5 phút"
    )
    scope: Line | None = None
