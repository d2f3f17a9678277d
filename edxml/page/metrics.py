"""Widths of Times New Roman, the font the law prescribes: enough to tell where a piece of text ends.

Reading the widths of an embedded font costs more than all the rest of a page. law: R-048 NĐ30 PL I.I.5
"""

from __future__ import annotations

import unicodedata

# by code from 0x20 to 0x7E, in thousandths of the font size
_TIMES = (
    250, 333, 408, 500, 500, 833, 778, 180, 333, 333, 500, 564, 250, 333, 250, 278, 500, 500, 500, 500, 500, 500, 500,
    500, 500, 500, 278, 278, 564, 564, 564, 444, 921, 722, 667, 667, 722, 611, 556, 722, 722, 333, 389, 722, 611, 889,
    722, 722, 556, 722, 667, 556, 611, 722, 722, 944, 722, 722, 611, 333, 278, 333, 469, 500, 333, 444, 500, 444, 500,
    444, 333, 500, 500, 278, 278, 500, 278, 778, 500, 500, 500, 500, 333, 389, 278, 500, 500, 722, 500, 500, 444, 480,
    200, 480, 541,
)  # fmt: skip
_TIMES_BOLD = (
    250, 333, 555, 500, 500, 1000, 833, 278, 333, 333, 500, 570, 250, 333, 250, 278, 500, 500, 500, 500, 500, 500, 500,
    500, 500, 500, 333, 333, 570, 570, 570, 500, 930, 722, 667, 722, 722, 667, 611, 778, 778, 389, 500, 778, 667, 944,
    722, 778, 611, 778, 722, 556, 667, 722, 722, 1000, 722, 722, 667, 333, 278, 333, 581, 500, 333, 500, 556, 444, 556,
    444, 333, 500, 556, 278, 333, 556, 278, 833, 556, 500, 556, 556, 444, 389, 333, 556, 500, 722, 500, 500, 444, 394,
    220, 394, 520,
)  # fmt: skip
_OTHER = 0.5
_KNOWN_LIMIT = 4096
_ALIKE = {"Đ": "D", "đ": "d", "\u00a0": " "}


class _Table(dict[str, float]):
    def __missing__(self, letter: str) -> float:
        plain = _ALIKE.get(letter) or unicodedata.normalize("NFD", letter)[:1]
        width = self.get(plain, _OTHER)
        if len(self) < _KNOWN_LIMIT:
            self[letter] = width
        return width


class Widths:
    """Widths by letter in parts of the font size; a letter with marks is as wide as without them."""

    def __init__(self, thousandths: tuple[int, ...]) -> None:
        self._of = _Table({chr(0x20 + n): width / 1000 for n, width in enumerate(thousandths)}).__getitem__

    def of(self, text: str) -> float:
        """The width of a text."""
        return sum(map(self._of, text))


REGULAR = Widths(_TIMES)
BOLD = Widths(_TIMES_BOLD)
