"""PageAmount of the metadata against the pages of the main PDF."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edxml.faults import Fault
from hub.flow import first_page
from hub.flow.checks.base import Action, Check, Finding, Outcome, outcomes

if TYPE_CHECKING:
    from hub.context import Hub
    from hub.flow.checks.base import Subject


async def find(hub: Hub, subject: Subject) -> list[Finding]:  # noqa: ARG001
    """A number of pages that is neither that of the main file nor that of all PDFs together.

    A sender who says nothing, or 0 as software does that leaves it open, is not asked.
    """
    said = subject.header.other.page_amount
    counts = [f.report.page.pages for f in subject.files if f.report is not None and f.report.page is not None]
    file = first_page.main_file(subject)
    if not said or file is None or not counts or None in counts:
        return []
    known = [count for count in counts if count is not None]
    if said in (known[0], sum(known)):
        return []  # law: R-118 NĐ30 PL VI
    return [
        Finding(
            Fault.PROFILE_INVALID,
            f"PageAmount is {said}, the file has {known[0]} pages",
            file.attachment.name,
            Action.WARN,
            detail_vi=f"khai {said} trang, tệp có {known[0]} trang",
        )
    ]


CHECK = Check(
    slug="page_amount",
    law="R-118",
    title_vi="Số trang khai khác với số trang của tệp",
    title_en="The number of pages differs from the file",
    find=find,
    outcomes=outcomes(api=Outcome.WARN, page=Outcome.WARN, vxp=Outcome.RECORD, axis=Outcome.RECORD),
)
