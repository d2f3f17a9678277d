"""A stamp of secrecy on page 1 of any PDF: the package is held for the sender's clerk, at every door.

Box 10a: MẬT, TỐI MẬT, TUYỆT MẬT in capitals, alone. Phrases such as "bảo mật" or "bí mật kinh doanh" are none, in
capitals or not. Honest limits: a scan has no text, and a stamp that is a picture is not seen (R-011 asks the clerk).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from edxml.faults import Fault
from edxml.verdict import SubIndication
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
        why = _why(file.report)
        if why is not None:
            english, vietnamese = why
            where = file.attachment.name
            found.append(Finding(Fault.SECRET, english, where, Action.HOLD, Hold.STAMP, detail_vi=vietnamese))
    return found


def _why(report: FileReport | None) -> tuple[str, str] | None:
    """Why a file is held, in English and Vietnamese; None when it is not."""
    if report is None:
        return None
    if report.page is None:
        unseen = report.sub_indication is SubIndication.TRY_LATER  # its verifier died or took too long
        return ("page 1 could not be read in time", "chưa kịp đọc trang 1") if unseen else None
    if first_page.stamps(report.page, GRADES, BEFORE):  # law: R-012 NĐ30 PL I.III.2a
        return "page 1 carries what looks like a stamp of secrecy", "trang 1 có chữ giống dấu độ mật"
    return None


CHECK = Check(
    slug="secret_stamp",
    law="R-012",
    title_vi="Trang 1 có dấu hiệu mật",
    title_en="Page 1 looks marked secret",
    find=find,
    outcomes=everywhere(Outcome.ENFORCE),
    fixed=True,  # law: R-010
)
