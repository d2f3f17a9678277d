"""Files that run, or that a browser renders with scripts: no document is one, whatever the door."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edxml import kinds
from edxml.faults import Fault
from hub.flow.checks.base import Check, Finding, Outcome, outcomes

if TYPE_CHECKING:
    from hub.context import Hub
    from hub.flow.checks.base import Subject


async def find(hub: Hub, subject: Subject) -> list[Finding]:  # noqa: ARG001
    """Every file that is one by its name, by its bytes, or by what stands in it."""
    # law: R-044 HN Đ4.4
    found = []
    for file in subject.files:
        extension, kind = file.attachment.extension, file.kind
        if kind in kinds.ACTIVE:
            why = (f"its bytes are of the kind {kind}", f"nội dung là {kind}")
        elif extension in kinds.PROGRAMS:
            why = (f"its name ends in .{extension}", f"tên có đuôi .{extension}")
        elif file.inside is not None and "program" in file.inside.traits:
            why = ("it contains a program", "bên trong có tệp chương trình")
        else:
            continue
        found.append(Finding(Fault.FORMAT_NOT_ALLOWED, why[0], file.attachment.name, detail_vi=why[1]))
    return found


CHECK = Check(
    slug="program",
    law="R-044",
    title_vi="Tệp chương trình hoặc trang web",
    title_en="A program or a web page",
    find=find,
    outcomes=outcomes(vxp=Outcome.ENFORCE),
)
