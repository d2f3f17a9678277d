"""What a recipient should have said with its 02 or 03 and did not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edxml import status_words
from hub.flow import notes

if TYPE_CHECKING:
    from edxml.model import StatusMessage
    from edxml.model import Warning as Note


def remarks(status: StatusMessage) -> list[Note]:
    """A note for each thing left out."""
    found = []
    if status.code == "02":
        _, words = status_words.refusal(status.description)
        if not status_words.few_words(words):
            found.append(notes.warning("refusal_short", "Description"))  # law: R-127 HN Đ6.4
        if status.staff is None or not status.staff.name.strip():
            found.append(notes.warning("staff_missing", "StaffInfo/Staff"))  # law: R-127 HN Đ6.4
    if status.code == "03" and not status_words.entry(status.description).number:
        found.append(notes.warning("arrival_missing", "Description"))  # law: R-125 HN Đ9.1a
    return found
