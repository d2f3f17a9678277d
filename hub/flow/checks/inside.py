"""A document whose sender and recipient are behind one system: it need not have left that system."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edxml.faults import Fault
from hub.flow.checks.base import Check, Finding, Outcome, Stage, everywhere
from hub.states import BESIDE

if TYPE_CHECKING:
    from hub.context import Hub
    from hub.flow.checks.base import Subject


async def find(hub: Hub, subject: Subject) -> list[Finding]:  # noqa: ARG001
    """Recipients that are reached through the sending system itself."""
    own = [one.recipient for one in subject.routes if one.system_id == subject.system.id and one.copy not in BESIDE]
    if not own or subject.door == "axis":  # law: R-235
        return []
    named = ", ".join(own[:5]) + (f" +{len(own) - 5}" if len(own) > 5 else "")
    return [
        Finding(
            Fault.PROFILE_INVALID,
            f"{named} is behind the sending system itself",
            "To",
            detail_vi=f"{named} dùng chung hệ thống với nơi gửi",
        )
    ]


CHECK = Check(
    slug="inside",
    law="R-235",
    title_vi="Văn bản đi trong cùng một hệ thống",
    title_en="Sender and recipient are behind the same system",
    find=find,
    outcomes=everywhere(Outcome.RECORD),
    stage=Stage.HEADER,
)
"""Recorded; a province that wants such documents kept inside enforces it in its profile."""
