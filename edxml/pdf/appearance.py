"""What a signature's widget shows as text: number, date and the mark of a copy stand there and nowhere else.

Text is read for showing and for the copy mark only; a drawing that cannot be read gives no text and never an error of
the verification.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from pyhanko.pdf_utils import generic

from edxml.page import fonts as pdf_fonts
from edxml.page import lines
from edxml.page.text import Drawing
from edxml.pdf.reading import READ_ERRORS

TEXT_LIMIT = 500
COPY_MARKS = {"SAO Y": "SAO Y", "SAO LUC": "SAO LỤC", "TRICH SAO": "TRÍCH SAO"}  # law: R-065 NĐ30 Đ25.1c
_TOP_DOWN = (1.0, 0.0, 0.0, -1.0, 0.0, 0.0)


def text_of(widget: Any, reader: Any) -> str:
    """The text a widget's normal appearance draws, line by line, at most TEXT_LIMIT letters; empty without any."""
    drawing = Drawing(fonts=pdf_fonts.known(reader))
    try:
        drawing.draw_form(widget["/AP"]["/N"], {}, _TOP_DOWN, 0)
    except READ_ERRORS:
        return ""
    return " ".join(segment.text for segment in lines.segments(drawing.pieces))[:TEXT_LIMIT]


def copy_mark(shown: str, value: Any) -> str | None:
    """SAO Y, SAO LỤC or TRÍCH SAO if a signature carries it, in what its widget shows or as its reason."""
    reason = value.get("/Reason", "") if isinstance(value, generic.DictionaryObject) else ""
    for text in (shown, str(reason)):
        flat = unicodedata.normalize("NFD", text.upper())
        flat = " ".join("".join(c for c in flat if not unicodedata.combining(c)).split())
        for mark, written in COPY_MARKS.items():
            if re.search(rf"\b{mark}\b", flat):
                return written
    return None
