"""What a PDF draws: letters with their place, and pictures; one pass over the operators, within hard limits.

Own reader on pyHanko's objects and not pypdf (BSD, 7.1 tried): that library opens the file a second time, knows no
annotations and took 40 to 117 ms for page 1 of the published samples, this one a seventh of that, the file being open
already. What is needed is little: strings, their font and their place; the rest is passed over (`pdf_tokens`).
"""

from __future__ import annotations

import math
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from pyhanko.pdf_utils import generic

from edxml.page import fonts as pdf_fonts
from edxml.page import tokens
from edxml.page.matrix import IDENTITY, Matrix, matrix_of, multiply, six
from edxml.page.runs import Run
from edxml.pdf.reading import READ_ERRORS

CONTENT_LIMIT = 2 << 20  # bytes of operators, forms included
OPERATORS_LIMIT = 100_000
LETTERS_LIMIT = 40_000
SHOWN_LIMIT = 8 * LETTERS_LIMIT  # bytes of strings, hex digits and blanks too
SECONDS_LIMIT = 0.5
FORMS_LIMIT = 64
FONTS_LIMIT = 100
DEPTH_LIMIT = 8
STATES_LIMIT = 256
KERNING = 100.0  # in thousandths: smaller jumps set letters closer or wider, and are no gap


class TooMuchError(ValueError):
    """The drawing is beyond a limit; what was read so far stands."""


class Piece(NamedTuple):
    """Letters drawn by one operator; a tuple, for a page has hundreds.

    x, y: start of the base line; width, size: in points of the page.
    """

    text: str
    x: float
    y: float
    size: float
    width: float
    hidden: bool


@dataclass(frozen=True, slots=True)
class Picture:
    """An image as placed: its dictionary, and width and height in points."""

    image: Any
    width: float
    height: float


@dataclass(slots=True)
class _State:
    """The part of the graphics state that decides where letters stand."""

    ctm: Matrix
    font: pdf_fonts.Font = pdf_fonts.PLAIN
    size: float = 1.0
    spacing: float = 0.0
    word_spacing: float = 0.0
    scale: float = 1.0
    leading: float = 0.0
    rise: float = 0.0
    mode: int = 0

    def copy(self) -> _State:
        return _State(
            self.ctm, self.font, self.size, self.spacing, self.word_spacing,
            self.scale, self.leading, self.rise, self.mode,
        )  # fmt: skip


@dataclass(slots=True)
class Drawing:
    """What several content streams of one page draw; limits hold for all of them together.

    lost: letters whose font does not say which they are.
    """

    pieces: list[Piece] = field(default_factory=list)
    pictures: list[Picture] = field(default_factory=list)
    letters: int = 0
    lost: int = 0
    bytes_read: int = 0
    bytes_shown: int = 0
    operators: int = 0
    forms: int = 0
    ends_at: float = field(default_factory=lambda: time.monotonic() + SECONDS_LIMIT)
    fonts: pdf_fonts.Known = field(default_factory=dict)

    def draw(self, content: bytes, resources: Any, ctm: Matrix, depth: int = 0) -> None:
        """Read one content stream. Raises TooMuchError, or what the reader raises for a broken object."""
        self.bytes_read += len(content)
        if self.bytes_read > CONTENT_LIMIT or depth > DEPTH_LIMIT:
            raise TooMuchError("too much content")
        _Stream(self, resources, _State(ctm), depth).run(content)

    def draw_form(self, form: Any, resources: Any, ctm: Matrix, depth: int) -> None:
        """Read a form XObject or an annotation's appearance."""
        self.forms += 1
        self.check_limits()
        own = pdf_fonts.entry(form, "/Resources", resources)
        content = pdf_fonts.decoded(form, CONTENT_LIMIT)
        self.draw(content, own, multiply(matrix_of(form), ctm), depth)

    def check_limits(self) -> None:
        """Raise TooMuchError when operators, letters, forms, fonts or time are used up."""
        if (
            self.operators > OPERATORS_LIMIT
            or self.letters > LETTERS_LIMIT
            or self.forms > FORMS_LIMIT
            or len(self.fonts) > FONTS_LIMIT
            or time.monotonic() > self.ends_at
        ):
            raise TooMuchError("too much to read")

    def spend(self, length: int, items: int) -> None:
        """Count what one operator is about to show: bytes as written, and strings. Raises TooMuchError."""
        self.operators += items
        self.bytes_shown += length
        if self.operators > OPERATORS_LIMIT or self.bytes_shown > SHOWN_LIMIT:
            raise TooMuchError("too many letters")

    def font(self, font: Any) -> pdf_fonts.Font:
        known = self.fonts.get(id(font))
        if known is None:
            self.check_limits()
            known = self.fonts[id(font)] = (font, pdf_fonts.load(font))
        return known[1]


