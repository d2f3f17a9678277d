"""DocumentId (mã văn bản): the forms seen, taken apart where possible, and one key to compare them by.

A DocumentId is text from outside with commas, slashes and Vietnamese letters: it is stored unchanged, compared by
`comparison_key`, and never becomes part of a path or an address.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

from edxml import dates, organ

Form = Literal["axis", "uuid", "year", "other"]

_AXIS: Final = re.compile(
    r"\s*+([^,\s]++)\s*+,\s*+([0-9]{4})([/-])([0-9]{1,2})\3([0-9]{1,2})\s*+,([^/]*+)/(.*+)", re.DOTALL
)
_UUID: Final = re.compile(r"\{?([0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12})\}?", re.IGNORECASE)
_YEAR: Final = re.compile(r"([0-9A-Za-z.]+)-([0-9]{4})-(.+)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class DocumentId:
    """A DocumentId taken apart.

    form: "axis" `org,yyyy/MM/dd,number/notation` (or dashes in the date), "uuid", "year" `org-year-code`, "other".
    on: None also for a date that does not exist (2014/02/30 travels in the official samples).
    year: from the date as written, even when that day does not exist.
    """

    text: str
    form: Form
    organ_id: str = ""
    on: date | None = None
    year: int | None = None
    number: str = ""
    notation: str = ""


def parse(text: str) -> DocumentId:
    """The parts of a DocumentId; never refuses, unknown shapes are `other`."""
    # law: R-029 QĐ28 Đ10.2b, R-032 NĐ30 PL I.II.3c
    if match := _AXIS.fullmatch(text):
        organ_id, year, _, month, day, number, notation = match.groups()
        on = _day(year, month, day)
        return DocumentId(text, "axis", organ.normalise(organ_id), on, int(year), number.strip(), notation.strip())
    if match := _UUID.fullmatch(text.strip()):
        return DocumentId(text, "uuid")
    # law: R-028 HN Đ8.3
    if (match := _YEAR.fullmatch(text.strip())) and organ.is_valid(match[1]):
        return DocumentId(text, "year", organ.normalise(match[1]), None, int(match[2]), match[3])
    return DocumentId(text, "other")


def build(organ_id: str, on: date, number: str, notation: str) -> str:
    """A DocumentId in the form of the national axis."""
    return f"{organ_id},{dates.write_day(on)},{number}/{notation}"


def comparison_key(text: str) -> str:
    """Equal for two spellings of one id: case, white space, NFC, date separator and zero padding do not matter."""
    text = unicodedata.normalize("NFC", text)
    if match := _AXIS.fullmatch(text):
        organ_id, year, _, month, day, number, notation = match.groups()
        number = number.strip().lstrip("0") or "0"
        return f"{organ_id},{year}/{month:0>2}/{day:0>2},{number}/{notation.strip()}".casefold()
    if match := _UUID.fullmatch(text.strip()):
        return match[1].replace("-", "").casefold()
    return " ".join(text.split()).casefold()


def _day(year: str, month: str, day: str) -> date | None:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None
