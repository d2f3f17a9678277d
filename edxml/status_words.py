"""What stands in the Description of a status: the reason code of 02, the arrival entry of 03; written and read here.

edXML has no field for either, so both travel in words that people can read: `WRONG_RECIPIENT: Không thuộc thẩm quyền`
and `Số đến: 123; Ngày đến: 2026-11-21`. Other systems write near forms of the second, which are understood too.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Final

from edxml import dates
from edxml.codes import Refusal02

FEW_WORDS: Final = 2
"""The least a refusal says."""

DESTROYED: Final = "Đã hủy"
"""First words of an agreement (15) by a recipient that has destroyed its copy."""

_CODE: Final = re.compile(r"\s*([A-Z][A-Z_]{2,23})\s*(?:[:.–-]\s*(.*))?", re.DOTALL)
_NUMBER: Final = re.compile(
    r"\b(?:số|so)(?: (?:vb|văn bản|van ban))? (?:đến|den)\b ?[:.=-]? ?([^\s;,:][^;,\n]{0,60})", re.IGNORECASE
)
_DATE: Final = re.compile(
    r"\b(?:ngày|ngay)(?: (?:vb|văn bản|van ban))?(?: (?:đến|den))?\b ?[:.=-]? ?"
    r"([0-9]{4}[/-][0-9]{1,2}[/-][0-9]{1,2}|[0-9]{1,2}[/.-][0-9]{1,2}[/.-][0-9]{4})\b",
    re.IGNORECASE,
)
_DAY_WORD: Final = re.compile(r"\s(?:ngày|ngay)\b", re.IGNORECASE)
_READ_CHARACTERS: Final = 2000


@dataclass(frozen=True, slots=True)
class Entry:
    """How the recipient registered a document. number: số đến. date: ngày đến as yyyy-mm-dd; both '' when not said."""

    number: str = ""
    date: str = ""


def refused(code: str, words: str) -> str:
    """The Description of a refusal. code: of `Refusal02`, '' when the recipient named none."""
    words = words.strip()
    return f"{code}: {words}" if code else words


def refusal(description: str) -> tuple[Refusal02, str]:
    """Why a recipient refuses, and its words; OTHER when it names no code of the list."""
    # law: R-128 HN Đ6.4
    match = _CODE.fullmatch(description)
    if match is not None and match[1] in set(Refusal02):
        return Refusal02(match[1]), (match[2] or "").strip()
    return Refusal02.OTHER, description.strip()


def entered(entry: Entry) -> str:
    """The arrival entry in words."""
    said = (f"Số đến: {entry.number}" if entry.number else "", f"Ngày đến: {entry.date}" if entry.date else "")
    return "; ".join(one for one in said if one)


def entry(description: str) -> Entry:
    """The arrival number and date that a recipient tells; what is said last counts."""
    # law: R-125 HN Đ9.1a
    text = unicodedata.normalize("NFC", description[-_READ_CHARACTERS:])
    text = re.sub(r"[^\S\n]+", " ", text)
    numbers, days = _NUMBER.findall(text), _DATE.findall(text)
    number = _DAY_WORD.split(numbers[-1])[0].strip(" .") if numbers else ""
    day = dates.parse_day(re.sub(r"[.-]", "/", days[-1])) if days and numbers else None
    return Entry(number, day.isoformat() if day is not None else "")


def joined(*parts: str, by: str = "; ") -> str:
    """What is said in several parts, as one text."""
    return by.join(part.strip() for part in parts if part.strip())


def few_words(text: str) -> bool:
    """Whether a text says at least a few words."""
    return len([word for word in text.split() if any(sign.isalpha() for sign in word)]) >= FEW_WORDS
