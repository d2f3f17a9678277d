"""Safe names on disk for names that came from outside, kept as close to the original as safety allows."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

MAX_BYTES: Final = 200
_UNSAFE: Final = re.compile(r'[\x00-\x1f\x7f-\x9f<>:"/\\|?*\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]')
_RESERVED: Final = re.compile(r"(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\..*)?", re.IGNORECASE)


def safe_name(name: str, taken: set[str] | None = None, *, fallback: str = "attachment") -> str:
    """A name for one file in one folder: no path, no control or direction signs, not reserved, at most 200 bytes.

    taken: names already used, compared without case and after NFC; a number is added and the set grows.
    """
    name = unicodedata.normalize("NFC", name).replace("\\", "/").rpartition("/")[2]
    name = _UNSAFE.sub("_", name).strip(" .").lstrip("-~")
    if not name.strip("_ ."):
        name = fallback
    if _RESERVED.fullmatch(name):
        name = f"_{name}"
    stem, dot, ending = name.rpartition(".")
    if not dot or not stem or len(ending) > 10:
        stem, ending = name, ""
    ending = f".{ending}" if ending else ""
    return _unused(_cut(stem, MAX_BYTES - len(ending.encode())), ending, taken)


def _unused(stem: str, ending: str, taken: set[str] | None) -> str:
    candidate = stem + ending
    if taken is None:
        return candidate
    number = 2
    while candidate.casefold() in taken:
        suffix = f" ({number})"
        candidate = _cut(stem, MAX_BYTES - len(suffix) - len(ending.encode())) + suffix + ending
        number += 1
    taken.add(candidate.casefold())
    return candidate


def _cut(text: str, most_bytes: int) -> str:
    """The longest beginning of at most that many bytes that ends between characters."""
    raw = text.encode("utf-8", "replace")
    return raw[:most_bytes].decode("utf-8", "ignore").rstrip() if len(raw) > most_bytes else text
