"""A signature of the main file that shows nothing on any page: lawful, but a reader of the page cannot see it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edxml.faults import Fault
from hub.flow import first_page
from hub.flow.checks.base import Action, Check, Finding, Outcome, outcomes

if TYPE_CHECKING:
    from hub.context import Hub
    from hub.flow.checks.base import Subject


async def find(hub: Hub, subject: Subject) -> list[Finding]:  # noqa: ARG001
    """How many signatures of the main file have no visible widget."""
    file = first_page.main_file(subject)
    if file is None or file.report is None:
        return []
    hidden = sum(not signature.visible for signature in file.report.signatures)
    if not hidden:
        return []  # law: R-049 NĐ30 PL I.II.7d
    return [
        Finding(
            Fault.FORMAT_NOT_ALLOWED,
            f"signatures that show nothing: {hidden} of {len(file.report.signatures)}",
            file.attachment.name,
            Action.WARN,
            detail_vi=f"{hidden}/{len(file.report.signatures)} chữ ký số không hiển thị trên văn bản",
        )
    ]


CHECK = Check(
    slug="invisible_signature",
    law="R-049",
    title_vi="Có chữ ký số không hiển thị trên văn bản",
    title_en="A signature is not visible on the document",
    find=find,
    outcomes=outcomes(api=Outcome.WARN, page=Outcome.WARN, vxp=Outcome.RECORD, axis=Outcome.RECORD),
)
