"""The national axis's lists of organisations: read row by row while the answer arrives, in bounded memory.

The list has some 120,000 rows in one answer of tens of megabytes, without pages (protocol of the axis). A row is one
JSON object among `data`; what stands around `data` is the answer's own verdict, known when the last byte is here.
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from connectors.vxp import wire

ROW_BYTES = 64 * 1024
"""Longest row: a code, a name, an address. What is longer is no organisation."""

LIST_BYTES = 256 * 1024 * 1024
_REST_BYTES = 64 * 1024
_DATA = re.compile(r'"data"\s*:\s*')
_SPACE = " \t\r\n"

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Unit:
    """One row of getSynchronizeUnit, as it stands there; "" for what is missing or null.

    id, parent_id: the axis's own numbers. version: grows with each change of the row. center: systemid that serves it.
    """

    id: str
    parent_id: str
    code: str
    name: str
    mail: str
    version: int
    center: str
    deleted: bool
    is_agency: bool


def unit(row: Row) -> Unit:
    """The unit in a row; a row without a word about it is an agency and not deleted."""
    version = row.get("version")
    return Unit(
        word(row, "id"),
        word(row, "pid"),
        word(row, "code"),
        word(row, "name"),
        word(row, "mail"),
        version if isinstance(version, int) else 0,
        word(row, "centerCode"),
        row.get("deleted") in _TRUE,
        row.get("isAgency", True) in (*_TRUE, None),
    )


def word(row: Row, name: str) -> str:
    """A member as text without blanks around; "" for null, lists and objects."""
    value = row.get(name)
    return str(value).strip() if isinstance(value, str | int) and not isinstance(value, bool) else ""


_TRUE = (True, 1, "1", "true", "True")


class ListStream:
    """Takes an answer in pieces, gives its rows. Raises wire.WireError for whatever is not the protocol's.

    Feed all pieces, taking rows; `close` gives the answer itself, whose verdict alone makes the rows count.
    """

    def __init__(self, row_bytes: int = ROW_BYTES, list_bytes: int = LIST_BYTES) -> None:
        self._row_bytes = row_bytes
        self._left = list_bytes
        self._letters = codecs.getincrementaldecoder("utf-8")("replace")
        self._scan = json.JSONDecoder().raw_decode
        self._before = ""
        self._text = ""
        self._after = ""
        self._place = "before"  # before | data | after

    def feed(self, piece: bytes) -> Iterator[Row]:
        """The rows that this piece completes. Members of `data` that are no objects are left out."""
        self._left -= len(piece)
        if self._left < 0:
            message = "the list is too long"
            raise wire.WireError(message)
        self._text += self._letters.decode(piece)
        if self._place == "before":
            self._enter()
        if self._place == "data":
            yield from self._rows()
        if self._place == "after":
            self._after += self._text
            self._text = ""
            self._bound(self._after, _REST_BYTES)

    def close(self, http_status: int) -> wire.Answer:
        """The answer without its rows."""
        if self._place == "data":
            message = "the list broke off before its end"
            raise wire.WireError(message)
        return wire.answer(http_status, f"{self._before}{self._text}{self._after}".encode())

    def _enter(self) -> None:
        found = _DATA.search(self._text)
        rest = "" if found is None else self._text[found.end() :]
        if found is None or not rest:
            self._bound(self._text, _REST_BYTES)
            return
        if rest[0] != "[":  # null, or an object that is no list: the whole answer is small
            self._bound(self._text, _REST_BYTES)
            return
        self._before, self._text = self._text[: found.end()] + "[", rest[1:]
        self._place = "data"

    def _rows(self) -> Iterator[Row]:
        at, text = 0, self._text
        while True:
            while at < len(text) and text[at] in _SPACE + ",":
                at += 1
            if at >= len(text):
                break
            if text[at] == "]":
                self._place = "after"
                break
            try:
                row, end = self._scan(text, at)
            except (ValueError, RecursionError) as cause:
                if len(text) - at > self._row_bytes:
                    message = "the list holds something that is no organisation"
                    raise wire.WireError(message) from cause
                break
            if end == len(text) and not isinstance(row, dict | list | str):
                break  # a number at the end of a piece may go on in the next
            at = end
            if isinstance(row, dict):
                yield row
        self._text = text[at:]

    def _bound(self, text: str, limit: int) -> None:
        if len(text) > limit:
            message = "the answer is not the protocol's"
            raise wire.WireError(message)
