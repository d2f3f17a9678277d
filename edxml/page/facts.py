"""What a PDF looks like from outside: pages, version, size, and what stands on its first page.

Plain values, so that they travel between processes; `page.first` takes them, in the same pass as verification.
The text of a page is content of the document: it is asked by checks and never stored, logged or shown.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

POINT_MM = 25.4 / 72


class PageText(StrEnum):
    """Whether a program can read the first page."""

    READABLE = "readable"
    NONE = "none"  # no letter is drawn: a picture, or nothing
    RECOGNISED = "recognised"  # invisible letters behind a picture: as good as the recognition was
    UNREADABLE = "unreadable"  # letters are drawn in fonts that do not say which, or too many to read


class Colour(StrEnum):
    """How a page's picture is stored."""

    COLOUR = "colour"
    GREY = "grey"
    BLACK_WHITE = "black_white"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Segment:
    """Text that stands together on one line. x, y: its start, in points from the top left corner as displayed.

    y is the base line. size: height of the letters' font in points. width: in points.
    """

    text: str
    x: float
    y: float
    size: float
    width: float


@dataclass(frozen=True, slots=True)
class Scan:
    """The picture that covers the first page. dpi: the coarser of its two directions, as placed on the page."""

    dpi: int
    colour: Colour


@dataclass(frozen=True, slots=True)
class PageFacts:
    """The facts of one PDF file, all of its revision as displayed.

    pages: as the page tree counts them, None when it does not say. version: (1, 7); the catalog overrides the header.
    width_mm, height_mm: of the first page as displayed.
    text: of the first page without its annotations. segments: top to bottom, left to right, with what annotations
    (signature widgets above all) draw, because number, day, month and year may stand only there.
    """

    pages: int | None
    version: tuple[int, int]
    width_mm: float
    height_mm: float
    text: PageText
    segments: tuple[Segment, ...] = ()
    scan: Scan | None = None

    @property
    def is_scan(self) -> bool:
        """Whether the first page is a picture, with recognised letters behind it or none."""
        return self.scan is not None and self.text in (PageText.NONE, PageText.RECOGNISED)

    def as_json(self) -> dict[str, object]:
        """The facts without any text."""
        return {
            "pages": self.pages,
            "version": ".".join(map(str, self.version)),
            "size_mm": [round(self.width_mm, 1), round(self.height_mm, 1)],
            "text": self.text.value,
            "scan": None if self.scan is None else {"dpi": self.scan.dpi, "colour": self.scan.colour.value},
        }
