"""A stamp of secrecy on page 1 of any PDF: the package is held for the sender's clerk, at every door.

Box 10a: MẬT, TỐI MẬT, TUYỆT MẬT in capitals, alone. Phrases such as "bảo mật" or "bí mật kinh doanh" are none, in
capitals or not. Honest limits: a scan has no text, and a stamp that is a picture is not seen (R-011 asks the clerk).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from edxml.faults import Fault
from edxml.pdf.signature import OUT_OF_TIME
from hub.flow import first_page
from hub.flow.checks.base import Action, Check, Finding, Outcome, everywhere
from hub.states import Hold

if TYPE_CHECKING:
    from edxml.verdict import FileReport
    from hub.context import Hub
    from hub.flow.checks.base import Subject

# in capitals without blanks; without marks for fonts that have none
GRADES = {
    "MẬT": "mật", "MAT": "mật", "ĐỘMẬT:MẬT": "mật", "ĐỘMẬT:TỐIMẬT": "tối mật", "ĐỘMẬT:TUYỆTMẬT": "tuyệt mật",
    "TỐIMẬT": "tối mật", "TOIMAT": "tối mật", "TUYỆTMẬT": "tuyệt mật", "TUYETMAT": "tuyệt mật",
}  # fmt: skip
# "… BẢO / MẬT …" broken over two lines of a heading
BEFORE = frozenset({"BẢO", "BÍ", "CƠ", "ẨN", "BAO", "BI", "CO"})


async def find(hub: Hub, subject: Subject) -> list[Finding]:  # noqa: ARG001
    """Every PDF whose first page carries a grade of secrecy as a stamp does, or that nobody had the time to look at."""
    found = []
    for file in subject.files:
        why = reason(file.report) if file.report is not None else None
        if why is not None:
            english, vietnamese = _WORDS[why]
            where = file.attachment.name
            found.append(Finding(Fault.SECRET, english, where, Action.HOLD, why, detail_vi=vietnamese))
    return found


def reason(report: FileReport) -> Hold | None:
    """Why a file is held: a stamp, or a page that could not be read because its verifier died or took too long."""
    if report.page is None:
        return Hold.UNREAD if report.note == OUT_OF_TIME else None
    return Hold.STAMP if first_page.stamps(report.page, GRADES, BEFORE) else None  # law: R-012 NĐ30 PL I.III.2a


_WORDS = {
    Hold.STAMP: ("page 1 carries what looks like a stamp of secrecy", "trang 1 có chữ giống dấu độ mật"),
    Hold.UNREAD: ("page 1 could not be read in time", "chưa kịp đọc trang 1"),
}


CHECK = Check(
    slug="secret_stamp",
    law="R-012",
    title_vi="Trang 1 có dấu hiệu mật",
    title_en="Page 1 looks marked secret",
    find=find,
    outcomes=everywhere(Outcome.ENFORCE),
    fixed=True,  # law: R-010
)
