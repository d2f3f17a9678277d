"""The letters of one showing operator, in pieces: a wide gap may hold what a signature draws."""

from __future__ import annotations

import re

from edxml.page import metrics

WORD_GAP = 0.17  # in font sizes: narrower is no space
PART_GAP = 0.4  # wider, and something else may stand in between (a number, drawn by a signature)
_WORDS = re.compile(r"\S+(?:\s\S+)*")


class Run:
    """The letters of one showing operator, cut where a gap is wide. unit: one font size in text space."""

    def __init__(self, unit: float) -> None:
        self.unit = unit
        self.length = 0.0
        self._words: list[tuple[str, float, float]] = []

    def add(self, text: str, width: float) -> None:
        start = self.length
        self.length += width
        if text.isalnum():
            self._words.append((text, start, self.length))
            return
        measure = metrics.REGULAR.of
        share, place, done = width / (measure(text) or 1.0), start, 0
        for match in _WORDS.finditer(text):
            begin = place + measure(text[done : match.start()]) * share
            place, done = begin + measure(match[0]) * share, match.end()
            self._words.append((match[0], begin, place))

    def parts(self) -> list[tuple[str, float, float]]:
        """Text, start and width of what stands together."""
        if len(self._words) == 1:
            word, start, end = self._words[0]
            return [(word, start, end - start)]
        found: list[tuple[str, float, float]] = []
        text: list[str] = []
        begin = last = 0.0
        unit = abs(self.unit)
        for word, start, end in self._words:
            gap = start - last
            if text and (gap > unit * PART_GAP or gap < -unit):
                found.append(("".join(text), begin, last - begin))
                text = []
            elif text and gap > unit * WORD_GAP:
                text.append(" ")
            if not text:
                begin = start
            text.append(word)
            last = end
        if text:
            found.append(("".join(text), begin, last - begin))
        return found
