"""PDFs that do something by themselves: scripts, launch actions, embedded files. A plain link to a page is harmless."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from edxml.faults import Fault
from hub.flow.checks.base import Check, Finding

if TYPE_CHECKING:
    from hub.context import Hub
    from hub.flow.checks.base import Subject

HARMLESS: Final = frozenset({"uri"})


async def find(hub: Hub, subject: Subject) -> list[Finding]:  # noqa: ARG001
    """Every PDF with something active in it."""
    # law: R-019 CB Đ3.2
    found = []
    for file in subject.report.files if subject.report is not None else ():
        active = [one for one in file.active if one not in HARMLESS]
        if active:
            what = ", ".join(active)
            found.append(Finding(Fault.PDF_ACTIVE_CONTENT, what, file.name, detail_vi=what))
    return found


CHECK = Check(
    slug="active_content",
    law="R-019",
    title_vi="Tệp PDF chứa nội dung tự chạy",
    title_en="A PDF carries active content",
    find=find,
)
