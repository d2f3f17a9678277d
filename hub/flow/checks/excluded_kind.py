"""Kinds of document that a province keeps off the network, by its profile: denunciations here, public order there."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Final

from edxml.faults import Fault
from hub.flow.checks.base import Check, Finding, Outcome, Stage, outcomes

if TYPE_CHECKING:
    from hub.context import Hub
    from hub.flow.checks.base import Subject


LOOKED_AT: Final = 1000
"""Characters of a subject and of a type's name that are read."""


async def find(hub: Hub, subject: Subject) -> list[Finding]:
    """A document whose type is named so, or whose subject begins so; "giải quyết đơn tố cáo" is another document."""
    # law: R-014 VP Đ7.1
    header = subject.header
    type_name = _fold(header.document_type.name[:LOOKED_AT]) if header.document_type is not None else ""
    text = _fold(header.subject[:LOOKED_AT]).removeprefix("v/v ").removeprefix("về việc ")
    for kind in hub.profile.excluded_kinds:
        folded = _fold(kind)
        if folded in type_name or text == folded or text.startswith((f"{folded} ", f"{folded}:", f"{folded},")):
            return [Finding(Fault.EXCLUDED_KIND, f"excluded by the profile {hub.profile.name}", detail_vi=kind)]
    return []


def _fold(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).casefold().split())


CHECK = Check(
    slug="excluded_kind",
    law="R-014",
    title_vi="Loại văn bản không gửi qua trục",
    title_en="A kind of document that is not sent through the hub",
    find=find,
    outcomes=outcomes(vxp=Outcome.ENFORCE),
    stage=Stage.HEADER,
)
