"""Page 1 of the main file is A4, upright or lying; anything else stands in the books."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edxml.faults import Fault
from hub.flow import first_page
from hub.flow.checks.base import Action, Check, Finding, Outcome, everywhere

if TYPE_CHECKING:
    from hub.context import Hub
    from hub.flow.checks.base import Subject

A4_MM = (210.0, 297.0)
TOLERANCE_MM = 5.0


async def find(hub: Hub, subject: Subject) -> list[Finding]:  # noqa: ARG001
    """A main file of another size."""
    file = first_page.main_file(subject)
    page = file.report.page if file is not None and file.report is not None else None
    if file is None or page is None:
        return []
    sides = sorted((page.width_mm, page.height_mm))
    if all(abs(side - wanted) <= TOLERANCE_MM for side, wanted in zip(sides, A4_MM, strict=True)):
        return []  # law: R-048 NĐ30 PL I.I
    size = f"{page.width_mm:.0f} x {page.height_mm:.0f} mm"
    return [
        Finding(
            Fault.FORMAT_NOT_ALLOWED,
            f"page 1 measures {size}",
            file.attachment.name,
            Action.WARN,
            detail_vi=f"trang 1 có khổ {size}",
        )
    ]


CHECK = Check(
    slug="page_size",
    law="R-048",
    title_vi="Khổ giấy không phải A4",
    title_en="The page is not A4",
    find=find,
    outcomes=everywhere(Outcome.RECORD),
)
