"""The urgency stamped on page 1 against the Priority field: told when they disagree.

The field rules the queue; the higher of the two rules what is displayed. A field without a stamp is no disagreement:
the stamp is often a picture.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from edxml.codes import Priority, known_priority
from edxml.faults import Fault
from hub.flow import first_page
from hub.flow.checks.base import Action, Check, Finding, Outcome, everywhere

if TYPE_CHECKING:
    from hub.context import Hub
    from hub.flow.checks.base import Subject

# box 10b, in capitals without blanks
WORDS = {
    "KHẨN": "KHẨN", "KHAN": "KHẨN", "THƯỢNGKHẨN": "THƯỢNG KHẨN", "THUONGKHAN": "THƯỢNG KHẨN",
    "HỎATỐC": "HỎA TỐC", "HOẢTỐC": "HỎA TỐC", "HOATOC": "HỎA TỐC",
    "HỎATỐCHẸNGIỜ": "HỎA TỐC HẸN GIỜ", "HOẢTỐCHẸNGIỜ": "HỎA TỐC HẸN GIỜ", "HOATOCHENGIO": "HỎA TỐC HẸN GIỜ",
}  # fmt: skip
LEVELS = {
    "KHẨN": Priority.URGENT,
    "THƯỢNG KHẨN": Priority.VERY_URGENT,
    "HỎA TỐC": Priority.EXPRESS,
    "HỎA TỐC HẸN GIỜ": Priority.EXPRESS_AT_HOUR,
}


async def find(hub: Hub, subject: Subject) -> list[Finding]:  # noqa: ARG001
    """A stamp on the main file that says another urgency than the field."""
    file = first_page.main_file(subject)
    page = file.report.page if file is not None and file.report is not None else None
    if file is None or page is None:
        return []
    stamped = max((LEVELS[word] for word in first_page.stamps(page, WORDS)), default=None)
    field = known_priority(subject.package.priority)
    if stamped is None or stamped == field or {stamped, field} == {Priority.EXPRESS, Priority.EXPRESS_AT_HOUR}:
        return []
    shown = max(stamped, field)  # law: R-057 NĐ30 PL I.III.2b
    return [
        Finding(
            Fault.PROFILE_INVALID,
            f"page 1 is stamped {int(stamped)}, Priority says {int(field)}; shown as {int(shown)}",
            where=file.attachment.name,
            action=Action.WARN,
            detail_vi=f"dấu: {stamped.label_vi}; khai: {field.label_vi}; hiển thị theo mức cao hơn: {shown.label_vi}",
        )
    ]


CHECK = Check(
    slug="urgency_stamp",
    law="R-057",
    title_vi="Dấu độ khẩn khác với độ khẩn khai trong gói tin",
    title_en="The stamped urgency differs from the declared one",
    find=find,
    outcomes=everywhere(Outcome.WARN),
)
