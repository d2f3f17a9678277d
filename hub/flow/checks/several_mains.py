"""Two PDFs signed by persons in one package: two documents, while a package is one document with its annexes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edxml.faults import Fault
from edxml.verdict import Role
from hub.flow.checks.base import Check, Finding, Outcome, everywhere

if TYPE_CHECKING:
    from hub.context import Hub
    from hub.flow.checks.base import Subject


async def find(hub: Hub, subject: Subject) -> list[Finding]:  # noqa: ARG001
    """The second and later PDFs that a person signed; annexes are signed by the organisation alone (R-052)."""
    # law: R-045 HN Đ4.4a
    files = subject.report.files if subject.report is not None else ()
    signed = [file for file in files if any(one.role is Role.PERSON for one in file.signatures)]
    detail = "a person signed this file too"
    vietnamese = "tệp này cũng có chữ ký số của cá nhân"
    return [Finding(Fault.PROFILE_INVALID, detail, file.name, detail_vi=vietnamese) for file in signed[1:]]


CHECK = Check(
    slug="several_mains",
    law="R-045",
    title_vi="Có vẻ gồm nhiều văn bản chính",
    title_en="The package seems to hold several documents",
    find=find,
    outcomes=everywhere(Outcome.WARN),
)
