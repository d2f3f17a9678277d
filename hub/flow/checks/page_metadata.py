"""Number and date of the metadata against what stands on page 1 and in the widgets of the signatures.

Warned only about a page that a program can read: a scan, recognised text or a font of the years before Unicode is
"not checkable". Real documents carry number, day, month and year in widgets of signatures, often on another page.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from enum import Enum
from typing import TYPE_CHECKING

from edxml.faults import Fault
from edxml.page.facts import PageText
from hub.flow import first_page
from hub.flow.checks.base import Action, Check, Finding, Outcome, everywhere

if TYPE_CHECKING:
    from edxml.model import MessageHeader
    from edxml.verdict import FileReport
    from hub.context import Hub
    from hub.flow.checks.base import Subject

HEAD_PART = 0.45  # of the page: where a document has its number line and its place-and-date line
_NUMBER_LINE = re.compile(r"^(?:công báo\s*/\s*)?(?:số|so|sè)\s*[:.]", re.IGNORECASE)
_DATE = re.compile(r"ng[àa]y(\d{1,2})th[áa]ng(\d{1,2})n[ăa]m(\d{4})|(?<!\d)(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})(?!\d)")


class Found(Enum):
    """Whether a fact of the metadata stands on the document."""

    FOUND = "found"
    NOT_FOUND = "not found"
    NOT_CHECKABLE = "not checkable"


async def find(hub: Hub, subject: Subject) -> list[Finding]:  # noqa: ARG001
    """The number that is nowhere, and the date that another one stands for."""
    file = first_page.main_file(subject)
    if file is None or file.report is None:
        return []
    found = []
    if number_on_page(subject.header, file.report) is Found.NOT_FOUND:
        english, vietnamese = "the number of the metadata is not on page 1", "không thấy số văn bản trên trang 1"
        found.append((english, vietnamese))
    if date_on_page(subject.header, file.report) is Found.NOT_FOUND:
        english, vietnamese = (
            "page 1 has another date than the metadata",
            "ngày ban hành trên trang 1 khác với khai báo",
        )
        found.append((english, vietnamese))
    return [
        Finding(Fault.PROFILE_INVALID, english, file.attachment.name, Action.WARN, detail_vi=vietnamese)
        for english, vietnamese in found
    ]


def number_on_page(header: MessageHeader, report: FileReport) -> Found:
    """Whether the number stands in the number line, with its notation anywhere, or in a widget.

    law: R-076 TT Đ7.2.2
    """
    page = report.page
    number = "" if header.code is None else _plain(header.code.number).lstrip("0")
    if page is None or page.text is not PageText.READABLE or not number:
        return Found.NOT_CHECKABLE
    lines = [" ".join(segment.text for segment in row) for row in first_page.rows(page)]
    token = re.compile(rf"(?<![0-9])0*{re.escape(number)}(?![0-9])")
    shown = [_plain(signature.shown) for signature in report.signatures]
    if any(token.search(text) for text in shown):
        return Found.FOUND
    notation = _folded("" if header.code is None else header.code.notation)
    whole = re.compile(rf"(?<![0-9])0*{re.escape(_folded(number))}/(?:[0-9]{{4}}/)?{re.escape(notation)}")
    if notation and any(whole.search(_folded(line)) for line in lines):
        return Found.FOUND
    number_lines = [line for line in lines if _NUMBER_LINE.match(line)]
    in_line = any(token.search(_plain(line)) for line in number_lines)
    anywhere = not number_lines and any(token.search(_lower(line)) for line in lines)
    return Found.FOUND if in_line or anywhere else Found.NOT_FOUND


def date_on_page(header: MessageHeader, report: FileReport) -> Found:
    """Whether the date of issue stands on page 1; not found only when the head of the page has another full date.

    A date of which a part is left open (to be drawn by a signature, or by hand) is not checkable.
    """
    page = report.page
    on = header.promulgation.on if header.promulgation is not None else None
    if page is None or page.text is not PageText.READABLE or on is None:
        return Found.NOT_CHECKABLE
    rows = first_page.rows(page)
    if any(on in _dates(text) for row in rows for text in ("".join(s.text for s in row), *(s.text for s in row))):
        return Found.FOUND
    end = rows[0][0].y + page.height_mm / 25.4 * 72 * HEAD_PART if rows else 0.0
    head = [s.text for row in rows for s in row if s.y <= end and re.search(r",\s*ng[àa]y", s.text, re.IGNORECASE)]
    return Found.NOT_FOUND if any(_dates(text) for text in head) else Found.NOT_CHECKABLE


def _dates(text: str) -> set[date]:
    found = set()
    for match in _DATE.finditer(_plain(text)):
        day, month, year = (int(n) for n in match.groups() if n is not None)
        try:
            found.add(date(year, month, day))
        except ValueError:
            continue
    return found


def _plain(text: str) -> str:
    """In NFC and lower case without blanks."""
    return _lower("".join(text.split()))


def _lower(text: str) -> str:
    return unicodedata.normalize("NFC", text).lower()


def _folded(text: str) -> str:
    """Without marks too, and with one kind of dash."""
    flat = unicodedata.normalize("NFD", _plain(text).replace("đ", "d"))
    return re.sub(r"[‐-―−]", "-", "".join(c for c in flat if not unicodedata.combining(c)))


CHECK = Check(
    slug="page_metadata",
    law="R-076",
    title_vi="Số hoặc ngày khai trong gói tin không khớp trang 1",
    title_en="Number or date of the metadata does not fit page 1",
    find=find,
    outcomes=everywhere(Outcome.WARN),
)
