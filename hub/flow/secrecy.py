"""State secrets never travel on the hub: markers in the header are refused before anything is stored.

edXML has no secrecy field, so the gate looks at the places where senders write one: an element of their own, the
sphere of circulation, and a stamp in capitals at the edge of the subject. It does not match phrases such as
"bảo mật" or "bí mật kinh doanh". There is no setting that lets secrets pass (R-010).
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from edxml.faults import Fault, Refusal

if TYPE_CHECKING:
    from edxml.model import Package

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


def check(package: Package) -> None:
    """Raise Refusal(SECRET) when the header says the document is a state secret."""
    # law: R-009 HN Đ1.2
    header = package.header
    if header is None:
        return
    for extra in header.extra:
        for found in _ELEMENT.finditer(extra):
            if _fold(found.group(1)).lower() not in _NONE_WORDS:
                raise Refusal(Fault.SECRET, "the header carries a secrecy marker")
    if _FIELD.match(_fold(header.other.sphere)) or _FIELD.match(_fold(header.other.typer_notation)):
        raise Refusal(Fault.SECRET, "the sphere of circulation is a secrecy level")
    if _STAMP.search(_fold(header.subject)):
        raise Refusal(Fault.SECRET, "the subject carries a secrecy stamp")


def _fold(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())
