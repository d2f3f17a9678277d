"""Texts that look like TCVN3 or VNI bytes read as Unicode (`C«ng hßa`): shown as they came, never converted."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Final

from edxml.faults import Fault
from hub.flow.checks import header_texts
from hub.flow.checks.base import Check, Finding, Outcome, Stage, everywhere

if TYPE_CHECKING:
    from hub.context import Hub
    from hub.flow.checks.base import Subject

_TCVN3: Final = re.compile("(?<=[A-Za-z])[¨©ª«¬\xadµ¶·¸¹»¼½¾]|®(?=[A-Za-z¨©ª«¬\xadµ¶·¸¹Ð-þ])")
"""Signs that a text in Unicode puts between words, standing inside one."""
_HIGH: Final = re.compile("[\xa1-\xff]")
_VNI: Final = re.compile("[aeouyAEOUY][øûïåäëüØÛÏÅÄËÜ]|[ñöÑÖ]")
"""Letters no Vietnamese word has in Unicode, where VNI puts the accent: behind the vowel."""
_VIETNAMESE: Final = frozenset("ăđơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉĩịọỏốồổỗộớờởỡợụủũứừửữựỳỵỷỹ")
"""Letters that neither code page gives when it is read as Latin 1."""


async def find(hub: Hub, subject: Subject) -> list[Finding]:
    """Every text that looks like one of them."""
    # law: R-043 HN Đ4.2
    return [
        Finding(Fault.PROFILE_INVALID, f"it looks like {name} read as Unicode", where, detail_vi=f"giống {name}")
        for where, name in await header_texts.search(hub, subject, looks_like)
    ]


def looks_like(text: str) -> str | None:
    """TCVN3 or VNI; None for text in Unicode, or too little to tell."""
    if text.isascii():
        return None
    folded = unicodedata.normalize("NFC", text)
    if _VIETNAMESE & set(folded.lower()):
        return None
    if _TCVN3.search(folded) and len(_HIGH.findall(folded)) >= 2:
        return "TCVN3"
    if len(_VNI.findall(folded)) >= 2:
        return "VNI"
    return None


CHECK = Check(
    slug="old_code_page",
    law="R-043",
    title_vi="Chữ Việt có vẻ không phải Unicode",
    title_en="A text looks like an old Vietnamese code page",
    find=find,
    outcomes=everywhere(Outcome.WARN),
    stage=Stage.HEADER,
)
