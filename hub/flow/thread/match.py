"""The one way to find the document a message speaks of: for statuses, recalls, updates, replies and replacements.

Asked in this order, the cheap questions first: its DocumentId however it is spelt; our own id of the package or item,
or the national axis's DocId; its number, notation and day (or year) within one organisation. The organisation may be
named by any of its codes, and speaks for the closed agencies whose only successor it is. What fits two documents fits
none: a person decides (`review`).
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from edxml import dates, organ
from edxml import document_id as document_ids
from hub.flow import routing
from hub.store import items, originals, relayed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection

    from agency_registry.directory import Directory
    from edxml.model import MessageHeader, ResponseFor

_ID_CHARACTERS = 36


@dataclass(frozen=True, slots=True)
class Named:
    """A document as a message names it.

    organ_id: whose document it is, by any code. code: `number/notation`. promulgated: its day as written.
    """

    organ_id: str
    document_id: str
    code: str = ""
    promulgated: str = ""

    @classmethod
    def answered(cls, said: ResponseFor) -> Named:
        """The document that a status or a reply answers."""
        return cls(said.organ_id, said.document_id, said.code, said.promulgated)

    @classmethod
    def revised(cls, sender: str, header: MessageHeader) -> Named:
        """The document that a recall or an update of the same sender revises."""
        code = f"{header.code.number}/{header.code.notation}" if header.code is not None else ""
        day = header.promulgation.text if header.promulgation is not None else ""
        return cls(sender, header.document_id, code, day)

    @property
    def key(self) -> str:
        """Its DocumentId as it is compared."""
        return document_ids.comparison_key(self.document_id)

    @property
    def entry(self) -> str:
        """Its `number/notation` as it is compared: `13/qđ-snv`; `13/` without a notation, '' without a number."""
        number, notation = self._number()
        return entry_of(number, notation)

    def fits(self, number: str, notation: str, promulgated: str) -> bool:
        """Whether a document of that number, notation and day is the one named: the day, or at least the year, fits."""
        said_number, said_notation = self._number()
        if not said_number or _plain(number) != _plain(said_number):
            return False
        if said_notation and _folded(notation) != _folded(said_notation):
            return False
        day, year = self._day()
        written = dates.parse_day(promulgated)
        if day is not None and written is not None:
            return day == written
        return year is not None and promulgated[:4] == str(year)

    def issued_by(self) -> date | None:
        """The last day on which it can have been issued; None when nothing tells."""
        day, year = self._day()
        return day if day is not None or year is None else date(year, 12, 31)

    def _number(self) -> tuple[str, str]:
        number, _, notation = self.code.partition("/")
        if not number.strip():
            parts = document_ids.parse(self.document_id)
            number, notation = parts.number, parts.notation
            if parts.form == "year":
                number, _, notation = number.partition("/")
        return number.strip(), notation.strip()

    def _day(self) -> tuple[date | None, int | None]:
        parts = document_ids.parse(self.document_id)
        day = dates.parse_day(self.promulgated) or parts.on
        return day, day.year if day is not None else parts.year


@dataclass(frozen=True, slots=True)
class Original:
    """A document that is here: its latest package, and sender and DocumentId as they are stored."""

    package_id: str
    sender: str
    document_id: str


def find(connection: Connection, directory: Directory, named: Named) -> Original | None:
    """The document named; None when nobody knows it here, or when several fit."""
    row = _by_document_id(connection, directory, named) or _by_transport(connection, directory, named)
    row = row or _by_entry(connection, directory, named)
    return None if row is None else Original(row.id, row.sender, row.document_id)


def voices(directory: Directory, code: str) -> Iterator[str]:
    """The codes under which an agency's documents are stored: its own, older ones, those of whom it took over."""
    agency = directory.agency(code)
    if agency is None:
        yield organ.normalise(code)
        return
    for one in (agency, *directory.predecessors(agency.organ_id)):
        yield from one.codes
        yield from directory.former_codes(one.organ_id)


def entry_of(number: str, notation: str) -> str:
    """`number/notation` in the form that is compared; '' without a number."""
    return f"{_plain(number)}/{_folded(notation)}" if number.strip() else ""


def _by_document_id(connection: Connection, directory: Directory, named: Named) -> Any | None:
    if not named.document_id:
        return None
    key = named.key
    found = (originals.by_document_id(connection, code, key) for code in voices(directory, named.organ_id))
    return next((one for one in found if one is not None), None)


def _by_transport(connection: Connection, directory: Directory, named: Named) -> Any | None:
    """By our package id, our item id, or the axis's DocId; only of a document of the organisation named."""
    text = named.document_id.strip()
    if not text or len(text) > _ID_CHARACTERS:
        return None
    row = originals.by_id(connection, text)
    if row is None:
        item = items.get(connection, relayed.item_of(connection, routing.AXIS, text) or text)
        row = originals.by_id(connection, item.package_id) if item is not None else None
    return row if row is not None and row.sender in set(voices(directory, named.organ_id)) else None


def _by_entry(connection: Connection, directory: Directory, named: Named) -> Any | None:
    """By number, notation and day: only when exactly one document fits."""
    number = named.entry.partition("/")[0]
    if not number:
        return None
    spellings = {number, number.upper(), number.zfill(2), number.zfill(3)}
    rows = originals.by_number(connection, tuple(voices(directory, named.organ_id)), spellings)
    fitting = {one.document_key: one for one in reversed(rows) if named.fits(one.number, one.notation, one.promulgated)}
    return next(iter(fitting.values())) if len(fitting) == 1 else None


def _plain(number: str) -> str:
    return _folded(number).lstrip("0") or "0"


def _folded(text: str) -> str:
    return "".join(unicodedata.normalize("NFC", text).split()).casefold()
