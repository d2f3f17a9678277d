"""Made-up first pages: Vietnamese text where one wants it, scans, and the fonts of the years before Unicode."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass

from edxml.testing import documents

A4 = (595.0, 842.0)
HEAD = (
    ("UBND TỈNH THỬ NGHIỆM", 90.0, 70.0),
    ("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", 280.0, 70.0),
    ("SỞ NỘI VỤ", 120.0, 86.0),
    ("Độc lập - Tự do - Hạnh phúc", 310.0, 86.0),
)
_COLOURS = {"colour": ("DeviceRGB", 8, 24), "grey": ("DeviceGray", 8, 8), "black_white": ("DeviceGray", 1, 1)}
# what of TCVN3 (TCVN 5712:1993, ".VnTime") the texts here need
_TCVN3 = {"ố": 0xE8, "Đ": 0xA7, "ạ": 0xB9, "ậ": 0xCB, "à": 0xB5, "á": 0xB8, "ă": 0xA8, "â": 0xA9, "ê": 0xAA, "ế": 0xD5}


@dataclass(frozen=True, slots=True)
class Line:
    """Text on a page; x, y: its start in points from the top left corner."""

    text: str
    x: float
    y: float
    size: float = 13.0


def text_page(
    lines: Sequence[Line], *, box: tuple[float, float] = A4, version: str = "1.7", pages: int = 1, legacy: bool = False
) -> bytes:
    """A PDF whose first page has these lines, in an Identity-H font with a /ToUnicode map.

    legacy: in TCVN3 codes instead, in a font that calls itself WinAnsi as real ones did.
    """
    letters = sorted({letter for line in lines for letter in line.text})
    codes = {letter: number for number, letter in enumerate(letters, 3)}
    shown = []
    for line in lines:
        place = f"1 0 0 1 {line.x} {box[1] - line.y} Tm"
        packed = _tcvn3(line.text) if legacy else "".join(f"{codes[c]:04X}" for c in line.text)
        shown.append(f"BT /F1 {line.size} Tf {place} <{packed}> Tj ET")
    font = [b"<< /Type /Font /Subtype /TrueType /BaseFont /.VnTime /Encoding /WinAnsiEncoding >>"]
    if not legacy:
        font = [
            (
                b"<< /Type /Font /Subtype /Type0 /BaseFont /TimesNewRoman /Encoding /Identity-H /ToUnicode 6 0 R "
                b"/DescendantFonts [<< /Type /Font /Subtype /CIDFontType2 /BaseFont /TimesNewRoman "
                b"/CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> >>] >>"
            ),
            _stream("", _to_unicode(codes)),
        ]
    resources = "/Resources << /Font << /F1 5 0 R >> >>"
    return _document("\n".join(shown).encode(), resources, font, box=box, version=version, pages=pages)


def official_page(
    number: str = "12/BC-SNV", day: str = "ngày 20 tháng 11 năm 2026", more: Sequence[Line] = (), pages: int = 1
) -> bytes:
    """Page 1 of a report as the decree lays it out: head, number, place and date, title."""
    head = [Line(*place) for place in HEAD]
    body = [Line(f"Số: {number}", 100, 112), Line(f"An Bình, {day}", 320, 112), Line("BÁO CÁO", 270, 150, 14)]
    return text_page(
        [*head, *body, Line("Về công tác quý IV, theo Điều 7 và Điều 9 của Quy chế.", 100, 190), *more], pages=pages
    )


def scanned_page(
    dpi: int = 300, colour: str = "colour", *, version: str = "1.7", recognised: str = "", box: tuple[float, float] = A4
) -> bytes:
    """A PDF of one picture. colour: colour, grey or black_white. recognised: invisible text behind it, ASCII."""
    space, bits, depth = _COLOURS[colour]
    width, height = (round(side / 72 * dpi) for side in box)
    picture = zlib.compress(bytes(((width * depth + 7) // 8) * height), 1)
    image = (
        f"/Type /XObject /Subtype /Image /Width {width} /Height {height} /ColorSpace /{space} "
        f"/BitsPerComponent {bits} /Filter /FlateDecode"
    )
    hidden = f"BT 3 Tr /F1 12 Tf 90 750 Td ({recognised}) Tj ET " if recognised else ""
    content = f"{hidden}q {box[0]} 0 0 {box[1]} 0 0 cm /Im0 Do Q"
    font = b"<< /Type /Font /Subtype /Type1 /BaseFont /Times-Roman >>"
    resources = "/Resources << /XObject << /Im0 6 0 R >> /Font << /F1 5 0 R >> >>"
    return _document(content.encode(), resources, [font, _stream(image, picture)], box=box, version=version)


def content_page(content: bytes, *, to_unicode: bytes = b"", form: bytes = b"") -> bytes:
    """A page that draws these bytes as they are, with a font F1 of this map and a form Fm0; for hostile input."""
    font = b"<< /Type /Font /Subtype /Type0 /BaseFont /X /Encoding /Identity-H /ToUnicode 6 0 R >>"
    resources = "/Resources << /Font << /F1 5 0 R >> /XObject << /Fm0 7 0 R >> >>"
    parts = [font, _stream("", to_unicode), _stream("/Subtype /Form /BBox [0 0 100 100]", form)]
    return _document(content, resources, parts, box=A4)


def _document(
    content: bytes,
    resources: str,
    more: Sequence[bytes],
    *,
    box: tuple[float, float],
    version: str = "1.7",
    pages: int = 1,
) -> bytes:
    kids = " ".join(["3 0 R", *(f"{5 + len(more) + n} 0 R" for n in range(pages - 1))])
    page = f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {box[0]} {box[1]}]"
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {pages} >>".encode(),
        f"{page} /Contents 4 0 R {resources} >>".encode(),
        _stream("", content),
        *more,
        *[f"{page} >>".encode()] * (pages - 1),
    ]
    return documents.assemble(objects, version)


def _stream(entries: str, data: bytes) -> bytes:
    return b"<< /Length %d %s >>\nstream\n%s\nendstream" % (len(data), entries.encode(), data)


def _to_unicode(codes: dict[str, int]) -> bytes:
    pairs = "\n".join(f"<{code:04X}> <{letter.encode('utf-16-be').hex()}>" for letter, code in codes.items())
    return f"begincmap\n{len(codes)} beginbfchar\n{pairs}\nendbfchar\nendcmap".encode()


def _tcvn3(text: str) -> str:
    return bytes(_TCVN3.get(c, ord(c) if ord(c) < 0x80 else 0x3F) for c in text).hex()
