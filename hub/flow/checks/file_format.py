"""Formats a document may carry: by the file's name and by its bytes. The label (ContentType) proves nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edxml import kinds
from edxml.faults import Fault
from hub.flow.checks.base import Check, Finding

if TYPE_CHECKING:
    from hub.context import Hub
    from hub.flow.checks.base import CheckedFile, Subject

ODD = {
    "damaged": ("it is a damaged container", "tệp nén bị hỏng"),
    "too_many_entries": ("it holds too many entries", "bên trong có quá nhiều tệp"),
    "too_large": ("it unfolds to too much", "giải nén ra quá lớn"),
    "overlapping": ("its entries overlap", "các tệp bên trong chồng lên nhau"),
    "repeated_entry": ("an entry stands in it twice", "bên trong có tệp lặp tên"),
    "odd_path": ("an entry leads out of its folder", "bên trong có đường dẫn thoát khỏi thư mục"),
    "link": ("it holds a link", "bên trong có liên kết tượng trưng"),
    "encrypted": ("it is encrypted", "tệp bị mã hóa"),
}
"""Traits of a container (`edxml.inside`) that no honest office file has."""


async def find(hub: Hub, subject: Subject) -> list[Finding]:
    """Every file whose format is not on the profile's list, that is an archive, or two formats at once."""
    # law: R-044 HN Đ4.4
    found = []
    for file in subject.files:
        why = _why(file, hub.profile.formats)
        if why is not None:
            found.append(Finding(Fault.FORMAT_NOT_ALLOWED, why[0], file.attachment.name, detail_vi=why[1]))
    return found


def _why(file: CheckedFile, formats: tuple[str, ...]) -> tuple[str, str] | None:
    attachment, kind = file.attachment, file.kind
    extension = attachment.extension
    if extension in kinds.PROGRAMS or kind in kinds.ACTIVE:
        return None  # the check `program` says so
    if extension not in formats:
        return f"its extension {extension[:20]!r} is not on the list", f"đuôi tệp “{extension[:20]}” không được phép"
    if kind in kinds.ARCHIVES and kind not in formats:
        return f"it is an archive ({kind})", f"tệp nén ({kind})"
    traits = file.inside.traits if file.inside is not None else ()
    other = attachment.also if not attachment.zipped else "another format" if "two_formats" in traits else ""
    if other:
        return f"it is {kind} and {other} at the same time", f"tệp vừa là {kind} vừa là định dạng khác"
    return next((ODD[trait] for trait in traits if trait in ODD), None)


CHECK = Check(
    slug="file_format",
    law="R-044",
    title_vi="Định dạng tệp không được phép",
    title_en="The format of a file is not allowed",
    find=find,
)
