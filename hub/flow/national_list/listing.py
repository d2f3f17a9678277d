"""The differences as a CSV file: what two people read there is, line for line, what is carried out.

A cell that a spreadsheet could take for a formula has an apostrophe before it; a name that really begins so is refused
before it comes here.
"""

from __future__ import annotations

import csv
import hashlib
import io
from pathlib import Path
from typing import TYPE_CHECKING

from agency_registry import names
from agency_registry.edit import NationalChange

if TYPE_CHECKING:
    from hub.flow.national_list.comparing import Difference, Differences

COLUMNS = (
    "change", "organ_id", "name", "parent", "email", "legacy_code", "was", "was_name", "was_parent", "why",
)  # fmt: skip
LEFT = "left"
"""In the column `change`: a row of the national list that is left alone; `why` tells the reason."""

FOLDER = "national-list"


class ListingChangedError(ValueError):
    """The file is not the one that was written."""


def write(folder: Path, differences: Differences) -> tuple[Path, str]:
    """Write the file into `folder`; gives its place and its SHA-256."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for one in differences.changes:
        writer.writerow(_cells(one))
    for left in differences.left:
        why = f"{left.why}: {left.detail}" if left.detail else left.why
        writer.writerow([LEFT, _safe(left.code), _safe(left.name), *[""] * 6, _safe(why)])
    data = out.getvalue().encode("utf-8-sig")
    digest = hashlib.sha256(data).hexdigest()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / f"{digest[:16]}.csv"
    part = path.with_suffix(".part")
    part.write_bytes(data)
    part.replace(path)
    return path, digest


def read(path: Path, digest: str) -> list[NationalChange]:
    """The changes in a file. Raises ListingChangedError, OSError."""
    data = path.read_bytes()
    if hashlib.sha256(data).hexdigest() != digest:
        raise ListingChangedError(path.name)
    rows = csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline=""))
    return [
        NationalChange(
            tuple(row["change"].split()),
            row["organ_id"],
            row["name"],
            row["parent"],
            row["email"],
            row["legacy_code"],
            row["was"],
            row["was_name"],
        )
        for row in rows
        if row["change"] != LEFT
    ]


def _cells(one: Difference) -> list[str]:
    before, after = one.before, one.after
    was = ("", "", "") if before is None else (before.organ_id, before.name, before.parent)
    return [" ".join(one.kinds), after.organ_id, after.name, after.parent, after.email, after.legacy_code, *was, ""]


def _safe(text: str) -> str:
    return f"'{text}" if names.is_formula(text) else text
