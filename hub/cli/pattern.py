"""Patterns: the agencies, systems and rules of one province's setting, ready to be taken over (`config/systems/`).

`truc init DIR --like NAME` begins a hub with one and lays a copy beside hub.toml, to be changed there; `truc system
import FILE` registers what the file says. Which there are: `hub.cli.shipped`.
"""

from __future__ import annotations

import csv
import io
import tomllib
from typing import TYPE_CHECKING, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from hub.cli.errors import WrongUseError

if TYPE_CHECKING:
    from pathlib import Path

EVERY: Final = "*"
"""Instead of codes: every agency of the list given with --agencies."""


class _Part(BaseModel):
    """One table of the file; an unknown key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Agency(_Part):
    """One agency, under the names of `truc agency import`."""

    organ_id: str
    name: str
    kind: str = ""
    level: str = ""
    parent: str = ""
    host: str = ""
    aliases: tuple[str, ...] = ()
    scope: Literal["province", "national"] = "province"


class Listed(_Part):
    """How to read the CSV given with --agencies: for each field the name of its column.

    made_up: the code of a row that has none; {row} is its number in the list, from 01.
    """

    name: str
    organ_id: str = ""
    kind: str = ""
    level: str = ""
    host: str = ""
    made_up: str = ""


Part = Literal["", "second", "standby", "application"]


class Attached(_Part):
    """Agencies whose other system this is, or for which it only sends."""

    codes: tuple[str, ...] = Field(alias="for")
    part: Part = ""
    speaks_only: bool = False


class System(_Part):
    """One system, as `truc system add` and `attach` take it."""

    name: str
    codes: tuple[str, ...] = Field(alias="for")
    connector: str = "pull"
    settings: dict[str, Any] = {}
    item_per_agency: bool = False
    part: Part = ""
    attach: tuple[Attached, ...] = ()


class CopyRule(_Part):
    """Who always gets a copy, as `truc copy-rule add` takes it."""

    copy_to: str
    below: str = ""
    kind: str = ""
    mode: Literal["add", "warn"] = "add"


class Pattern(_Part):
    """A whole setting. made_up: its codes are invented for trying out and stand for nobody."""

    title: str
    title_en: str
    decision: str
    profile: str
    organ_id: str
    name: str
    prefixes: tuple[str, ...]
    made_up: bool = False
    agencies: tuple[Agency, ...] = ()
    listed: Listed | None = Field(None, alias="list")
    systems: tuple[System, ...]
    copy_rules: tuple[CopyRule, ...] = ()


def read(file: Path) -> Pattern:
    """The pattern a file holds. Raises WrongUseError: where it is wrong."""
    try:
        return Pattern.model_validate(tomllib.loads(file.read_text(encoding="utf-8")))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise WrongUseError(f"{file} không phải TOML: {error}", f"{file} is not TOML: {error}") from error
    except ValidationError as error:
        wrong = "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors())
        raise WrongUseError(f"{file} sai: {wrong}", f"{file} is wrong: {wrong}") from error


def listed(pattern: Pattern, data: bytes | None) -> list[Agency]:
    """The agencies of the list, [] where the pattern needs none. Raises WrongUseError: no list, or a column lacks."""
    if pattern.listed is None:
        return []
    if data is None:
        raise WrongUseError(
            "Mẫu này lấy tên cơ quan từ một danh sách CSV: thêm --agencies TỆP.",
            "This pattern takes its agencies from a CSV list: give --agencies FILE.",
        )
    return _rows(pattern.listed, data)


def served(system: System, rows: list[Agency]) -> list[str]:
    """The codes a system speaks for. rows: the agencies of the list."""
    every = [one.organ_id for one in rows]
    return [code for written in system.codes for code in (every if written == EVERY else [written])]


def _rows(how: Listed, data: bytes) -> list[Agency]:
    rows = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig", errors="replace"))))
    columns = {field: column for field, column in how.model_dump(exclude={"made_up"}).items() if column}
    missing = sorted(set(columns.values()) - set(rows[0] if rows else ()))
    if missing:
        words = ", ".join(missing)
        raise WrongUseError(f"Danh sách thiếu cột: {words}", f"The list lacks the columns {words}")
    found = []
    for number, row in enumerate(rows, 1):
        said = {field: (row[column] or "").strip() for field, column in columns.items()}
        said["organ_id"] = said.get("organ_id") or how.made_up.replace("{row}", f"{number:02}")
        found.append(Agency(**said))
    return found
