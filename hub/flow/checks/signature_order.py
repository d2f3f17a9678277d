"""First the authorised person signs, then the organisation; the file's revisions tell the order, never the clocks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edxml.faults import Fault
from edxml.verdict import Role
from hub.flow.checks.base import Check, Finding, Outcome, everywhere

if TYPE_CHECKING:
    from hub.context import Hub
    from hub.flow.checks.base import Subject


async def find(hub: Hub, subject: Subject) -> list[Finding]:  # noqa: ARG001
    """Every file in which an organisation signed before the first person did."""
    # law: R-075 TT Đ6.5
    found = []
    for file in subject.report.files if subject.report is not None else ():
        roles = [one.role for one in sorted(file.signatures, key=lambda one: one.covers)]
        if Role.PERSON in roles and Role.ORGANISATION in roles[: roles.index(Role.PERSON)]:
            detail, vietnamese = "the organisation signed first", "cơ quan ký trước người có thẩm quyền"
            found.append(Finding(Fault.SIG_COVERAGE, detail, file.name, detail_vi=vietnamese))
    return found


CHECK = Check(
    slug="signature_order",
    law="R-075",
    title_vi="Thứ tự ký không đúng",
    title_en="The order of signatures is not the usual one",
    find=find,
    outcomes=everywhere(Outcome.WARN),
)
