"""What checks ask of the first page: its lines, and words in capitals that stand by themselves as a stamp does.

Nothing here leaves the process: a finding says that something stands on the page, never what.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from edxml.page.facts import POINT_MM, PageFacts, Segment

if TYPE_CHECKING:
    from hub.flow.checks.base import CheckedFile, Subject

STAMP_PART = 0.5  # of the page's height: boxes 10a and 10b lie in the upper half. law: R-012 NĐ30 PL I.III.2a
NEAR = 3.0  # in font sizes: capitals closer than this on a line belong to it
BELOW = 2.5  # in font sizes: a line this close under another one may continue it
COLUMNS = 4  # as many texts on one line are a table
ROW_SHARE = 0.4


def main_file(subject: Subject) -> CheckedFile | None:
    """The file that is the document itself: the first PDF of the package that could be looked at."""
    return next((file for file in subject.files if file.report is not None), None)


def rows(page: PageFacts) -> list[list[Segment]]:
    """The segments of a page by line, top to bottom, left to right."""
    found: list[list[Segment]] = []
    for segment in page.segments:
        if found and abs(segment.y - found[-1][0].y) <= ROW_SHARE * max(segment.size, found[-1][0].size):
            found[-1].append(segment)
        else:
            found.append([segment])
    for row in found:
        row.sort(key=lambda s: s.x)
    return found


def stamps(page: PageFacts, words: Mapping[str, str], before: Collection[str] = ()) -> set[str]:
    """Which words stand as a stamp does: in capitals, alone, in the upper half; also letter-spaced.

    words: how a stamp may be written, in capitals without blanks, and what it means.
    before: the words which, at the end of the line above, show that a line only continues it.
    """
    end = page.height_mm / POINT_MM * STAMP_PART
    upper = [row for row in rows(page) if row[0].y <= end]
    found: set[str] = set()
    for above, row in pairwise([[], *upper]):
        matching = [(segment, words[squeezed]) for segment, squeezed in _alone(row) if squeezed in words]
        if not matching or len(matching) > 1 or len(row) >= COLUMNS:
            continue  # several grades side by side, or many columns: the head of a table
        segment, meaning = matching[0]
        if len(row) == COLUMNS - 1 and segment is not row[0]:
            continue
        if not _continues(segment, above, before):
            found.add(meaning)
    return found


def squeeze(text: str) -> str:
    """A text in NFC without blanks and without what frames it: brackets, asterisks, dots."""
    plain = unicodedata.normalize("NFC", "".join(text.split()))
    return plain.strip("[](){}<>|*_.:;,-–—\"'“”‘’")


def _alone(row: Sequence[Segment]) -> Iterator[tuple[Segment, str]]:
    """The texts of a line with no capitals next to them; single letters in a chain are one text."""
    place = 0
    while place < len(row):
        last = place
        while last + 1 < len(row) and len(row[last].text) == 1 and len(row[last + 1].text) == 1:
            last += 1
        text = squeeze("".join(s.text for s in row[place : last + 1]))
        left = row[place - 1] if place else None
        right = row[last + 1] if last + 1 < len(row) else None
        first, final = row[place], row[last]
        beside_left = left is not None and left.text.isupper() and first.x - left.x - left.width < NEAR * first.size
        beside_right = (
            right is not None and right.text.isupper() and right.x - final.x - final.width < NEAR * final.size
        )
        if text.isupper() and not beside_left and not beside_right:
            yield first, text
        place = last + 1


def _continues(segment: Segment, above: Sequence[Segment], before: Collection[str]) -> bool:
    """Whether the line above, overlapping and close, ends with a word that goes on in this one."""
    middle = segment.x + segment.width / 2
    return any(
        0 < segment.y - one.y < BELOW * max(segment.size, one.size)
        and one.x <= middle <= one.x + one.width
        and one.text.split()[-1:]
        and one.text.split()[-1] in before
        for one in above
    )
