"""Text of the registry: names made comparable, and text that must not come in."""

from __future__ import annotations

import re
import unicodedata

_INVISIBLE = re.compile("[\u200b\u200c\u200d\u2060\ufeff]")
_FORBIDDEN = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_LOOK_ALIKES = frozenset("ÐƉƊɖɗıſßﬁﬂ")  # Latin letters that nobody writes in a Vietnamese name and that look like one
_NOT_SLUG = re.compile("[^A-Za-z0-9.]+")
FORMULA_SIGNS = ("=", "+", "-", "@")
SYSTEM_ID = re.compile(r"[A-Za-z0-9.-]{1,64}")


def clean(text: str) -> str:
    """The text in NFC, runs of white space made one space, invisible joiners dropped."""  # law: R-043 HN Đ4.2
    if not text.isascii():
        text = unicodedata.normalize("NFC", _INVISIBLE.sub("", text))
    return " ".join(text.split())


def has_forbidden_characters(text: str) -> bool:
    """Whether it holds control characters, lone surrogates, or signs that turn the writing direction."""
    return _FORBIDDEN.search(text) is not None


def has_look_alikes(text: str) -> bool:
    """Whether it holds letters that look like others: of another script, full-width ones, an Icelandic Ð for a Đ."""
    if text.isascii():
        return False
    letters = (sign for sign in text if sign.isalnum() and not sign.isascii())
    return any(
        sign in _LOOK_ALIKES or not unicodedata.name(sign, "").startswith("LATIN ") or _is_wide(sign)
        for sign in letters
    )


def _is_wide(sign: str) -> bool:
    return unicodedata.normalize("NFKC", sign) != unicodedata.normalize("NFC", sign)


def is_formula(text: str) -> bool:
    """Whether a spreadsheet would take the text for a formula."""
    return text.startswith(FORMULA_SIGNS)


def key(name: str) -> str:
    """What two names have in common when people would call them the same."""
    return clean(name).casefold()


def slug(name: str) -> str:
    """A short ASCII form of a name, fit to be a system id: "Sở Nội vụ" gives So-Noi-vu."""
    plain = name.replace("đ", "d").replace("Đ", "D")
    letters = "".join(sign for sign in unicodedata.normalize("NFD", plain) if not unicodedata.combining(sign))
    return _NOT_SLUG.sub("-", letters).strip("-.")[:56].strip("-.") or "system"
