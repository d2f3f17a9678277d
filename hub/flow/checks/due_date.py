"""A deadline before the day of issue: nobody can keep it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edxml import dates
from edxml.faults import Fault
from hub.flow.checks.base import Check, Finding, Outcome, Stage, everywhere

if TYPE_CHECKING:
    from hub.context import Hub
    from hub.flow.checks.base import Subject


async def find(hub: Hub, subject: Subject) -> list[Finding]:  # noqa: ARG001
    """A DueDate that cannot be kept."""
    # law: R-041 HN Đ10.2d
    header = subject.header
    due = dates.parse_day(header.due_date) if header.due_date else None
    issued = header.promulgation.on if header.promulgation is not None else None
    if due is None or issued is None or due >= issued:
        return []
    detail = f"{due.isoformat()} is before the day of issue, {issued.isoformat()}"
    vietnamese = f"{due:%d/%m/%Y} trước ngày ban hành {issued:%d/%m/%Y}"
    return [Finding(Fault.PROFILE_INVALID, detail, "DueDate", detail_vi=vietnamese)]


CHECK = Check(
    slug="due_date",
    law="R-041",
    title_vi="Hạn trả lời không hợp lý",
    title_en="The deadline cannot be kept",
    find=find,
    outcomes=everywhere(Outcome.WARN),
    stage=Stage.HEADER,
)
