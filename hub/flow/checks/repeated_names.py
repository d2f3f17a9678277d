"""Two files of one package with the same name: both are delivered in their order, and told apart by their place."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

from edxml.faults import Fault
from hub.flow.checks.base import Check, Finding, Outcome, Stage, everywhere

if TYPE_CHECKING:
    from hub.context import Hub
    from hub.flow.checks.base import Subject


async def find(hub: Hub, subject: Subject) -> list[Finding]:  # noqa: ARG001
    """Every file whose name an earlier one has, in another Unicode form or case too."""
    seen: set[str] = set()
    found = []
    for attachment in subject.package.attachments:
        key = unicodedata.normalize("NFC", attachment.name).casefold()
        if key in seen:
            detail = "an earlier file has this name"
            found.append(
                Finding(Fault.ATTACHMENT_MISMATCH, detail, attachment.name, detail_vi="đã có tệp trước cùng tên")
            )
        seen.add(key)
    return found


CHECK = Check(
    slug="repeated_file_name",
    law="R-042",
    title_vi="Hai tệp trùng tên",
    title_en="Two files have the same name",
    find=find,
    outcomes=everywhere(Outcome.WARN),
    stage=Stage.HEADER,
)
