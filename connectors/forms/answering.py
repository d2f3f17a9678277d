"""From a form to the status message it means: what an office says of a document it received, or wants back (13)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from connectors.forms.metadata import StaffSaid
from connectors.forms.sending import staff
from connectors.forms.words import Asked, Code, Day, Line, MomentSaid, Text
from connectors.forms.wrong import FormError, Wrong
from edxml import dates, model, status_words, writer
from edxml.codes import Refusal02, StatusCode

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime


class Form(Asked):
    """What an office says of one document. The document is named by `item_id` (as received) or by `document_id`."""

    sender: Code = Field(alias="from", description="Mã định danh cơ quan trả lời")
    code: Literal["01", "02", "03", "04", "05", "06", "13", "15", "16"] = Field(
        description="01 đã đến, 02 từ chối, 03 tiếp nhận, 04 phân công, 05 đang xử lý, 06 hoàn thành, 13 lấy lại, "
        "15 đồng ý, 16 từ chối lấy lại, thu hồi, cập nhật"
    )
    document_id: Line = Field("", description="Mã văn bản được trả lời")
    item_id: Line = Field("", description="Mã lượt nhận, ghi trong form.json của văn bản đến")
    to: Line = Field("", description="Mã định danh nơi được báo; bỏ trống là nơi đã gửi văn bản")
    reason_code: Refusal02 | Literal[""] = Field("", description="Mã lý do từ chối (02)")
    description: Text = Field("", description="Nội dung; với 02 và 13 là lý do, vài từ")
    arrival_number: Line | int = Field("", description="Số đến")
    arrival_date: Day = Field("", description="Ngày đến, yyyy-mm-dd")
    destroyed: bool = Field(False, description="Đi cùng 15: bản bị thu hồi đã được hủy")
    staff: StaffSaid | Line | None = Field(None, description="Người xử lý, hoặc chỉ tên người đó")
    at: MomentSaid | None = Field(None, description="Lúc thực hiện; bỏ trống là lúc ghi biểu mẫu")


@dataclass(frozen=True, slots=True)
class About:
    """The document an answer is about, as it was received (for 13: as it was sent).

    organ_id: the organisation that is told. code: `number/notation`; promulgated: the date as the package has it.
    """

    organ_id: str
    document_id: str
    code: str = ""
    promulgated: str = ""


def about(package: model.Package) -> About:
    """What an answer to this package is about."""
    header = package.header
    issue = header.promulgation if header is not None else None
    return About(
        package.sender_id,
        package.document_id,
        status_words.joined(package.number, package.notation, by="/"),
        issue.text if issue is not None else package.status.response_for.promulgated if package.status else "",
    )


def write(form: Form, answered: About | None, name_of: Callable[[str], str], at: datetime) -> bytes:
    """The status message a form means.

    answered: the document, as the connector remembers it; None when it knows none by that name: then `document_id`
    and `to` stand in the form. at: when the form was written, aware; the same each time it is read.
    Raises FormError.
    """
    wrong = _wrong(form, answered)
    if wrong:
        raise FormError(wrong)
    known = answered or About(form.to.strip(), form.document_id)
    told = model.ResponseFor(
        form.to.strip() or known.organ_id, known.code, known.document_id or form.document_id, known.promulgated
    )
    return writer.write_status(
        model.StatusMessage(
            sender=model.Organization(form.sender.strip(), name_of(form.sender.strip())),
            response_for=told,
            staff=_staff(form),
            code=form.code,
            description=_text(form),
            timestamp=dates.write_time(form.at or at),
        )
    )


def _wrong(form: Form, answered: About | None) -> list[Wrong]:
    found: list[Wrong] = []
    if not (form.item_id or form.document_id):
        found.append(
            Wrong(
                "document_id", "phải nêu văn bản: item_id hoặc document_id", "name the document: item_id or document_id"
            )
        )
    elif answered is None and not (form.document_id and form.to.strip()):
        found.append(
            Wrong(
                "document_id" if form.document_id else "item_id",
                "ở đây không có văn bản này; nếu chắc chắn thì ghi cả document_id và to (nơi được báo)",
                "no such document here; if you are sure, give both document_id and to (who is told)",
            )
        )
    found += _left_out(form, StatusCode(form.code))
    if form.arrival_date and dates.parse_day(form.arrival_date) is None:
        found.append(Wrong("arrival_date", "không có ngày này trong lịch", "no day of the calendar"))
    if form.destroyed and form.code != "15":
        found.append(Wrong("destroyed", "chỉ đi cùng mã 15", "goes with code 15"))
    return found


def _left_out(form: Form, code: StatusCode) -> list[Wrong]:
    """What this code must say and the form does not."""
    found: list[Wrong] = []
    if code.needs_reason and not status_words.few_words(form.description):  # law: R-127 HN Đ6.4
        found.append(Wrong("description", "phải nêu lý do, vài từ", "a reason is needed, in a few words"))
    if code is StatusCode.REFUSED and not (_staff(form) or model.Staff()).name.strip():  # law: R-127 HN Đ6.4
        found.append(Wrong("staff", "phải ghi tên người từ chối", "who refuses must be named"))
    if code is StatusCode.ACCEPTED:  # law: R-125 HN Đ9.1a
        entry = {"arrival_number": str(form.arrival_number), "arrival_date": form.arrival_date}
        found += [
            Wrong(place, "tiếp nhận phải ghi số đến và ngày đến", "acceptance gives arrival number and date")
            for place, value in entry.items()
            if not value.strip()
        ]
    return found


def _text(form: Form) -> str:
    """The Description: its words, the reason code of 02, the arrival entry of 03."""
    if form.code == "02":
        return status_words.refused(form.reason_code, form.description)  # law: R-128 HN Đ6.4
    if form.destroyed:
        return status_words.joined(status_words.DESTROYED, form.description)  # law: R-146 HN Đ9.2
    entry = status_words.Entry(str(form.arrival_number), form.arrival_date)  # law: R-033 NĐ30 Đ22.2
    return status_words.joined(form.description, status_words.entered(entry))


def _staff(form: Form) -> model.Staff | None:
    return staff(StaffSaid(name=form.staff) if isinstance(form.staff, str) else form.staff)
