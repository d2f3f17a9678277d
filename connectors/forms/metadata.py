"""What is said of a document to send: the native API's `metadata` part, and the form beside an office's files."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Discriminator, Field, StringConstraints, Tag

from connectors.forms.words import NO_NUL, Asked, Code, Day, Line, MomentSaid, Text, Word


def _listed(value: object) -> object:
    """One recipient may be written without its list."""
    return [value] if isinstance(value, str | dict) else value


class RecipientSaid(Asked):
    """One recipient, what it gets the document for, and how.  law: R-107 CB Đ7.1, R-109 NĐ30 PL I.II.9"""

    code: Code = Field(description="Mã định danh")
    role: Literal["act", "check", "exchange", "know"] = Field(
        "act", description="act: để thực hiện; check: để kiểm tra, báo cáo; exchange: để trao đổi; know: để biết"
    )
    mode: Literal["electronic", "both", "paper"] = Field(
        "electronic", description="electronic: điện tử; both: điện tử và có bản giấy gửi sau; paper: chỉ bản giấy"
    )


class GroupSaid(Asked):
    """A saved list of the sender's; opened into single organisations now."""

    group: Annotated[str, StringConstraints(min_length=1, max_length=100, pattern=NO_NUL)] = Field(
        description="Tên danh sách nơi nhận đã lưu"
    )


def _tag(value: object) -> str:
    """Which of the three ways of naming a recipient it is."""
    if isinstance(value, str):
        return "code"
    named = "group" in value if isinstance(value, dict) else isinstance(value, GroupSaid)
    return "group" if named else "recipient"


To = Annotated[
    Annotated[Code, Tag("code")] | Annotated[RecipientSaid, Tag("recipient")] | Annotated[GroupSaid, Tag("group")],
    Discriminator(_tag),
]
_ListedTo = Annotated[list[To], BeforeValidator(_listed)]

# What edXML has no room for: the same fields in `Metadata` and in `Beside`.
_HourAt = Annotated[
    MomentSaid | None, Field(description="Giờ hẹn của hỏa tốc hẹn giờ (urgency 4), RFC 3339 có múi giờ")
]  # law: R-086
_IssuedAt = Annotated[
    MomentSaid | None,
    Field(description="Lúc văn thư bấm phát hành; không có múi giờ là giờ Việt Nam; bỏ trống nếu không biết"),
]  # law: R-087 HN Đ12.1
_ReplyRequested = Annotated[bool, Field(description="Yêu cầu trả lời; khi đó phải có due_date")]
_Request = Annotated[
    Literal["confirmation"] | None,
    Field(description="confirmation: đề nghị xác nhận, nơi nhận gửi lại văn bản xác nhận có liên kết"),
]  # law: R-239 TT Đ8.2
_PaperReason = Annotated[Line, Field(description="Vì sao gửi thêm bản giấy")]
_PaperDecidedBy = Annotated[Line, Field(description="Người quyết định gửi bản giấy")]
_Circulation = Annotated[
    Literal["internal", "return"] | None,
    Field(description="internal: LƯU HÀNH NỘI BỘ; return: XEM XONG TRẢ LẠI"),
]  # law: R-020 NĐ30 PL I.III.2c
_Declaration = Annotated[
    Literal["not_secret"] | None,
    Field(description="not_secret: người gửi khai văn bản không chứa bí mật nhà nước"),
]  # law: R-011 HN Đ1.2


class SignerSaid(Asked):
    """Who signed, as printed."""

    competence: Line = ""
    position: Line = ""
    full_name: Line = ""


class StaffSaid(Asked):
    """The clerk who handled the document."""

    name: Line = ""
    department: Line = ""
    department_id: Line = ""
    id: Line = ""
    email: Line = ""
    mobile: Line = ""


class AnswersTo(Asked):
    """An earlier document this one answers."""

    organ_id: Word
    code: Line = ""
    document_id: Line = ""
    date: Day = ""


class Replaced(Asked):
    """A document this one replaces, and the organisations it had gone to."""

    document_id: Line
    recipients: list[Code] = Field(default_factory=list, max_length=5000)


class Metadata(Asked):
    """A document to send; the files follow as further parts, each with its file name."""

    sender: Code = Field(alias="from", description="Mã định danh cơ quan gửi")
    to: _ListedTo = Field(
        min_length=1,
        max_length=5000,
        description="Các nơi nhận: mã định danh; hoặc mã kèm vai trò và hình thức; hoặc tên một danh sách đã lưu",
    )
    subject: Annotated[str, StringConstraints(min_length=1, max_length=4000, pattern=NO_NUL)] = Field(
        description="Trích yếu"
    )
    document_id: Line = Field("", description="Mã văn bản; bỏ trống thì trục lập từ cơ quan, ngày, số, ký hiệu")
    number: Line = Field("", description="Số")
    notation: Line = Field("", description="Ký hiệu")
    place: Line = Field("", description="Nơi ban hành")
    date: Day = Field("", description="Ngày ban hành, yyyy-mm-dd")
    type_name: Line = Field("", description="Tên loại văn bản; bỏ trống thì suy từ ký hiệu")
    content: Text = Field("", description="Tóm tắt nội dung")
    signer: SignerSaid | None = Field(None, description="Người ký")
    due_date: Day = Field("", description="Hạn trả lời")
    urgency: int = Field(0, ge=0, le=4, description="Độ khẩn: 0 thường … 4 hỏa tốc hẹn giờ")
    hour_at: _HourAt = None
    issued_at: _IssuedAt = None
    reply_requested: _ReplyRequested = False
    request: _Request = None
    paper_reason: _PaperReason = ""
    paper_decided_by: _PaperDecidedBy = ""
    sphere: Line = Field("", description="Phạm vi lưu hành, ghi như trên văn bản (SphereOfPromulgation)")
    circulation: _Circulation = None
    dossier: Annotated[str, StringConstraints(max_length=100, pattern=NO_NUL)] = Field(
        "", description="Mã hồ sơ một cửa mà văn bản gắn với; hồ sơ không gửi qua trục"
    )  # law: R-233 HN Đ17.2
    copies: int | None = Field(None, ge=0, le=1_000_000, description="Số lượng bản phát hành")
    pages: int | None = Field(None, ge=0, le=1_000_000, description="Số trang")
    kind: Literal["new", "recall", "update", "replacement"] = Field("new", description="Nghiệp vụ")
    declaration: _Declaration = None
    reason: Text = Field("", description="Lý do (thu hồi, cập nhật)")
    staff: StaffSaid | None = Field(None, description="Người xử lý")
    answers: list[AnswersTo] = Field(default_factory=list, max_length=100, description="Văn bản được trả lời")
    replaces: list[Replaced] = Field(default_factory=list, max_length=100, description="Văn bản bị thay thế")
    to_places: list[Line] = Field(default_factory=list, max_length=1000, description="Nơi nhận ghi trên văn bản")


class Beside(Asked):
    """What is said of a sending whose package is written already: all that edXML has no room for.

    to: every recipient of the package with its role and mode, or empty: the package alone says who they are.
    """

    to: _ListedTo = Field(default_factory=list, max_length=5000)
    hour_at: _HourAt = None
    issued_at: _IssuedAt = None
    reply_requested: _ReplyRequested = False
    request: _Request = None
    paper_reason: _PaperReason = ""
    paper_decided_by: _PaperDecidedBy = ""
    circulation: _Circulation = None
    declaration: _Declaration = None
