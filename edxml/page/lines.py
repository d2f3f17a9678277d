"""From pieces of text anywhere on a page to segments: what a reader sees as standing together on one line."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterable

from edxml.page.facts import Segment
from edxml.page.runs import WORD_GAP
from edxml.page.text import Piece

COLUMN_GAP = 1.5  # in font sizes: wider, and what follows stands for itself
ROW_SHARE = 0.4  # of the smaller size: base lines closer than this are one line


def segments(pieces: Iterable[Piece]) -> tuple[Segment, ...]:
    """Segments from top to bottom and from left to right; text in NFC, single spaces, no control characters."""
    found = []
    for row in _rows(p for p in pieces if p.text.strip() and math.isfinite(p.x) and math.isfinite(p.y)):
        found.extend(_joined(row))
    return tuple(found)


def _rows(pieces: Iterable[Piece]) -> list[list[Piece]]:
    rows: list[list[Piece]] = []
    for piece in sorted(pieces, key=lambda p: p.y):
        if rows and piece.y - rows[-1][0].y <= ROW_SHARE * max(min(piece.size, rows[-1][0].size), 1.0):
            rows[-1].append(piece)
        else:
            rows.append([piece])
    return rows


def _joined(row: list[Piece]) -> list[Segment]:
    row.sort(key=lambda p: p.x)
    found: list[Segment] = []
    group = [row[0]]
    text, end = row[0].text, row[0].x + row[0].width
    for piece in row[1:]:
        last = group[-1]
        size = max(min(piece.size, last.size), 1.0)
        if piece.text == last.text and abs(piece.x - last.x) < 0.3 * size:
            continue  # the same letters drawn twice to look bold
        gap = piece.x - end
        if gap > COLUMN_GAP * size:
            found.append(_segment(group, text, end))
            group, text = [], ""
        elif gap > WORD_GAP * size:
            text += " "
        group.append(piece)
        text += piece.text
        end = max(end, piece.x + piece.width) if len(group) > 1 else piece.x + piece.width
    found.append(_segment(group, text, end))
    return found


def _segment(group: list[Piece], text: str, end: float) -> Segment:
    plain = " ".join("".join(c if c.isprintable() else " " for c in unicodedata.normalize("NFC", text)).split())
    first = group[0]
    return Segment(
        plain, round(first.x, 1), round(first.y, 1), round(max(p.size for p in group), 1), round(end - first.x, 1)
    )
