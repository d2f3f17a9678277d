"""State secrets never travel on the hub: markers in the header are refused before anything is stored.

edXML has no secrecy field, so the gate looks at the places where senders write one: an element of their own, the
sphere of circulation, and a stamp in capitals at the edge of the subject. It does not match phrases such as
"bảo mật" or "bí mật kinh doanh". There is no setting that lets secrets pass (R-010).
"""

from __future__ import annotations

import re
import unicodedata
from functools import partial
from typing import TYPE_CHECKING, Final

from edxml.faults import Fault
from hub.flow.checks.base import Check, Finding, Outcome, Stage, everywhere

if TYPE_CHECKING:
    from hub.context import Hub
    from hub.flow.checks.base import Subject

LONG: Final = 65_536
"""Characters of unknown elements above which they are searched beside the event loop."""
EDGE: Final = 2000

_LEVELS = r"(?:TUYỆT MẬT|TỐI MẬT|TOI MAT|TUYET MAT|MẬT)"
_STAMP = re.compile(rf"^\W*{_LEVELS}\W*$|^\s*[\[(]?\s*{_LEVELS}\s*[\])\-:.]|[\[(]\s*{_LEVELS}\s*[\])]\s*$")
_FIELD = re.compile(
    r"^\W*(?:độ\s+)?(?:tuyệt mật|tối mật|mật|tuyet mat|toi mat|top secret|secret|confidential)\W*$", re.IGNORECASE
)
_ELEMENT = re.compile(
    r"<(?:[\w.-]+:)?(?:Secrecy|SecrecyLevel|SecurityLevel|SecretLevel|Secret|Confidential|Confidentiality|DoMat|MucDoMat)"
    r"(?:\s[^>]*)?>\s*([^<]*?)\s*<",
    re.IGNORECASE,
)
_NONE_WORDS = frozenset(
    {"", "0", "00", "false", "none", "no", "thường", "thuong", "không", "khong", "không mật", "khong mat"}
)


async def find(hub: Hub, subject: Subject) -> list[Finding]:
    """The first place of the header that says the document is a state secret."""
    header = subject.header
    extras = (*header.extra, *header.other.extra, *subject.package.extra)
    long = sum(map(len, extras)) > LONG
    if await hub.in_thread(partial(_has_marker, extras)) if long else _has_marker(extras):
        return [_finding("the header carries a secrecy marker", "phần đầu gói tin ghi độ mật")]
    if _FIELD.match(_fold(header.other.sphere)) or _FIELD.match(_fold(header.other.typer_notation)):
        return [_finding("the sphere of circulation is a secrecy level", "phạm vi lưu hành ghi độ mật")]
    if _STAMP.search(_fold(header.subject)):
        return [_finding("the subject carries a secrecy stamp", "trích yếu mang dấu độ mật")]
    return []


def _has_marker(extras: tuple[str, ...]) -> bool:
    found = (match for extra in extras for match in _ELEMENT.finditer(extra))
    return any(_fold(one.group(1)).lower() not in _NONE_WORDS for one in found)


def _finding(english: str, vietnamese: str) -> Finding:
    return Finding(Fault.SECRET, english, detail_vi=vietnamese)


def _fold(text: str) -> str:
    """The text with its white space made even; of an endless one its edges, where a stamp stands."""
    if len(text) > 2 * EDGE:
        text = f"{text[:EDGE]} … {text[-EDGE:]}"
    return " ".join(unicodedata.normalize("NFC", text).split())


CHECK = Check(
    slug="secrecy",
    law="R-009",
    title_vi="Văn bản có dấu hiệu mật",
    title_en="The document is marked secret",
    find=find,
    outcomes=everywhere(Outcome.ENFORCE),  # law: R-009 HN Đ1.2
    stage=Stage.HEADER,
    fixed=True,  # law: R-010
)
