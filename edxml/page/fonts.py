"""From the codes a PDF draws to letters, and how wide they are; no library of fonts.

Read: /ToUnicode (one and two bytes), WinAnsi, MacRoman, /Differences by glyph name. Vietnamese fonts of the years
before Unicode (TCVN3 ".VnTime", VNI) call themselves WinAnsi; their codes are known to mean other letters.
"""

from __future__ import annotations

import re
import unicodedata
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pyhanko.pdf_utils import generic

from edxml.page import metrics
from edxml.page.metrics import Widths
from edxml.pdf.reading import READ_ERRORS

MAP_BYTES_LIMIT = 1 << 20
MAP_LIMIT = 65_536
WIDTHS_LIMIT = 20_000
UNKNOWN = "\ufffd"
USUAL_WIDTH = 0.5  # of a letter whose font does not say, in parts of its size

_LEGACY = re.compile(r"(?:[A-Z]{6}\+)?(?:\.?Vn|VNI|VN-|UVN|VPS|ABC)")
_SYMBOLIC = 4
_HEX = rb"<\s*([0-9A-Fa-f\s]{2,64}?)\s*>"
_PAIR = re.compile(_HEX + rb"\s*" + _HEX)
_RANGE = re.compile(_HEX + rb"\s*" + _HEX + rb"\s*(?:" + _HEX + rb"|\[([^\[\]]*)\])")
_ONE = re.compile(_HEX)
_MARKS = {
    "acute": "\u0301", "grave": "\u0300", "hookabove": "\u0309", "tilde": "\u0303", "dotbelow": "\u0323",
    "circumflex": "\u0302", "breve": "\u0306", "horn": "\u031b",
}  # fmt: skip
_GLYPH = re.compile(r"([A-Za-z])((?:acute|grave|hookabove|tilde|dotbelow|circumflex|breve|horn)*)")
_MARK = re.compile("|".join(_MARKS))
_NAMES = {
    "space": " ", "exclam": "!", "quotedbl": '"', "numbersign": "#", "dollar": "$", "percent": "%", "ampersand": "&",
    "quotesingle": "'", "quoteright": "’", "quoteleft": "‘", "parenleft": "(", "parenright": ")", "asterisk": "*",
    "plus": "+", "comma": ",", "hyphen": "-", "minus": "-", "period": ".", "slash": "/", "colon": ":",
    "semicolon": ";", "less": "<", "equal": "=", "greater": ">", "question": "?", "at": "@", "underscore": "_",
    "zero": "0", "one": "1", "two": "2", "three": "3", "four": "4", "five": "5", "six": "6", "seven": "7",
    "eight": "8", "nine": "9", "endash": "–", "emdash": "—", "quotedblleft": "“", "quotedblright": "”",
    "Dcroat": "Đ", "dcroat": "đ", "Dslash": "Đ", "dmacron": "đ", "dong": "₫", "bullet": "•", "ellipsis": "…",
    "Eth": "Đ",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Font:
    """How to read one font. wide: codes have two bytes. legible: False when nothing says what its codes mean.

    widths: by code, in parts of the font size; None for those of `usual`.
    usual: by letter. other: of codes that `widths` leaves out.
    """

    letters: dict[int, str]
    widths: dict[int, float] | None = None
    usual: Widths = metrics.REGULAR
    other: float = USUAL_WIDTH
    wide: bool = False
    legible: bool = True

    def read(self, codes: bytes) -> tuple[str, float]:
        """The letters, UNKNOWN for those nobody knows, and their width together in parts of the font size."""
        items: Sequence[int] = codes
        if self.wide:
            pairs = array("H", codes[: len(codes) & ~1])
            pairs.byteswap()
            items = pairs
        get = self.letters.get
        text = "".join([get(c, UNKNOWN) for c in items])
        if self.widths is None:
            return text, self.usual.of(text)
        return text, sum([self.widths.get(c, self.other) for c in items])


def single_byte(codec: str) -> dict[int, str]:
    """The letters of a one-byte code page; what it leaves open is not in it."""
    table = {}
    for code in range(0x20, 0x100):
        try:
            table[code] = bytes([code]).decode(codec)
        except UnicodeDecodeError:
            continue
    return table


_WIN = single_byte("cp1252")
_MAC = single_byte("mac_roman")
PLAIN = Font(_WIN)  # in force when a font cannot be found


Known = dict[int, tuple[Any, Font]]  # by id of the font's dictionary, which is kept so that nothing else gets that id


def known(reader: Any) -> Known:
    """The fonts of an open document that were read already; kept in its reader, so that they go when it goes."""
    fonts: Known = vars(reader).setdefault("_fonts_read", {})
    return fonts


def load(font: Any) -> Font:
    """The font as a resource dictionary names it; one that cannot be read is not legible, never an error."""
    try:
        return _composite(font) if entry(font, "/Subtype") == "/Type0" else _simple(font)
    except READ_ERRORS:
        return Font({}, legible=False)


def _composite(font: Any) -> Font:
    letters = _unicode_map(font)
    if _has_known_widths(font):
        return Font(letters, usual=_usual(font), wide=True, legible=bool(letters))
    descendant = font["/DescendantFonts"][0]
    other = float(entry(descendant, "/DW", 1000)) / 1000
    return Font(letters, _wide_widths(descendant), other=other, wide=True, legible=bool(letters))


def _simple(font: Any) -> Font:
    widths = None if _has_known_widths(font) or "/Widths" not in font else _simple_widths(font)
    letters = _unicode_map(font)
    if letters:
        return Font(letters, widths, _usual(font))
    if _LEGACY.match(str(entry(font, "/BaseFont", "")).lstrip("/")):
        return Font({c: chr(c) for c in range(0x20, 0x80)}, widths, _usual(font), legible=False)
    base, named = _encoding(font)
    return Font({**(base or _WIN), **named}, widths, _usual(font), legible=base is not None or bool(named))


def _usual(font: Any) -> Widths:
    return metrics.BOLD if "Bold" in str(entry(font, "/BaseFont", "")) else metrics.REGULAR


def _has_known_widths(font: Any) -> bool:
    """Whether reading its widths can be spared: the font the law prescribes.  law: R-048 NĐ30 PL I.I.5"""
    return "Times" in str(entry(font, "/BaseFont", ""))


def _simple_widths(font: Any) -> dict[int, float] | None:
    if entry(font, "/Subtype") == "/Type3":
        return None  # in a space of its own
    first = int(entry(font, "/FirstChar", 0))
    return {first + n: float(w) / 1000 for n, w in enumerate(list(font["/Widths"])[:256])}


def _encoding(font: Any) -> tuple[dict[int, str] | None, dict[int, str]]:
    """The base table and what /Differences changes in it; no table for a symbolic font that names none."""
    encoding = entry(font, "/Encoding", None)
    named: dict[int, str] = {}
    name = encoding
    if isinstance(encoding, generic.DictionaryObject):
        name = entry(encoding, "/BaseEncoding", None)
        code = 0
        for item in list(encoding["/Differences"])[:1024] if "/Differences" in encoding else ():
            if isinstance(item, generic.NameObject):
                named[code] = _glyph(item[1:])
                code += 1
            else:
                code = int(item)
    tables = {"/WinAnsiEncoding": _WIN, "/MacRomanEncoding": _MAC, "/StandardEncoding": _WIN}
    if name is not None:
        return tables.get(str(name)), named
    descriptor = entry(font, "/FontDescriptor", {})
    symbolic = int(entry(descriptor, "/Flags", 0)) & _SYMBOLIC
    return (None if symbolic else _WIN), named


def _glyph(name: str) -> str:
    """The letter of a glyph name: Adobe's names for Vietnamese are a letter and its marks."""
    if name in _NAMES:
        return _NAMES[name]
    if match := re.fullmatch(r"uni([0-9A-F]{4})+|u([0-9A-F]{4,6})", name):
        value = int(match[2] or name[3:7], 16)
        return chr(value) if value < 0x110000 else UNKNOWN
    if match := _GLYPH.fullmatch(name):
        return unicodedata.normalize("NFC", match[1] + "".join(_MARKS[m] for m in _MARK.findall(match[2])))
    return UNKNOWN


def _unicode_map(font: Any) -> dict[int, str]:
    stream = entry(font, "/ToUnicode", None)
    if not isinstance(stream, generic.StreamObject):
        return {}
    return unicode_map(decoded(stream, MAP_BYTES_LIMIT))


def unicode_map(data: bytes) -> dict[int, str]:
    """Codes to letters as a /ToUnicode map says, at most MAP_LIMIT of them."""
    letters: dict[int, str] = {}
    for block in data.split(b"beginbf")[1:]:
        body, closed, _ = block.partition(b"endbf")
        if not closed:
            continue
        if body.startswith(b"char"):
            for code, to in _PAIR.findall(body):
                letters[_number(code)] = _text(to)
            continue
        for low, high, to, listed in _RANGE.findall(body):
            first = _number(low)
            count = min(_number(high) - first + 1, MAP_LIMIT - len(letters))
            if listed:
                letters |= {first + n: _text(item) for n, item in enumerate(_ONE.findall(listed)[: max(count, 0)])}
                continue
            head, last = _text(to)[:-1], ord(_text(to)[-1:] or UNKNOWN)
            letters |= {first + n: head + chr(last + n) for n in range(count) if last + n < 0x110000}
        if len(letters) >= MAP_LIMIT:
            break
    return letters


def _number(digits: bytes) -> int:
    return int(b"".join(digits.split()), 16)


def _text(digits: bytes) -> str:
    packed = b"".join(digits.split())
    if len(packed) <= 2:
        return chr(int(packed, 16))
    return bytes.fromhex(packed.decode()[: len(packed) & ~3]).decode("utf-16-be", "replace") or UNKNOWN


def _wide_widths(descendant: Any) -> dict[int, float]:
    """/W: `first [w w w]` or `first last w`, in turn."""
    given = list(descendant["/W"])[:WIDTHS_LIMIT] if "/W" in descendant else []
    widths: dict[int, float] = {}
    place = 0
    while place + 1 < len(given) and len(widths) < MAP_LIMIT:
        first, second = int(given[place]), given[place + 1].get_object()
        if isinstance(second, generic.ArrayObject):
            widths |= {first + n: float(w) / 1000 for n, w in enumerate(list(second)[:WIDTHS_LIMIT])}
            place += 2
            continue
        if place + 2 >= len(given):
            break
        width = float(given[place + 2]) / 1000
        last = min(int(second), first + MAP_LIMIT - len(widths))
        widths |= dict.fromkeys(range(first, last + 1), width)
        place += 3
    return widths


def entry(holder: Any, key: str, default: Any = None) -> Any:
    """A dictionary's value, references followed; pyHanko's `get` follows none."""
    return holder[key] if key in holder else default  # noqa: SIM401


def decoded(stream: Any, limit_bytes: int) -> bytes:
    """A stream's bytes; raises PdfDecodeLimitError for one that is longer than the limit when decoded."""
    data: bytes = stream.encoded_data
    for filter_class, parameters in stream._stream_decoders():  # noqa: SLF001 (`data` has pyHanko's limit, 256 MiB)
        data = filter_class.decode_bounded(data, parameters, limit_bytes)
    if len(data) > limit_bytes:
        raise ValueError("a stream is longer than its limit")
    return data
