"""File names that other software may take for a path, a device, an option or another file.

The hub keeps a file under an id of its own and a name only as data; the recipient's software may be less careful.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from edxml.faults import Fault
from hub.flow.checks.base import Check, Finding, Outcome, Stage, everywhere

if TYPE_CHECKING:
    from hub.context import Hub
    from hub.flow.checks.base import Subject

LONGEST_BYTES: Final = 255
"""What the common file systems keep of a name."""

_DEVICES: Final = frozenset(
    {"con", "prn", "aux", "nul", *(f"{one}{n}" for one in ("com", "lpt") for n in range(1, 10))}
)
_PATH: Final = re.compile(r"[/\\:\x00]|%2e%2e|%2f|%5c", re.IGNORECASE)
_SIGNS: Final = re.compile(r'["<>|*?;\t\r\n\x1b]')


async def find(hub: Hub, subject: Subject) -> list[Finding]:  # noqa: ARG001
    """One finding for each such name."""
    found = []
    for attachment in subject.package.attachments:
        if (why := trouble(attachment.name)) is not None:
            english, vietnamese = why
            found.append(Finding(Fault.ATTACHMENT_MISMATCH, english, attachment.name, detail_vi=vietnamese))
    return found


def trouble(name: str) -> tuple[str, str] | None:
    """What is wrong with a file name, in English and Vietnamese; None for a plain one."""
    stem = name.partition(".")[0].strip().lower()
    if _PATH.search(name) or name.startswith("~") or name.strip(". ") == "":
        return "it looks like a path", "tên giống đường dẫn"
    if stem in _DEVICES:
        return "it is the name of a device", "tên trùng tên thiết bị của hệ điều hành"
    if name.startswith("-"):
        return "it looks like an option of a command", "tên giống tham số dòng lệnh"
    if _SIGNS.search(name) or name != name.strip() or name.endswith("."):
        return "it holds signs that file systems do not keep", "tên có ký tự mà máy nơi nhận có thể không lưu được"
    if len(name.encode("utf-8", "replace")) > LONGEST_BYTES:
        return f"it is longer than {LONGEST_BYTES} bytes", f"tên dài quá {LONGEST_BYTES} byte"
    return None


CHECK = Check(
    slug="file_name",
    law="R-042",
    title_vi="Tên tệp có thể gây hiểu nhầm ở phần mềm nơi nhận",
    title_en="The recipient's software may misread a file name",
    find=find,
    outcomes=everywhere(Outcome.WARN),
    stage=Stage.HEADER,
)
