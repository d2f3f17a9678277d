"""The words of a content stream, as far as they place letters and pictures; paths, colours and clips are passed over.

No alternative can be entered again by backtracking (++, *+), and none consumes nothing, so that hostile bytes cost no
more than honest ones.
"""

from __future__ import annotations

import re

# First everything that places no letters is passed over, then comes one thing that does, or nothing.
_STRING = rb"\((?:[^\\()]++|\\.|\((?:[^\\()]++|\\.|\((?:[^\\()]++|\\.)*+\))*+\))*+\)|<[0-9A-Fa-f\s]*+>"
_PLACING = rb"(?:T[mdDcwzLsr]|cm)(?![A-Za-z0-9*])"
_NUMBERS = rb"[-+.0-9][-+.0-9\s]*+"
_NAME = rb"/[^\s/<>\[\](){}%]*+"
_WITH_NAME = rb"\s++(?:[-+.0-9]++\s++Tf|Do)\b"
_BARE = rb"(?:q|Q|BT|BI|T\*)(?![A-Za-z0-9*])"
TOKENS = re.compile(
    rb"(?:\s++|>>|<<|%[^\r\n]*+"
    rb"|" + _NUMBERS + rb"(?!" + _PLACING + rb")(?:[A-Za-z][A-Za-z0-9*]*+)?+"
    rb"|" + _NAME + rb"(?!" + _WITH_NAME + rb")"
    rb"|(?!" + _BARE + rb")[A-Za-z'\"][A-Za-z0-9*]*+)*+"
    rb"(?:(?P<numbers>" + _NUMBERS + rb")(?P<operator>" + _PLACING + rb")"
    rb"|\[(?P<array>(?:[^\[\]()<>%]++|" + _STRING + rb")*+)(?P<close>\]\s*+TJ)?+"
    rb"|(?P<string>" + _STRING + rb")(?:\s*+(?P<show>Tj|'|\"))?+"
    rb"|/(?P<name>[^\s/<>\[\](){}%]*+)\s++(?:(?P<size>[-+.0-9]++)\s++Tf|(?P<draw>Do))\b"
    rb"|(?P<bare>" + _BARE + rb"))?",
    re.DOTALL,
)
ITEMS = re.compile(rb"(?P<string>" + _STRING + rb")|(?P<number>[-+.0-9]++)", re.DOTALL)
IMAGE_END = re.compile(rb"\sEI(?=\s|$)")
_ESCAPES = re.compile(rb"\\([0-7]{1,3}|\r\n|.)", re.DOTALL)
_ESCAPED = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f", b"\n": b"", b"\r": b"", b"\r\n": b""}


def items_of(array: bytes) -> list[bytes | float]:
    """Strings, as written, and numbers of an array."""
    return [m["string"] or number_of(m["number"]) for m in ITEMS.finditer(array)]


def name_of(name: bytes) -> str:
    """A name without its slash, its #xx read."""
    plain = re.sub(rb"#([0-9A-Fa-f]{2})", lambda m: bytes([int(m[1], 16)]), name)
    return plain.decode("utf-8", "replace")


def number_of(word: bytes) -> float:
    """A number; 0 for what is none, or too large to be meant."""
    try:
        value = float(word)
    except ValueError:
        return 0.0
    return value if abs(value) < 1e9 else 0.0


def string_of(token: bytes) -> bytes:
    """The bytes of a literal or hexadecimal string."""
    if token[:1] == b"(":
        body = token[1:-1]
        return _ESCAPES.sub(_unescape, body) if b"\\" in body else body
    digits = b"".join(token[1:-1].split())
    return bytes.fromhex((digits + b"0" * (len(digits) & 1)).decode())


def _unescape(match: re.Match[bytes]) -> bytes:
    found = match[1]
    if found[:1].isdigit() and found[0] < 0x38:
        return bytes([int(found, 8) & 0xFF])
    return _ESCAPED.get(found, found)
