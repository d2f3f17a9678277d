"""Office files that carry macros or controls: they run at the recipient's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edxml.faults import Fault
from hub.flow.checks.base import Check, Finding

if TYPE_CHECKING:
    from hub.context import Hub
    from hub.flow.checks.base import Subject


async def find(hub: Hub, subject: Subject) -> list[Finding]:  # noqa: ARG001
    """Every such file."""
    # law: R-044 HN Đ4.4
    return [
        Finding(Fault.FORMAT_NOT_ALLOWED, "it carries macros", file.attachment.name, detail_vi="tệp chứa macro")
        for file in subject.files
        if file.inside is not None and "macros" in file.inside.traits
    ]


CHECK = Check(
    slug="macros",
    law="R-044",
    title_vi="Tệp văn phòng chứa macro",
    title_en="An office file carries macros",
    find=find,
)
