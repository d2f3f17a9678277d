"""Whether a page draws letters and then something opaque over them: a picture, or a filled area.

Roughly: letters count by where they begin, what covers by its outline. Nothing is decided by it.
"""

from __future__ import annotations

import re
from typing import Any

from pyhanko.pdf_utils import generic

from edxml.page.matrix import IDENTITY, Matrix, multiply
from edxml.pdf import objects
from edxml.pdf.objects import Box, deref, entry, items, raw

BYTES_LIMIT = 1 << 18
PAGES_LIMIT = 50
OPERATORS_LIMIT = 50_000
SMALLEST_HEIGHT = 4.0  # points; lower areas are rules and underlines
_TOKENS = re.compile(
    rb"(?P<number>[-+]?(?:\d++(?:\.\d*+)?+|\.\d++))|/(?P<name>[^\s/<>\[\](){}%]*+)"
    rb"|(?P<string>\((?:[^\\()]++|\\.|\((?:[^\\()]++|\\.)*+\))*+\)|<[0-9A-Fa-f\s]*+>)|(?P<word>[A-Za-z*'\"]++)|%[^\r\n]*+",
    re.DOTALL,
)
_COVERS = re.compile(rb"\bDo\b|\bre\b")
FILLS = frozenset({b"f", b"F", b"f*", b"B", b"B*", b"b", b"b*"})
ENDS = frozenset({b"n", b"S", b"s"})
SHOWS = frozenset({b"Tj", b"TJ", b"'", b'"'})


def covers_text(reader: Any) -> bool:
    """Whether any of the first pages does; raises what the reader raises."""
    left = BYTES_LIMIT
    for number, (_, page) in enumerate(objects.pages(reader)):
        if number >= PAGES_LIMIT or left <= 0:
            return False
        content = _content(page.get("/Contents"), left)
        left -= len(content)
        first = content.find(b"BT")
        if first >= 0 and _COVERS.search(content, first) and _Page(deref(page.get("/Resources"))).read(content):
            return True
    return False


def _content(value: Any, limit: int) -> bytes:
    found = deref(value)
    parts = [deref(part) for part in items(value)] if isinstance(found, generic.ArrayObject) else [found]
    pieces = [part.data for part in parts if isinstance(part, generic.StreamObject)]
    return b"\n".join(pieces)[:limit]


class _Page:
    """The operators of one page in order."""

    def __init__(self, resources: Any) -> None:
        self.drawings = entry(resources, "/XObject")
        self.ctm = IDENTITY
        self.saved: list[Matrix] = []
        self.line = self.text = IDENTITY
        self.leading = 0.0
        self.mode = 0
        self.letters: list[tuple[float, float]] = []
        self.areas: list[Box] = []

    def read(self, content: bytes) -> bool:
        numbers: list[float] = []
        name = b""
        for count, token in enumerate(_TOKENS.finditer(content)):
            if count > OPERATORS_LIMIT:
                break
            if token["number"] is not None:
                numbers.append(float(token["number"]))
            elif token["name"] is not None:
                name = token["name"]
            elif token["word"] is not None:
                if self._obey(token["word"], numbers, name):
                    return True
                numbers = []
        return False

    def _obey(self, word: bytes, numbers: list[float], name: bytes) -> bool:  # noqa: C901, PLR0912 (one case an operator)
        match word, numbers:
            case b"q", _:
                self.saved.append(self.ctm)
            case b"Q", _ if self.saved:
                self.ctm = self.saved.pop()
            case b"cm", [a, b, c, d, e, f]:
                self.ctm = multiply((a, b, c, d, e, f), self.ctm)
            case b"BT", _:
                self.line = self.text = IDENTITY
            case b"Tm", [a, b, c, d, e, f]:
                self.line = self.text = (a, b, c, d, e, f)
            case ((b"Td" | b"TD"), [x, y]):
                self.line = self.text = multiply((1, 0, 0, 1, x, y), self.line)
                self.leading = -y if word == b"TD" else self.leading
            case b"TL", [x]:
                self.leading = x
            case b"T*", _:
                self.line = self.text = multiply((1, 0, 0, 1, 0, -self.leading), self.line)
            case b"Tr", [x]:
                self.mode = int(x)
            case b"re", [x, y, width, height]:
                self.areas.append(outline((x, y, x + width, y + height), self.ctm))
            case b"Do", _:
                return self._hides(self._drawing(name.decode("latin-1")))
            case _ if word in SHOWS:
                if self.mode != 3:
                    self.letters.append(multiply(self.text, self.ctm)[4:])
            case _ if word in FILLS:
                areas, self.areas = self.areas, []
                return any(map(self._hides, areas))
            case _ if word in ENDS:
                self.areas = []
        return False

    def _hides(self, area: Box | None) -> bool:
        if area is None or area[3] - area[1] < SMALLEST_HEIGHT:
            return False
        return any(area[0] <= x <= area[2] and area[1] <= y <= area[3] for x, y in self.letters)

    def _drawing(self, name: str) -> Box | None:
        """The outline of a picture without transparency, or of a form that holds one or fills an area."""
        drawing = entry(self.drawings, f"/{name}")
        if not isinstance(drawing, generic.StreamObject):
            return None
        if raw(drawing, "/Subtype") == "/Image":
            return outline((0, 0, 1, 1), self.ctm) if _is_opaque(drawing) else None
        inner = entry(entry(drawing, "/Resources"), "/XObject")
        pictures = [entry(inner, key) for key in inner] if isinstance(inner, generic.DictionaryObject) else []
        fills = re.search(rb"\bre\s+(?:W\*?\s+n\s+)?[fFB]\*?\s", drawing.data[:BYTES_LIMIT])
        if not fills and not any(_is_opaque(picture) for picture in pictures):
            return None
        matrix = [float(deref(n)) for n in items(raw(drawing, "/Matrix"))]
        own: Any = tuple(matrix) if len(matrix) == len(IDENTITY) else IDENTITY
        return outline(objects.box(raw(drawing, "/BBox")), multiply(own, self.ctm))


def _is_opaque(picture: Any) -> bool:
    if not isinstance(picture, generic.StreamObject) or raw(picture, "/Subtype") != "/Image":
        return False
    return not any(key in picture for key in ("/SMask", "/Mask", "/SMaskInData")) and not raw(picture, "/ImageMask")


def outline(box: Box, matrix: Matrix) -> Box:
    """The upright rectangle around a transformed one."""
    corners = [multiply((1, 0, 0, 1, x, y), matrix)[4:] for x in (box[0], box[2]) for y in (box[1], box[3])]
    xs, ys = zip(*corners, strict=True)
    return (min(xs), min(ys), max(xs), max(ys))
