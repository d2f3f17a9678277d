"""From a form and its files to the package they mean; the same form and files always give the same bytes.

The native API writes its multipart sendings with the same functions, so a document handed in as form and files means
the same package at every door, and a repeat is known as one wherever it comes in.
"""

from __future__ import annotations

import hashlib
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from pydantic import Field

from connectors.forms.metadata import Beside, GroupSaid, Metadata, RecipientSaid
from connectors.forms.words import Line
from connectors.forms.wrong import FormError, Wrong
from edxml import codes, dates, document_id, model, organ, reader, rules, writer
from edxml.codes import BusinessType
from edxml.faults import Fault, Refusal

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from connectors.forms.metadata import StaffSaid

KINDS: Final = {
    "new": BusinessType.NEW,
    "recall": BusinessType.RECALL,
    "update": BusinessType.UPDATE,
    "replacement": BusinessType.REPLACEMENT,
}
_FILES: Final = uuid.UUID("5f5bd1f6-5d0f-4c80-9b4f-3f8a8e8d1a10")
"""Name space of the content ids that files get."""
_BESIDE: Final = set(Beside.model_fields) - {"to"}
_DOCUMENTS: Final = frozenset({"new", "replacement"})


class Form(Metadata):
    """What an office system writes beside the files of a document that is to be sent."""

    files: list[Line] = Field(
        default_factory=list,
        max_length=1000,
        description="Tên các tệp, văn bản chính trước; bỏ trống là mọi tệp đi cùng, theo tên",
    )


@dataclass(frozen=True, slots=True)
class File:
    """One file of a document. name: as it will stand in the package; path: where its bytes are."""

    name: str
    path: Path


def write(form: Form, files: Sequence[File], name_of: Callable[[str], str], target: Path) -> model.Package:
    """Write the package that a form means to `target`, a new file; gives what is in it.

    files: in the order of the package. name_of: the official name of an organisation code.
    Raises FormError, Refusal (a rule of edXML), OSError.
    """
    wrong = _wrong(form, files)
    if wrong:
        raise FormError(wrong)
    digests = [_digest(one.path) for one in files]
    wanted = recipients(form)
    paper = all(one.mode != "electronic" for one in wanted)
    said = form.model_copy(update={"files": []})
    pieces = writer.write_edoc_stream(
        header(said, document_id_of(said, digests), [one.code for one in wanted], name_of),
        business(said, document_id_of(said, digests), paper=1 if paper else None),
        (),
        [
            writer.OutgoingAttachment(one.name, one.path, content_id=content_id(number, digest, one.name))
            for number, (one, digest) in enumerate(zip(files, digests, strict=True))
        ],
    )
    whole = reader.Reader()
    with target.open("xb") as written:
        for piece in pieces:
            whole.feed(piece)
            written.write(piece)
    package = whole.close()
    rules.check(package)
    return package


def recipients(said: Metadata) -> tuple[RecipientSaid, ...]:
    """Every recipient that is named by its code, each once, in order."""
    found: dict[str, RecipientSaid] = {}
    for one in said.to:
        if isinstance(one, str):
            found.setdefault(organ.normalise(one), RecipientSaid(code=one.strip()))
        elif isinstance(one, RecipientSaid):
            found.setdefault(organ.normalise(one.code), one.model_copy(update={"code": one.code.strip()}))
    return tuple(found.values())


def beside(form: Form) -> dict[str, Any]:
    """What the form says that its package cannot: JSON of `Beside`, empty when it says nothing of the kind."""
    said = form.model_dump(mode="json", include=_BESIDE, exclude_defaults=True)
    wanted = recipients(form)
    if said or any(one != RecipientSaid(code=one.code) for one in wanted):
        said["to"] = [one.model_dump(mode="json") for one in wanted]
    return said


def header(said: Metadata, chosen_id: str, to: Sequence[str], name_of: Callable[[str], str]) -> model.MessageHeader:
    """The header these metadata mean. to: the codes of the recipients; name_of: the name of a code."""
    day = dates.parse_day(said.date) if said.date else None
    sphere = said.sphere or (codes.CIRCULATION_MARKS[said.circulation] if said.circulation else "")
    return model.MessageHeader(
        sender=_organization(said.sender, name_of),
        recipients=tuple(_organization(code, name_of) for code in to),
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
            sphere=sphere,
            promulgation_amount=said.copies,
            page_amount=said.pages,
            reference_codes=said.dossier,
        ),
        responses=tuple(model.ResponseFor(one.organ_id, one.code, one.document_id, one.date) for one in said.answers),
        application_type=codes.ONE_STOP if said.dossier else "",
        to_places=tuple(said.to_places),
    )


