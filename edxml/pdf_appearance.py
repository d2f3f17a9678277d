"""What a signature's widget shows as text: number, date and the mark of a copy stand there and nowhere else.

Real tools draw them in nested forms with Identity-H glyphs and a /ToUnicode map. Text is read for showing and for
the copy mark only; a drawing that cannot be read gives no text and never an error of the verification.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from pyhanko.pdf_utils import generic

from edxml.pdf_reading import READ_ERRORS

DEPTH_LIMIT = 5
BYTES_LIMIT = 1 << 20
TEXT_LIMIT = 500
COPY_MARKS = {"SAO Y": "SAO Y", "SAO LUC": "SAO LỤC", "TRICH SAO": "TRÍCH SAO"}  # law: R-065 NĐ30 Đ25.1c
_TOKENS = re.compile(
    rb"/(?P<font>[^\s/<>\[\]()]+)\s+-?[\d.]+\s+Tf|\((?P<literal>(?:\\.|[^\\()])*)\)|<(?P<hex>[0-9A-Fa-f\s]+)>",
    re.DOTALL,
)
_ESCAPES = re.compile(rb"\\([0-7]{1,3}|.)", re.DOTALL)
_SINGLE = re.compile(rb"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>")
_RANGE = re.compile(rb"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>")
_BLOCKS = re.compile(rb"beginbf(char|range)(.*?)endbf", re.DOTALL)


def text_of(widget: Any) -> str:
    """The text a widget's normal appearance draws, at most TEXT_LIMIT letters; empty if it cannot be read."""
    try:
        text = " ".join(_texts(widget["/AP"]["/N"], 0).split())
    except READ_ERRORS:
        return ""
    return "".join(c for c in text if c.isprintable())[:TEXT_LIMIT]


def copy_mark(widget: Any, value: Any) -> str | None:
    """SAO Y, SAO LỤC or TRÍCH SAO if the signature carries it, in its drawing or as its reason."""
    reason = value.get("/Reason", "") if isinstance(value, generic.DictionaryObject) else ""
    for text in (text_of(widget), str(reason)):
        flat = unicodedata.normalize("NFD", text.upper())
        flat = " ".join("".join(c for c in flat if not unicodedata.combining(c)).split())
        for mark, written in COPY_MARKS.items():
            if re.search(rf"\b{mark}\b", flat):
                return written
    return None


def _texts(form: Any, depth: int) -> str:
    if depth > DEPTH_LIMIT or not isinstance(form, generic.StreamObject) or form.get("/Subtype") != "/Form":
        return ""
    resources = form.get("/Resources", {})
    fonts = resources.get("/Font", {})
    maps = {name[1:].encode(): _unicode_map(fonts[name]) for name in fonts}
    parts = [_shown(form.data[:BYTES_LIMIT], maps)]
    inner = resources.get("/XObject", {})
    parts.extend(_texts(inner[name], depth + 1) for name in inner)
    return " ".join(parts)


def _shown(content: bytes, maps: dict[bytes, dict[int, str]]) -> str:
    """The strings of a content stream, decoded by the font in force."""
    letters: dict[int, str] = {}
    shown = []
    for match in _TOKENS.finditer(content):
        if match["font"] is not None:
            letters = maps.get(match["font"], {})
        elif match["literal"] is not None:
            shown.append(_decode(_ESCAPES.sub(_unescape, match["literal"]), letters))
        elif len(digits := b"".join(match["hex"].split())) % 2 == 0:
            shown.append(_decode(bytes.fromhex(digits.decode()), letters))
    return "".join(shown)


def _decode(data: bytes, letters: dict[int, str]) -> str:
    if not letters:
        return data.decode("latin-1")
    return "".join(letters.get(int.from_bytes(data[i : i + 2]), "") for i in range(0, len(data), 2))


def _unescape(match: re.Match[bytes]) -> bytes:
    found = match[1]
    if found.isdigit():
        return bytes([int(found, 8) & 0xFF])
    return {b"n": b"\n", b"r": b"\r", b"t": b"\t"}.get(found, found)


def _unicode_map(font: Any) -> dict[int, str]:
    """Two-byte codes to letters; empty for a simple font."""
    if not isinstance(font, generic.DictionaryObject) or font.get("/Encoding") != "/Identity-H":
        return {}
    if "/ToUnicode" not in font:
        return {}
    letters: dict[int, str] = {}
    for kind, body in _BLOCKS.findall(bytes(font["/ToUnicode"].data[:BYTES_LIMIT])):
        if kind == b"char":
            letters |= {int(code, 16): _letter(to) for code, to in _SINGLE.findall(body)}
            continue
        for low, high, to in _RANGE.findall(body):
            first, last, start = int(low, 16), int(high, 16), int(to, 16)
            letters |= {code: chr(start + code - first) for code in range(first, min(last, 0xFFFF) + 1) if len(to) <= 4}
    return letters


def _letter(digits: bytes) -> str:
    return bytes.fromhex(digits.decode()).decode("utf-16-be", "replace") if len(digits) % 4 == 0 else ""
