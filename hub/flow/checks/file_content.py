"""Files that are not what their name says: a sheet called .pdf, a PDF called .doc."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from edxml import kinds
from edxml.faults import Fault
from hub.flow.checks.base import Check, Finding

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hub.context import Hub
    from hub.flow.checks.base import Subject

KINDS: Final[Mapping[str, str]] = {
    **{one: one for one in ("pdf", "rtf", "doc", "docx", "odt", "xls", "xlsx", "ods", "ppt", "pptx", "odp")},
    **{one: one for one in ("jpg", "png", "gif", "tif", "bmp", "txt", "xml", *kinds.ARCHIVES)},
    "csv": "txt",
    "jpeg": "jpg",
    "tiff": "tif",
}
"""What the bytes of a file with that extension are."""


async def find(hub: Hub, subject: Subject) -> list[Finding]:  # noqa: ARG001
    """Every file whose bytes are of another kind than its extension promises; an empty one is warned of elsewhere."""
    # law: R-044 HN Đ4.4
    found = []
    for file in subject.files:
        attachment, kind = file.attachment, file.kind
        promised = KINDS.get(attachment.extension)
        if promised is None or kind in (promised, "empty") or kind in kinds.ACTIVE or attachment.ruined:
            continue
        detail = f"the name says {attachment.extension}, the bytes are {kind}"
        vietnamese = f"tên là .{attachment.extension}, nội dung là {kind}"
        found.append(Finding(Fault.ATTACHMENT_MISMATCH, detail, attachment.name, detail_vi=vietnamese))
    return found


CHECK = Check(
    slug="file_content",
    law="R-044",
    title_vi="Nội dung tệp không đúng với tên",
    title_en="A file is not what its name says",
    find=find,
)
