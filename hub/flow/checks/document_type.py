"""A type of document that is on no list: it travels, and is filed under its own words."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Final

from edxml import codes
from edxml.faults import Fault
from hub.flow.checks.base import Check, Finding, Outcome, Stage, everywhere

if TYPE_CHECKING:
    from hub.context import Hub
    from hub.flow.checks.base import Subject

# law: R-036 NĐ30 Đ7, R-015 CB Đ8.1b
OTHERS: Final = (
    "Công văn", "Thư công", "Khác", "Văn bản khác", "Công điện khẩn", "Lịch công tác", "Dự thảo", "Tài liệu", "Đơn",
    "Hiến pháp", "Luật", "Bộ luật", "Pháp lệnh", "Lệnh", "Nghị định", "Thông tư", "Thông tư liên tịch",
    "Nghị quyết liên tịch", "Kết luận", "Phiếu trình", "Giấy chứng nhận", "Giấy phép", "Phụ lục", "Điều lệ",
)  # fmt: skip
_KNOWN: Final = frozenset(
    unicodedata.normalize("NFC", name).casefold()
    for name in (*codes.DOCUMENT_KINDS.values(), *codes.COPY_KINDS.values(), *OTHERS)
)


async def find(hub: Hub, subject: Subject) -> list[Finding]:  # noqa: ARG001
    """A missing type, or a name that does not begin with one of the list."""
    kind = subject.header.document_type
    name = " ".join(unicodedata.normalize("NFC", kind.name[:1000]).casefold().split()) if kind is not None else ""
    if name in _KNOWN or name.startswith(tuple(_KNOWN)):
        return []
    why = ("it is not on the list", "tên loại không có trong danh mục") if name else ("it is missing", "chưa ghi loại")
    return [Finding(Fault.PROFILE_INVALID, why[0], "DocumentType/TypeName", detail_vi=why[1])]


CHECK = Check(
    slug="document_type",
    law="R-036, R-015",
    title_vi="Loại văn bản không có trong danh mục",
    title_en="The type of document is not on the list",
    find=find,
    outcomes=everywhere(Outcome.WARN),
    stage=Stage.HEADER,
)
