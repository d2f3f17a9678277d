"""A list of agencies as people save it: CSV in several dialects, read row by row, each fault with its row.

Row numbers are lines of the file, the first line is 1; a quoted cell may span lines, its row is where it begins.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypedDict

from agency_registry import checks, names
from agency_registry.reasons import RegistryError, explain

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

REQUIRED = ("organ_id", "name")
COLUMNS = (
    *REQUIRED,
    "kind",
    "level",
    "parent",
    "legacy_code",
    "email",
    "phone",
    "valid_from",
    "valid_to",
    "aliases",
    "successors",
    "state",
    "host",
)
"""The columns of a list as `export_csv` writes it."""

HISTORY = ("on", "succession")
"""Columns of a list of changes: from which day on what the row says holds, and how successors took over."""

_KNOWN = frozenset((*COLUMNS, *HISTORY))
_DELIMITERS = (",", ";", "\t")


class Fields(TypedDict, total=False):
    """What a row says of an agency; a column the file lacks is absent and changes nothing."""

    name: str
    kind: str
    level: str
    parent: str | None
    legacy_code: str | None
    email: str
    phone: str
    valid_from: date | None
    valid_to: date | None
    aliases: tuple[str, ...]
    successors: tuple[str, ...]
    state: str
    host: str
    on: date | None
    succession: str


@dataclass(frozen=True, slots=True)
class Row:
    """One good row. line: where it begins in the file."""

    line: int
    organ_id: str
    fields: Fields


@dataclass(slots=True)
class Rows:
    """A file that was read. refused: line and reason, as they were met."""

    rows: list[Row] = field(default_factory=list)
    refused: list[tuple[int, str]] = field(default_factory=list)
    unknown_columns: tuple[str, ...] = ()


def read_csv(text: str | bytes) -> Rows:
    """Every row of the file, good or refused. Never raises.

    Understood: UTF-8 with or without a mark, delimiters , ; and tab, any line ends, quotes, Excel's first line `sep=`.
    """
    result = Rows()
    if isinstance(text, bytes):
        try:
            text = text.decode()
        except UnicodeDecodeError as cause:
            result.refused.append((cause.object.count(b"\n", 0, cause.start) + 1, explain("file_encoding")))
            return result
    if not text.strip("\ufeff \t\r\n"):
        result.refused.append((1, explain("file_empty")))
        return result
    records = _records(text.removeprefix("\ufeff"), result)
    line, cells = next(records, (1, []))
    header = _header(line, cells, result)
    if header is None:
        return result
    result.unknown_columns = tuple(column for column in header if column and column not in _KNOWN)
    for line, cells in records:
        try:
            result.rows.append(_row(line, cells, header))
        except RegistryError as error:
            result.refused.append((line, error.reason))
    return result


def _records(text: str, result: Rows) -> Iterator[tuple[int, list[str]]]:
    """Line and cells of each record that is not blank; the delimiter comes from `sep=` or the header line."""
    lines = io.StringIO(text, newline="")
    first = lines.readline()
    before = 0
    mark = first.strip().strip('"')
    if mark[:4].lower() == "sep=" and len(mark) <= 5:
        delimiter, before = first.strip("\r\n").strip('"')[4:5] or ",", 1
        if delimiter not in _DELIMITERS:
            result.refused.append((1, explain("header_missing", column="organ_id")))
            return
    else:
        lines.seek(0)
        delimiter = max(_DELIMITERS, key=first.count)
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    while True:
        line = before + reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            result.refused.append((line, explain("file_quotes", detail=error)))
            continue
        if any(cell.strip() for cell in cells):
            yield line, cells


def _header(line: int, cells: list[str], result: Rows) -> list[str] | None:
    header = [checks.printable(names.clean(cell).casefold()) for cell in cells]
    for column in (*COLUMNS, *HISTORY):
        if header.count(column) > 1:
            result.refused.append((line, explain("header_repeated", column=column)))
            return None
    for column in REQUIRED:
        if column not in header:
            result.refused.append((line, explain("header_missing", column=column)))
            return None
    return header


def _row(line: int, cells: list[str], header: list[str]) -> Row:
    if any(cell.strip() for cell in cells[len(header) :]):
        raise RegistryError("cells", found=len(cells), wanted=len(header))
    told = {column: "" for column in header if column in _KNOWN}
    for column, cell in zip(header, cells, strict=False):
        if cell and column in told:
            told[column] = _cell(cell)
    if not told["organ_id"]:
        raise RegistryError("code_missing")
    organ_id = checks.code(told["organ_id"])
    fields: Fields = {"name": checks.name(told["name"])}
    if "kind" in told:
        fields["kind"] = checks.field("kind", told["kind"])
    if "level" in told:
        fields["level"] = checks.field("level", told["level"])
    if "email" in told:
        fields["email"] = checks.field("email", told["email"])
    if "phone" in told:
        fields["phone"] = checks.field("phone", told["phone"])
    if "host" in told:
        fields["host"] = checks.host(told["host"])
    if "parent" in told:
        fields["parent"] = checks.code(told["parent"]) if told["parent"] else None
    if "legacy_code" in told:
        fields["legacy_code"] = checks.code(told["legacy_code"]) if told["legacy_code"] else None
    fields.update(_life(told))
    return Row(line, organ_id, fields)


def _life(told: dict[str, str]) -> Fields:
    """Validity, further codes, successors and state of one row."""
    fields: Fields = {}
    if "valid_from" in told:
        fields["valid_from"] = checks.day("valid_from", told["valid_from"])
    if "valid_to" in told:
        fields["valid_to"] = checks.day("valid_to", told["valid_to"])
    checks.span(fields.get("valid_from"), fields.get("valid_to"))
    if "aliases" in told:
        fields["aliases"] = checks.codes(told["aliases"])
    if "successors" in told:
        fields["successors"] = checks.codes(told["successors"])
    if told.get("state"):
        fields["state"] = checks.state(told["state"])
    if told.get("on"):
        fields["on"] = checks.day("on", told["on"])
    if told.get("succession"):
        fields["succession"] = checks.succession(told["succession"])
    return fields


def _cell(text: str) -> str:
    """The cell without the apostrophe that `export_csv` puts before what a spreadsheet would take for a formula."""
    text = text.strip()
    return text[1:] if text.startswith("'") and names.is_formula(text[1:]) else text
