"""Lists of recipients, paper, documents side by side, and which of an agency's systems handles a document."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from hub.http.api_shapes.base import DEFAULT_LIMIT, MAX_LIMIT, NO_NUL, Answer, Asked, Day, Line, Moment, Text, Word

_Role = Literal["act", "check", "exchange", "know"]
_Mode = Literal["electronic", "both", "paper"]
_Code = Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=NO_NUL)]


class GroupQuery(Asked):
    """Whose lists."""

    agency: Word | None = Field(
        None, description="Mã định danh cơ quan giữ danh sách; bỏ trống khi hệ thống chỉ phục vụ một cơ quan"
    )


class MemberSaid(Asked):
    """One recipient of a list: an organisation, never another list."""

    code: _Code = Field(description="Mã định danh")
    role: _Role = "act"
    mode: _Mode = "electronic"


class GroupWritten(Asked):
    """What a list is to hold, in place of what it held."""

    members: list[MemberSaid | _Code] = Field(min_length=1, max_length=5000, description="Mã, hoặc mã kèm vai trò")
    note: Text = ""


class MemberShown(Answer):
    """One recipient of a list. state: active | suspended | closed; closed ones are left out at sending."""

    code: str
    name: str
    role: str
    mode: str
    state: str
    successors: list[str]


class GroupShown(Answer):
    """A saved list of recipients."""

    agency: str
    name: str
    note: str
    updated_at: Moment
    members: list[MemberShown]


class GroupList(Answer):
    """All lists of one agency, by name."""

    items: list[GroupShown]


class PaperQuery(Asked):
    """Which lines of the register of paper."""

    first: Day = Field("", alias="from", description="Từ ngày (văn bản gửi đi), yyyy-mm-dd")
    last: Day = Field("", alias="to", description="Đến hết ngày")
    limit: int = Field(DEFAULT_LIMIT, ge=1, le=MAX_LIMIT, description="Số dòng tối đa của một trang")
    cursor: str | None = Field(None, pattern=r"^[0-9]{1,18}$", description="Giá trị `next` của trang trước")


class PaperSaid(Asked):
    """What the clerk did with paper for one recipient: issued it, or got it back after a recall."""

    recipient: _Code
    copies: int | None = Field(None, ge=1, le=100_000, description="Số bản giấy phát hành")
    envelopes: int = Field(1, ge=1, le=100_000, description="Số lượng bì")
    issued_on: Day = Field("", description="Ngày phát hành bản giấy")
    returned_on: Day = Field("", description="Ngày nhận lại bản giấy của văn bản đã thu hồi")
    by: Line = Field(min_length=1, description="Văn thư thực hiện")
    note: Line = ""


class PaperLine(Answer):
    """One recipient of one document that gets paper, with the columns of the postal register (Phụ lục IV NĐ 30)."""

    delivery_id: str
    package_id: str
    document_id: str
    number: str
    notation: str
    date: str
    subject: str
    sent_at: Moment
    recipient: str
    name: str
    role: str
    why: str = Field(description="paper_only | both | not_connected | given_up")
    copies: int
    envelopes: int
    issued_on: str
    issued_by: str
    note: str
    returned_on: str
    returned_by: str
    open_return: bool = Field(description="Đã thu hồi mà bản giấy chưa về")
    reason: str
    decided_by: str


class PaperList(Answer):
    """Recipients that get paper."""

    items: list[PaperLine]
    next: str | None = None


class EntryShown(Answer):
    """One of several documents that seem to be the same, as its recipient sees it."""

    delivery_id: str
    package_id: str
    document_id: str
    sender: str = Field(alias="from")
    sender_name: str
    number: str
    notation: str
    date: str
    subject: str
    sha256: str
    files: list[str]
    same_content: bool = Field(description="Các tệp giống hệt văn bản đang xem")
    path: str = Field(description="Đường đến: api, page, vxp, axis")
    received_at: Moment
    status: str
    business_status: str | None
    arrival_number: str | None


class Duplicates(Answer):
    """A document, and beside it every earlier one with the same number, notation and issuing agency."""

    delivery: EntryShown
    others: list[EntryShown]


class AssignedTo(Asked):
    """Which of the agency's systems handles the document from now on."""

    system: Word


class Assigned(Answer):
    """Which of the agency's systems handles the document."""

    delivery_id: str
    system: str
