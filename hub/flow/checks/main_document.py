"""The document that has legal value is a PDF; other formats are annexes or working files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edxml.codes import BusinessType
from edxml.faults import Fault
from hub.flow.checks.base import Check, Finding

if TYPE_CHECKING:
    from hub.context import Hub
    from hub.flow.checks.base import Subject


async def find(hub: Hub, subject: Subject) -> list[Finding]:  # noqa: ARG001
    """A new document or a replacement without any PDF; recalls and updates need not carry one."""
    # law: R-045 HN Đ4.4a
    if subject.package.business.type not in (BusinessType.NEW, BusinessType.REPLACEMENT):
        return []
    if subject.report is not None or any(file.kind == "pdf" for file in subject.files):
        return []
    detail = "none of its files is a PDF" if subject.files else "it carries no file"
    vietnamese = "không có tệp PDF nào" if subject.files else "không có tệp nào"
    return [Finding(Fault.FORMAT_NOT_ALLOWED, detail, "AttachmentEncoded", detail_vi=vietnamese)]


CHECK = Check(
    slug="main_document",
    law="R-045",
    title_vi="Văn bản không có tệp chính dạng PDF",
    title_en="The document has no main file in PDF",
    find=find,
)
