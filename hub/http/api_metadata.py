"""The `metadata` part of a multipart sending, and the edXML header it means."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import BeforeValidator, Discriminator, Field, StringConstraints, Tag

from edxml import codes, dates, document_id, model
from edxml.codes import BusinessType
from edxml.faults import Fault, Refusal
from hub.context import Hub
from hub.flow.addressing import asking, recipients
from hub.flow.addressing.opening import NamedGroup
from hub.flow.addressing.recipients import Sending, Wanted
from hub.http.api_shapes import Asked, Day, Line, MomentSaid, StaffSaid, Text, Word
from hub.states import Circulation, Mode, Role

Code = Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=r"^[^\x00]*$")]
_KINDS: dict[str, BusinessType] = {
    "new": BusinessType.NEW,
    "recall": BusinessType.RECALL,
    "update": BusinessType.UPDATE,
    "replacement": BusinessType.REPLACEMENT,
}


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

    def wanted(self) -> Wanted:
        """The recipient as the flow knows it."""
        return Wanted(self.code.strip(), Role(self.role), Mode(self.mode))


class GroupSaid(Asked):
    """A saved list of the sender's; opened into single organisations now."""

    group: Annotated[str, StringConstraints(min_length=1, max_length=100, pattern=r"^[^\x00]*$")] = Field(
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


class SignerSaid(Asked):
    """Who signed, as printed."""

    competence: Line = ""
    position: Line = ""
    full_name: Line = ""


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
    to: Annotated[list[To], BeforeValidator(_listed)] = Field(
        min_length=1,
        max_length=5000,
        description="Các nơi nhận: mã định danh; hoặc mã kèm vai trò và hình thức; hoặc tên một danh sách đã lưu",
    )
    subject: Annotated[str, StringConstraints(min_length=1, max_length=4000, pattern=r"^[^\x00]*$")] = Field(
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
    hour_at: MomentSaid | None = Field(
        None, description="Giờ hẹn của hỏa tốc hẹn giờ (urgency 4), RFC 3339 có múi giờ"
    )  # law: R-086
    issued_at: MomentSaid | None = Field(
        None, description="Lúc văn thư bấm phát hành; không có múi giờ là giờ Việt Nam; bỏ trống nếu không biết"
    )  # law: R-087 HN Đ12.1
    reply_requested: bool = Field(False, description="Yêu cầu trả lời; khi đó phải có due_date")
    request: Literal["confirmation"] | None = Field(
        None, description="confirmation: đề nghị xác nhận, nơi nhận gửi lại văn bản xác nhận có liên kết"
    )  # law: R-239 TT Đ8.2
    paper_reason: Line = Field("", description="Vì sao gửi thêm bản giấy")
    paper_decided_by: Line = Field("", description="Người quyết định gửi bản giấy")
    sphere: Line = Field("", description="Phạm vi lưu hành, ghi như trên văn bản (SphereOfPromulgation)")
    circulation: Literal["internal", "return"] | None = Field(
        None, description="internal: LƯU HÀNH NỘI BỘ; return: XEM XONG TRẢ LẠI"
    )  # law: R-020 NĐ30 PL I.III.2c
    copies: int | None = Field(None, ge=0, le=1_000_000, description="Số lượng bản phát hành")
    pages: int | None = Field(None, ge=0, le=1_000_000, description="Số trang")
    kind: Literal["new", "recall", "update", "replacement"] = Field("new", description="Nghiệp vụ")
    declaration: Literal["not_secret"] | None = Field(
        None, description="not_secret: người gửi khai văn bản không chứa bí mật nhà nước"
    )  # law: R-011 HN Đ1.2
    reason: Text = Field("", description="Lý do (thu hồi, cập nhật)")
    staff: StaffSaid | None = Field(None, description="Người xử lý")
    answers: list[AnswersTo] = Field(default_factory=list, max_length=100, description="Văn bản được trả lời")
    replaces: list[Replaced] = Field(default_factory=list, max_length=100, description="Văn bản bị thay thế")
    to_places: list[Line] = Field(default_factory=list, max_length=1000, description="Nơi nhận ghi trên văn bản")


def written(said: Metadata) -> list[Wanted | NamedGroup]:
    """The recipients as they were written."""
    found: list[Wanted | NamedGroup] = []
    for one in said.to:
        if isinstance(one, GroupSaid):
            found.append(NamedGroup(one.group))
        else:
            found.append(one.wanted() if isinstance(one, RecipientSaid) else Wanted(one.strip()))
    return found


def sending(said: Metadata) -> Sending:
    """What the metadata say beside the package itself."""
    return Sending(
        paper_reason=said.paper_reason,
        paper_decided_by=said.paper_decided_by,
        reply_requested=said.reply_requested or said.request is not None,
        request=said.request or "",
        circulation=Circulation(said.circulation or ""),
        issued_at=said.issued_at,
        hour_at=said.hour_at,
    )


def business(said: Metadata, chosen_id: str, sent: Sending) -> model.Business:
    """What the message does with the document. Raises Refusal(REASON_REQUIRED) for one that changes it silently."""
    if said.kind != "new" and not said.reason.strip():
        raise Refusal(Fault.REASON_REQUIRED, where="reason")  # law: R-160
    return model.Business(
        paper=recipients.paper_flag(sent.wanted),
        document_id=chosen_id,
        type=_KINDS[said.kind],
        reason=said.reason,
        staff=staff(said.staff),
        replacements=tuple(model.Replacement(one.document_id, tuple(one.recipients)) for one in said.replaces),
    )


def header(hub: Hub, said: Metadata, chosen_id: str, sent: Sending) -> model.MessageHeader:
    """The header these metadata mean; names of agencies come from the registry."""
    day = dates.parse_day(said.date) if said.date else None
    return model.MessageHeader(
        sender=_organization(hub, said.sender),
        recipients=tuple(_organization(hub, one.code) for one in sent.wanted),
        document_id=chosen_id,
        code=model.Code(said.number, said.notation),
        promulgation=model.Promulgation(said.place, day, dates.write_day(day) if day else said.date),
        document_type=model.DocumentType(name=said.type_name or _type_name(said.notation)),
        subject=said.subject,
        content=said.content,
        signer=model.Signer(said.signer.competence, said.signer.position, said.signer.full_name)
        if said.signer
        else None,
        due_date=said.due_date,
        other=model.OtherInfo(
            priority=said.urgency,
            sphere=said.sphere or asking.SPHERES.get(sent.circulation, ""),
            promulgation_amount=said.copies,
            page_amount=said.pages,
        ),
        responses=tuple(model.ResponseFor(one.organ_id, one.code, one.document_id, one.date) for one in said.answers),
        to_places=tuple(said.to_places),
    )


def chosen_document_id(said: Metadata, digests: Sequence[str]) -> str:
    """The DocumentId: the one given, else one that the same metadata and files always get."""
    if said.document_id:
        return said.document_id
    day = dates.parse_day(said.date) if said.date else None
    if day is not None and said.number and said.notation:
        return document_id.build(said.sender.strip().upper(), day, said.number, said.notation)  # law: R-028 HN Đ8.3
    text = said.model_dump_json(exclude={"declaration"}) + "".join(digests)
    return str(uuid.UUID(bytes=hashlib.sha256(text.encode()).digest()[:16], version=4))


def staff(said: StaffSaid | None) -> model.Staff | None:
    """The clerk, as edXML has it."""
    if said is None:
        return None
    return model.Staff(said.department, said.department_id, said.name, said.id, said.email, said.mobile)


def _organization(hub: Hub, code: str) -> model.Organization:
    agency = hub.directory.agency(code)
    return model.Organization(code.strip(), agency.name if agency is not None else code.strip())


def _type_name(notation: str) -> str:
    """The kind of document its notation begins with (`QĐ-UBND`), else a plain letter."""
    first = notation.replace("/", "-").split("-")[0].strip()
    return codes.DOCUMENT_KINDS.get(first, "Công văn")
