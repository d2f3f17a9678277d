"""Scanned documents as the decree wants them: PDF 1.4 or later, in colour, at least 200 dpi."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edxml.faults import Fault
from edxml.page.facts import Colour
from hub.flow.checks.base import Action, Check, Finding, Outcome, outcomes

if TYPE_CHECKING:
    from edxml.page.facts import PageFacts
    from hub.context import Hub
    from hub.flow.checks.base import Subject

OLDEST = (1, 4)
DPI = 200
TOLERANCE = 4  # a scanner's page is some points longer or shorter than its paper


async def find(hub: Hub, subject: Subject) -> list[Finding]:  # noqa: ARG001
    """Every PDF that is older, coarser or without colour."""
    found = []
    for file in subject.files:
        page = file.report.page if file.report is not None else None
        for english, vietnamese in _faults(page) if page is not None else ():
            found.append(
                Finding(Fault.FORMAT_NOT_ALLOWED, english, file.attachment.name, Action.WARN, detail_vi=vietnamese)
            )
    return found


def _faults(page: PageFacts) -> list[tuple[str, str]]:
    """law: R-055 HN Đ9.3b, NĐ30 PL I"""
    found = []
    if page.version < OLDEST:
        number = ".".join(map(str, page.version))
        found.append((f"PDF version {number} is older than 1.4", f"phiên bản PDF {number} thấp hơn 1.4"))
    if not page.is_scan or page.scan is None:
        return found
    if page.scan.dpi < DPI - TOLERANCE:
        found.append(
            (f"page 1 is a scan of {page.scan.dpi} dpi", f"trang 1 là ảnh quét {page.scan.dpi} dpi, cần từ 200")
        )
    if page.scan.colour in (Colour.GREY, Colour.BLACK_WHITE):
        found.append(("page 1 is a scan without colour", "trang 1 là ảnh quét không có màu"))
    return found


CHECK = Check(
    slug="scan",
    law="R-055",
    title_vi="Bản quét chưa đúng quy cách",
    title_en="The scan is not as prescribed",
    find=find,
    outcomes=outcomes(api=Outcome.WARN, page=Outcome.WARN, vxp=Outcome.RECORD, axis=Outcome.RECORD),
)
