"""The `metadata` part of a multipart sending, and the edXML header it means."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, StringConstraints

from edxml import codes, dates, document_id, model
from edxml.codes import BusinessType
from hub.context import Hub
from hub.http.api_shapes import Asked, Day, Line, StaffSaid, Text, Word

Code = Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=r"^[^\x00]*$")]
_KINDS: dict[str, BusinessType] = {
    "new": BusinessType.NEW,
    "recall": BusinessType.RECALL,
    "update": BusinessType.UPDATE,
    "replacement": BusinessType.REPLACEMENT,
}


def _listed(value: object) -> object:
    """One recipient may be written without its list."""
    return [value] if isinstance(value, str) else value


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
    to: Annotated[list[Code], BeforeValidator(_listed)] = Field(
        min_length=1, max_length=5000, description="Mã định danh các nơi nhận"
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
    sphere: Line = Field("", description="Lĩnh vực")
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


def business(said: Metadata, chosen_id: str) -> model.Business:
    """What the message does with the document."""
    return model.Business(
        document_id=chosen_id,
        type=_KINDS[said.kind],
        reason=said.reason,
        staff=staff(said.staff),
        replacements=tuple(model.Replacement(one.document_id, tuple(one.recipients)) for one in said.replaces),
    )


def header(hub: Hub, said: Metadata, chosen_id: str) -> model.MessageHeader:
    """The header these metadata mean; names of agencies come from the registry."""
    day = dates.parse_day(said.date) if said.date else None
    return model.MessageHeader(
        sender=_organization(hub, said.sender),
        recipients=tuple(_organization(hub, code) for code in said.to),
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
            priority=said.urgency, sphere=said.sphere, promulgation_amount=said.copies, page_amount=said.pages
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