class _Stream:
    """One content stream while it is read."""

    def __init__(self, drawing: Drawing, resources: Any, state: _State, depth: int) -> None:
        self.drawing = drawing
        self.resources = resources
        self.state = state
        self.depth = depth
        self.saved: list[_State] = []
        self.text: Matrix = IDENTITY
        self.line: Matrix = IDENTITY
        self.named: dict[bytes, pdf_fonts.Font] = {}

    def run(self, content: bytes) -> None:
        place = 0
        while place < len(content):
            for count, match in enumerate(tokens.TOKENS.finditer(content, place)):
                if not count & 1023:
                    self.drawing.check_limits()
                if match["bare"] == b"BI":
                    end = tokens.IMAGE_END.search(content, match.end())
                    place = end.end() if end else len(content)
                    break
                self.drawing.operators += 1
                self._obey(match)
            else:
                return

    def _obey(self, match: re.Match[bytes]) -> None:
        kind = match.lastgroup
        if kind == "operator":
            operate = _OPERATORS.get(match["operator"])
            if operate is not None:
                operate(self, [tokens.number_of(word) for word in match["numbers"].split()])
        elif kind == "show":
            if match["show"] != b"Tj":
                self.next_line([])
            self.drawing.spend(match.end() - match.start("string"), 1)
            self._show([match["string"]])
        elif kind == "close":
            self.drawing.spend(len(match["array"]), match["array"].count(b" "))
            self._show([m["string"] or tokens.number_of(m["number"]) for m in tokens.ITEMS.finditer(match["array"])])
        elif kind == "size":
            self.state.font, self.state.size = self._font(match["name"]), tokens.number_of(match["size"])
        elif kind == "draw":
            self._draw(match["name"])
        elif kind == "bare":
            _OPERATORS[match["bare"]](self, [])

    # --- where

    def save(self, _: list[float]) -> None:
        if len(self.saved) < STATES_LIMIT:
            self.saved.append(self.state.copy())

    def restore(self, _: list[float]) -> None:
        if self.saved:
            self.state = self.saved.pop()

    def begin(self, _: list[float]) -> None:
        self.text = self.line = IDENTITY

    def transform(self, numbers: list[float]) -> None:
        if len(numbers) == 6:
            self.state.ctm = multiply(six(numbers), self.state.ctm)

    def place(self, numbers: list[float]) -> None:
        if len(numbers) == 6:
            self.text = self.line = six(numbers)

    def move(self, numbers: list[float]) -> None:
        if len(numbers) == 2:
            self.text = self.line = multiply((1, 0, 0, 1, numbers[0], numbers[1]), self.line)

    def move_and_lead(self, numbers: list[float]) -> None:
        if len(numbers) == 2:
            self.state.leading = -numbers[1]
            self.move(numbers)

    def next_line(self, _: list[float]) -> None:
        self.move([0.0, -self.state.leading])

    # --- what

    def _show(self, items: Sequence[bytes | float]) -> None:
        """Strings and jumps (thousandths of the size, to the left) in turn; small jumps only move what follows."""
        run = Run(self.state.size * self.state.scale)
        codes: list[bytes] = []
        moved = 0.0
        for item in items:
            if isinstance(item, bytes):
                codes.append(tokens.string_of(item))
                continue
            moved -= item
            if abs(item) > KERNING:
                self._add(run, codes, moved + item)
                run.length -= item / 1000 * run.unit
                codes, moved = [], 0.0
        self._add(run, codes, moved)
        self._keep(run)

    def _add(self, run: Run, codes: list[bytes], moved: float) -> None:
        state = self.state
        text, width = state.font.read(b"".join(codes))
        extra = state.spacing * len(text)
        if state.word_spacing:
            extra += state.word_spacing * text.count(" ")
        run.add(text, (width + moved / 1000) * run.unit + extra * state.scale)

    def _keep(self, run: Run) -> None:
        state, drawing = self.state, self.drawing
        across = multiply(self.text, state.ctm)
        stretch, height = math.hypot(across[0], across[1]), math.hypot(across[2], across[3])
        for text, start, width in run.parts():
            x = across[0] * start + across[2] * state.rise + across[4]
            y = across[1] * start + across[3] * state.rise + across[5]
            size = abs(state.size) * height
            drawing.letters += len(text)
            drawing.lost += text.count(pdf_fonts.UNKNOWN) if state.font.legible else len(text)
            drawing.pieces.append(Piece(text, x, y, size, width * stretch, state.mode in (3, 7)))
        a, b, c, d, e, f = self.text
        self.text = (a, b, c, d, run.length * a + e, run.length * b + f)

    def _font(self, name: bytes) -> pdf_fonts.Font:
        known = self.named.get(name)
        if known is None:
            found = _resource(self.resources, "/Font", name)
            known = pdf_fonts.PLAIN if found is None else self.drawing.font(found)
            self.named[name] = known
        return known

    def _draw(self, name: bytes) -> None:
        found = _resource(self.resources, "/XObject", name)
        if not isinstance(found, generic.StreamObject):
            return
        ctm = self.state.ctm
        if pdf_fonts.entry(found, "/Subtype") == "/Image":
            self.drawing.pictures.append(Picture(found, math.hypot(ctm[0], ctm[1]), math.hypot(ctm[2], ctm[3])))
        elif pdf_fonts.entry(found, "/Subtype") == "/Form":
            self.drawing.draw_form(found, self.resources, ctm, self.depth + 1)


def _setter(name: str, factor: float = 1.0) -> Any:
    def set_value(stream: _Stream, numbers: list[float]) -> None:
        if len(numbers) == 1:
            setattr(stream.state, name, type(getattr(stream.state, name))(numbers[0] * factor))

    return set_value


_OPERATORS: dict[bytes, Any] = {
    b"q": _Stream.save, b"Q": _Stream.restore, b"BT": _Stream.begin, b"cm": _Stream.transform, b"Tm": _Stream.place,
    b"Td": _Stream.move, b"TD": _Stream.move_and_lead, b"T*": _Stream.next_line, b"Tc": _setter("spacing"),
    b"Tw": _setter("word_spacing"), b"Tz": _setter("scale", 0.01), b"TL": _setter("leading"), b"Ts": _setter("rise"),
    b"Tr": _setter("mode"),
}  # fmt: skip


def _resource(resources: Any, kind: str, name: bytes) -> Any:
    try:
        return resources[kind]["/" + tokens.name_of(name)]
    except READ_ERRORS:
        return None
