"""Control characters in a text: XML forbids most of them, the rest shows as nothing or breaks the reader's software."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from edxml.faults import Fault
from hub.flow.checks import header_texts
from hub.flow.checks.base import Check, Finding, Stage

if TYPE_CHECKING:
    from hub.context import Hub
    from hub.flow.checks.base import Subject

_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff]")
"""All but tab and line ends, which XML writers add around long texts."""


async def find(hub: Hub, subject: Subject) -> list[Finding]:
    """Every text that holds a control character."""
    # law: R-043 HN Đ4.2
    return [
        Finding(Fault.PROFILE_INVALID, f"{sign} in a text", _safe(where), detail_vi=f"ký tự {sign}")
        for where, sign in await header_texts.search(hub, subject, _first)
    ]


def _first(text: str) -> str | None:
    found = None if text.isprintable() else _CONTROL.search(text)
    return None if found is None else f"U+{ord(found.group()):04X}"


def _safe(where: str) -> str:
    return _CONTROL.sub("\N{REPLACEMENT CHARACTER}", where)


CHECK = Check(
    slug="control_characters",
    law="R-043",
    title_vi="Văn bản chữ có ký tự điều khiển",
    title_en="A text holds a control character",
    find=find,
    stage=Stage.HEADER,
)
