"""Texts that are not in NFC: they are compared and searched in NFC, and delivered byte for byte as they came."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

from edxml.faults import Fault
from hub.flow.checks import header_texts
from hub.flow.checks.base import Check, Finding, Outcome, Stage, everywhere

if TYPE_CHECKING:
    from hub.context import Hub
    from hub.flow.checks.base import Subject


async def find(hub: Hub, subject: Subject) -> list[Finding]:
    """One finding that counts such texts."""
    # law: R-043 HN Đ4.2
    other = await header_texts.search(hub, subject, _is_other)
    if not other:
        return []
    detail, vietnamese = f"texts not in NFC: {len(other)}", f"số mục chữ không ở dạng NFC: {len(other)}"
    return [Finding(Fault.PROFILE_INVALID, detail, other[0][0], detail_vi=vietnamese)]


def _is_other(text: str) -> bool | None:
    return None if unicodedata.is_normalized("NFC", text) else True


CHECK = Check(
    slug="unicode_form",
    law="R-043",
    title_vi="Chữ Việt ở dạng Unicode tổ hợp",
    title_en="Texts in a decomposed form of Unicode",
    find=find,
    outcomes=everywhere(Outcome.RECORD),
    stage=Stage.HEADER,
)
