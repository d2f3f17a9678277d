"""A summary (trích yếu) that says nothing: who invites, when and about what must stand in it."""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from edxml.faults import Fault
from hub.flow.checks.base import Check, Finding, Outcome, Stage, everywhere

if TYPE_CHECKING:
    from hub.context import Hub
    from hub.flow.checks.base import Subject


LOOKED_AT: Final = 1000
"""Characters of a subject that are read: a longer one is not empty."""


async def find(hub: Hub, subject: Subject) -> list[Finding]:
    """A subject on the profile's list of empty phrases, or shorter than the profile asks."""
    # law: R-047 CB Đ6.1a
    text = _fold(subject.header.subject[:LOOKED_AT])
    if text in _folded(hub.profile.empty_subjects):
        return [Finding(Fault.PROFILE_INVALID, "it says nothing", "Subject", detail_vi="trích yếu chung chung")]
    if len(text) < hub.profile.shortest_subject:
        detail = f"shorter than {hub.profile.shortest_subject} characters"
        vietnamese = f"ngắn hơn {hub.profile.shortest_subject} ký tự"
        return [Finding(Fault.PROFILE_INVALID, detail, "Subject", detail_vi=vietnamese)]
    return []


@lru_cache(maxsize=4)
def _folded(phrases: tuple[str, ...]) -> frozenset[str]:
    return frozenset(map(_fold, phrases))


def _fold(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).casefold().split()).strip(" .:;-")


CHECK = Check(
    slug="subject_empty",
    law="R-047",
    title_vi="Trích yếu chưa cụ thể",
    title_en="The summary says too little",
    find=find,
    outcomes=everywhere(Outcome.WARN),
    stage=Stage.HEADER,
)