def business(said: Metadata, chosen_id: str, *, paper: int | None) -> model.Business:
    """What the message does with the document. paper: 1 when every recipient gets paper too.

    Raises Refusal(REASON_REQUIRED) for one that changes it silently.
    """
    if said.kind != "new" and not said.reason.strip():
        raise Refusal(Fault.REASON_REQUIRED, where="reason")  # law: R-160
    return model.Business(
        paper=paper,
        document_id=chosen_id,
        type=KINDS[said.kind],
        reason=said.reason,
        staff=staff(said.staff),
        replacements=tuple(model.Replacement(one.document_id, tuple(one.recipients)) for one in said.replaces),
    )


def document_id_of(said: Metadata, digests: Sequence[str]) -> str:
    """The DocumentId: the one given, else one that the same metadata and files always get."""
    if said.document_id:
        return said.document_id
    day = dates.parse_day(said.date) if said.date else None
    if day is not None and said.number and said.notation:
        return document_id.build(said.sender.strip().upper(), day, said.number, said.notation)  # law: R-028 HN Đ8.3
    text = said.model_dump_json(exclude={"declaration", "files"}) + "".join(digests)
    return str(uuid.UUID(bytes=hashlib.sha256(text.encode()).digest()[:16], version=4))


def content_id(number: int, sha256: str, name: str) -> str:
    """The content id of the file in that place: the same for the same file."""
    return str(uuid.uuid5(_FILES, f"{number} {sha256} {name}"))


def staff(said: StaffSaid | None) -> model.Staff | None:
    """The clerk, as edXML has it."""
    if said is None:
        return None
    return model.Staff(said.department, said.department_id, said.name, said.id, said.email, said.mobile)


def _wrong(form: Form, files: Sequence[File]) -> list[Wrong]:
    """What the fields say by themselves and is still no document that may go out."""
    found = [
        Wrong(
            f"to[{place}]",
            "danh sách đã lưu chỉ có trên trục; hãy ghi từng mã định danh",
            "saved lists are known to the hub alone; name each organisation by its code",
        )
        for place, one in enumerate(form.to)
        if isinstance(one, GroupSaid)
    ]
    if form.kind in _DOCUMENTS:
        for place, vi, en in (
            ("number", "thiếu số: chỉ gửi văn bản đã ban hành", "no number: only an issued document is sent"),
            ("notation", "thiếu ký hiệu: chỉ gửi văn bản đã ban hành", "no notation: only an issued document is sent"),
            ("date", "thiếu ngày ban hành: chỉ gửi văn bản đã ban hành", "no date: only an issued document is sent"),
        ):
            if not getattr(form, place).strip():  # law: R-103 HN Đ10.2b
                found.append(Wrong(place, vi, en))
        if not files:
            found.append(Wrong("files", "không có tệp nào đi cùng", "no file goes with it"))
    if form.date and dates.parse_day(form.date) is None:
        found.append(Wrong("date", "không có ngày này trong lịch", "no day of the calendar"))
    due = dates.parse_day(form.due_date) if form.due_date else None
    if form.due_date and due is None:
        found.append(Wrong("due_date", "không có ngày này trong lịch", "no day of the calendar"))
    if form.reply_requested and not form.due_date:  # law: R-041 HN Đ10.2d
        found.append(
            Wrong("due_date", "yêu cầu trả lời thì phải ghi hạn trả lời", "an answer is asked for, but not by when")
        )
    if form.kind != "new" and not form.reason.strip():  # law: R-160
        found.append(Wrong("reason", "phải nêu lý do", "a reason is needed"))
    return found


def _organization(code: str, name_of: Callable[[str], str]) -> model.Organization:
    return model.Organization(code.strip(), name_of(code.strip()))


def _type_name(notation: str) -> str:
    """The kind of document its notation begins with (`QĐ-UBND`), else a plain letter."""
    first = notation.replace("/", "-").split("-")[0].strip()
    return codes.DOCUMENT_KINDS.get(first, "Công văn")


def _digest(path: Path) -> str:
    with path.open("rb") as source:
        return hashlib.file_digest(source, "sha256").hexdigest()
