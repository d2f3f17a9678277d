"""Whether somebody answers for "no state secret": the sender for this document, or its system's owner for all of them.

edXML has no field for it, so a package as such declares nothing; the undertaking stands in the registry.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from edxml.faults import Fault
from hub.flow.checks.base import Check, Finding, Outcome, Stage, outcomes

if TYPE_CHECKING:
    from hub.context import Hub
    from hub.flow.checks.base import Subject


async def find(hub: Hub, subject: Subject) -> list[Finding]:  # noqa: ARG001
    """A document nobody answers for."""
    # law: R-011 HN Đ1.2
    if subject.declared or subject.system.undertaking:
        return []
    detail = "neither the document nor the system's registration says so"
    vietnamese = "văn bản không khai và hệ thống gửi chưa có cam kết"
    return [Finding(Fault.PROFILE_INVALID, detail, "secrecy", detail_vi=vietnamese)]


CHECK = Check(
    slug="declaration",
    law="R-011",
    title_vi="Chưa khai văn bản không có bí mật nhà nước",
    title_en="Nobody declared that the document holds no state secret",
    find=find,
    outcomes=outcomes(api=Outcome.RECORD, page=Outcome.RECORD, vxp=Outcome.RECORD, axis=Outcome.OFF),
    stage=Stage.HEADER,
)
