"""Where a person stands in the books: for whoever asks what is held about them. Who asked, and why, is recorded.

The answer names packages and fields, never the words; contents stay sealed. Whose document it is answers for it.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from agency_registry import edit
from edxml.faults import Fault, Refusal
from hub.store import events, personal

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterable

    from sqlalchemy import Connection

    from hub.context import Hub

PIECE: Final = 2000
LEAST: Final = 4
"""Signs of a name, phone or address; fewer would find everybody."""

MOST: Final = 1000
"""Places that are named one by one; the others are counted."""

_BETWEEN_DIGITS: Final = re.compile(r"[\s.()\-]")
_PHONE: Final = re.compile(r"\+?\d{7,15}")
_AGENCY: Final = ("name", "email", "phone")


@dataclass(frozen=True, slots=True)
class Place:
    """One field that names the person. about: the package's id, the user's name, the agency's code; '' = none."""

    table: str
    field: str
    about: str


@dataclass(frozen=True, slots=True)
class Found:
    """Every place, at most MOST of them; fields: how often in which column; sealed: contents nobody looked into."""

    places: tuple[Place, ...]
    fields: dict[str, int]
    sealed: int


class TooShortError(ValueError):
    """Fewer than LEAST signs to look for."""


async def find(hub: Hub, wanted: str, operator: str, purpose: str) -> Found:
    """Where a name, phone or e-mail address stands. Raises Refusal(REASON_REQUIRED), TooShortError."""
    if not purpose.strip():
        raise Refusal(Fault.REASON_REQUIRED, where="purpose")  # law: P-01 Luật 91/2025 Đ3
    fits = _test(wanted)
    places = [place async for place in _in_books(hub, fits)]
    sealed = await hub.db.read(personal.sealed)
    counted = Counter(f"{place.table}.{place.field}" for place in places)
    await hub.db.write(partial(_record, hub, operator, purpose, len(places)))
    return Found(tuple(places[:MOST]), dict(sorted(counted.items())), sealed)


async def _in_books(hub: Hub, fits: Callable[[str], bool]) -> AsyncIterator[Place]:
    # law: P-05 Luật 91/2025 Đ4
    for table, columns in personal.COLUMNS.items():
        after = 0
        while rows := await hub.db.read(partial(personal.piece, table=table, after=after, limit=PIECE)):
            after = rows[-1].seq
            for row in rows:
                for place in _places(table, columns, row, row.about, fits):
                    yield place
    for table, columns in personal.NAMED.items():
        for row in await hub.db.read(partial(personal.whole, table=table)):
            about = str(row[0]) if table != "confirmations" else ""
            for place in _places(table, columns, row, about, fits):
                yield place
    for agency in await hub.db.read(edit.list_agencies):
        for name in _AGENCY:
            if fits(str(agency.get(name) or "")):
                yield Place("agencies", name, str(agency["organ_id"]))


def _places(table: str, columns: Iterable[str], row: Any, about: str, fits: Callable[[str], bool]) -> list[Place]:
    return [Place(table, name, about) for name in columns if fits(str(getattr(row, name) or ""))]


def _record(hub: Hub, operator: str, purpose: str, found: int, connection: Connection) -> None:
    """Who looked, what for and how much there was; not for whom.  law: P-08"""
    detail = {"what": "personal_data", "purpose": " ".join(purpose.split())[:500], "found": found}
    hub.journal.record(connection, hub.clock.now(), [events.Event("content.opened", f"user:{operator}", detail=detail)])


def _test(wanted: str) -> Callable[[str], bool]:
    folded = _folded(wanted)
    if len(folded) < LEAST:
        message = f"at least {LEAST} signs of a name, phone or address"
        raise TooShortError(message)
    digits = _BETWEEN_DIGITS.sub("", folded)
    if _PHONE.fullmatch(digits):
        return lambda text: digits in _BETWEEN_DIGITS.sub("", text)
    return lambda text: folded in _folded(text)


def _folded(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).casefold().split())
