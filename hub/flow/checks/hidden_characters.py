"""Signs that turn the writing direction or are not seen: a reader sees another text, or another file name, than stands.

Stored and delivered as they are; pages show them escaped and names of downloads leave them out.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from edxml.faults import Fault
from hub.flow.checks import header_texts
from hub.flow.checks.base import Check, Finding, Outcome, Stage, everywhere

if TYPE_CHECKING:
    from hub.context import Hub
    from hub.flow.checks.base import Subject

_HIDDEN = re.compile("[\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff\U000e0000-\U000e007f]")


async def find(hub: Hub, subject: Subject) -> list[Finding]:
    """Every text with such a sign."""
    return [
        Finding(Fault.PROFILE_INVALID, f"{sign} in a text", where, detail_vi=f"ký tự {sign}")
        for where, sign in await header_texts.search(hub, subject, _first)
    ]


def _first(text: str) -> str | None:
    found = None if text.isprintable() else _HIDDEN.search(text)
    return None if found is None else f"U+{ord(found.group()):04X}"


CHECK = Check(
    slug="hidden_characters",
    law="R-043",
    title_vi="Có ký tự ẩn hoặc ký tự đảo chiều chữ",
    title_en="A text holds a sign that is not seen or turns the writing direction",
    find=find,
    outcomes=everywhere(Outcome.WARN),
    stage=Stage.HEADER,
)
