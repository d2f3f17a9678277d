"""Import and export of the list of agencies as a CSV file.

An import is nothing or all of the file: one refused row and nothing is written, and the report names every bad row, so
that a list is corrected in one go. It adds and changes; what the file does not name stays, and what is closed stays
closed unless the file says `state` active. Importing the same file again changes nothing.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from agency_registry import checks, names
from agency_registry.agency import Agency
from agency_registry.agency_rows import read_agencies
from agency_registry.csv_rows import COLUMNS, Row, Rows, read_csv
from agency_registry.edit import entries, levels
from agency_registry.edit.days import Step
from agency_registry.edit.entries import Connection, Why
from agency_registry.reasons import explain

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

__all__ = ["Report", "Row", "Rows", "export_csv", "import_agencies", "read_csv"]

_WARNINGS_SHOWN = 100


@dataclass(frozen=True, slots=True)
class Report:
    """What an import did. refused, warnings: {"row", "reason"}, by row; rows are lines of the file."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    refused: tuple[dict[str, object], ...] = ()
    warnings: tuple[dict[str, object], ...] = ()
    unknown_columns: tuple[str, ...] = ()
    version: int = 0

    def as_json(self) -> dict[str, object]:
        """The report as the command line prints it."""
        return {
            "added": self.added,
            "changed": self.changed,
            "unchanged": self.unchanged,
            "refused": list(self.refused),
            "warnings": list(self.warnings),
            "unknown_columns": list(self.unknown_columns),
            "version": self.version,
        }


def import_agencies(
    connection: Connection, text: str | bytes, *, scope: str = "province", why: Why | None = None
) -> Report:
    """Read the file, check it against itself and the registry, and apply it if no row is refused.

    scope: of new agencies; national for the list synchronised from the axis.
    """
    why = why or Why()
    checks.scope(scope)
    read = read_csv(text)
    stored = {agency.organ_id: agency for agency in read_agencies(connection)}
    plan = _Plan(stored, scope, why.today, levels.last_days(connection))
    plan.retired = entries.retired(connection, [row.organ_id for row in read.rows])
    plan.take(read.rows)
    refused = sorted([*read.refused, *plan.refused])
    if refused:
        return Report(refused=_listed(refused), warnings=_listed(plan.warnings), unknown_columns=read.unknown_columns)
    if plan.added or plan.steps:
        version = entries.write(connection, "imported", plan.added, plan.steps, why)
    else:
        version = entries.current_version(connection)
    return Report(
        added=len(plan.added),
        changed=len(plan.steps),
        unchanged=len(read.rows) - len(plan.added) - len(plan.steps),
        warnings=_listed(plan.warnings),
        unknown_columns=read.unknown_columns,
        version=version,
    )


def export_csv(agencies: Iterable[Agency]) -> str:
    """The list as a CSV file that `import_agencies` reads back without a change, and that no spreadsheet executes.

    The caller may put the UTF-8 mark before it for Excel.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for agency in agencies:
        told = {
            **agency.as_json(),
            "aliases": " ".join(alias for alias in agency.aliases if alias != agency.legacy_code),
            "successors": " ".join(agency.successors),
        }
        writer.writerow([_safe(told[column]) for column in COLUMNS])
    return out.getvalue()


def _safe(value: object) -> str:
    text = "" if value is None else str(value)
    return f"'{text}" if names.is_formula(text) else text


def _listed(found: Iterable[tuple[int, str]]) -> tuple[dict[str, object], ...]:
    return tuple({"row": row, "reason": reason} for row, reason in found)


class _Plan:
    """What an import would do, worked out before anything is written."""

    def __init__(
        self, stored: Mapping[str, Agency], scope: str, today: date, known_levels: Mapping[str, date | None]
    ) -> None:
        self.stored = stored
        self.scope = scope
        self.today = today
        self.added: list[Agency] = []
        self.steps: list[Step] = []
        self.retired: Mapping[str, str] = {}
        self.refused: list[tuple[int, str]] = []
        self.warnings: list[tuple[int, str]] = []
        self._levels = known_levels
        self._line: dict[str, int] = {}
        self._row: dict[str, Row] = {}
        self._after: dict[str, Agency] = {}
        self._owner: dict[str, str] = {}

    def take(self, rows: list[Row]) -> None:
        """Check the rows in the order that gives each fault one reason."""
        for row in rows:
            if row.organ_id in self._line:
                self._refuse(row.line, "code_repeated", code=row.organ_id, row=self._line[row.organ_id])
                continue
            self._line[row.organ_id] = row.line
            self._row[row.organ_id] = row
            self._after[row.organ_id] = self._wanted(row)
        self._check_codes()
        self._resolve()
        self._check_circles()
        self._check_names()
        self._check_shapes()
        for organ_id, after in self._after.items():
            before = self.stored.get(organ_id)
            if before is None:
                self.added.append(after)
            elif before != after:
                told = self._row[organ_id].fields
                succession = told.get("succession", "closed")
                self.steps.append(Step(before, after, told.get("on"), succession=succession))

    def _refuse(self, line: int, slug: str, **values: object) -> None:
        self.refused.append((line, explain(slug, **values)))

    def _wanted(self, row: Row) -> Agency:
        """The agency as the row wants it; parent and successors still as written."""
        fields = row.fields
        before = self.stored.get(row.organ_id) or Agency(0, row.organ_id, "", scope=self.scope)
        legacy = fields.get("legacy_code", before.legacy_code)
        others = fields.get("aliases")
        if others is not None or legacy != before.legacy_code:
            kept = {alias for alias in before.aliases if alias != before.legacy_code} if others is None else {*others}
            aliases = tuple(sorted((kept | ({legacy} if legacy else set())) - {row.organ_id}))
        else:
            aliases = before.aliases
        first, last, state, successors = self._life(row, before)
        return Agency(
            before.id,
            before.organ_id,
            fields["name"],
            fields.get("kind", before.kind),
            fields.get("level", before.level),
            fields.get("parent", before.parent),
            legacy,
            fields.get("email", before.email),
            fields.get("phone", before.phone),
            first,
            last,
            before.scope,
            state,
            aliases,
            successors,
            fields.get("host", before.host),
        )

    def _life(self, row: Row, before: Agency) -> tuple[date | None, date | None, str, tuple[str, ...]]:
        """First day, last day, state and successors as the row wants them; what is closed stays closed."""
        state = row.fields.get("state")
        if before.state == "closed" and state != "active":  # law: R-026 QĐ28 Đ16.1
            last = row.fields.get("valid_to", before.valid_to)
            if state is None and (last is None or last >= self.today):
                self.warnings.append((row.line, explain("closed_kept")))
            return before.valid_from, before.valid_to, before.state, before.successors
        first = row.fields.get("valid_from", before.valid_from)
        last = row.fields.get("valid_to", before.valid_to)
        if first is not None and last is not None and last < first:
            self._refuse(row.line, "dates_reversed")
        ended = last is not None and last < self.today
        successors = row.fields.get("successors", before.successors)
        return first, last, "closed" if ended else state or before.state, successors

    def _check_codes(self) -> None:
        """A code belongs to one agency: among the rows, and against what the rows leave untouched."""
        for organ_id, agency in self.stored.items():
            if organ_id not in self._after:
                self._owner.update((code, organ_id) for code in (organ_id, *agency.aliases))
        self._owner.update((code, owner) for code, owner in self.retired.items() if code not in self.stored)
        for organ_id in self._after:
            if organ_id in self._owner:  # law: R-023 CB Đ4
                self._refuse(self._line[organ_id], "alias_taken", code=organ_id, owner=self._owner[organ_id])
            else:
                self._owner[organ_id] = organ_id
        for organ_id, agency in self._after.items():
            for alias in agency.aliases:
                owner = self._owner.setdefault(alias, organ_id)
                if owner != organ_id:
                    self._refuse(self._line[organ_id], "alias_taken", code=alias, owner=owner)

    def _resolve(self) -> None:
        """Parents and successors by any code they answer to; they may stand later in the file."""
        for organ_id, agency in self._after.items():
            line, parent = self._line[organ_id], agency.parent
            if parent is not None:
                parent = self._owner.get(parent)
                if parent is None:
                    self._refuse(line, "parent_unknown", code=agency.parent)
            successors = []
            for code in agency.successors:
                owner = self._owner.get(code)
                if owner is None:
                    self._refuse(line, "successor_unknown", code=code)
                elif owner == organ_id:
                    self._refuse(line, "agency_self", code=code)
                else:
                    successors.append(owner)
            if parent != agency.parent or tuple(successors) != agency.successors:
                self._after[organ_id] = replace(agency, parent=parent, successors=tuple(successors))

    def _check_circles(self) -> None:
        """Refuse every row that stands on a circle of parents."""
        cleared: set[str] = set()
        for start in self._after:
            path: dict[str, None] = {}
            code: str | None = start
            while code is not None and code not in cleared and code not in path:
                path[code] = None
                code = self._parent(code)
            if code is not None and code in path:
                walked = list(path)
                circle = walked[walked.index(code) :]
                for member in circle:
                    if member in self._line:
                        shown = " > ".join([*circle[:4], circle[0]] if len(circle) <= 4 else [*circle[:4], "..."])
                        self._refuse(self._line[member], "parent_cycle", codes=shown)
            cleared.update(path)

    def _check_shapes(self) -> None:
        """Warn of codes of a strange shape and of levels that there are not; the national list is another's affair."""
        if self.scope == "national":
            return
        strange = [
            (self._line[organ_id], why)
            for organ_id, agency in self._after.items()
            if agency.state != "closed" and agency != self.stored.get(organ_id)
            for why in (
                *checks.unusual(organ_id, agency.legacy_code),
                *levels.unusual(self._levels, agency.level, self._row[organ_id].fields.get("on") or self.today),
            )
        ]
        self.warnings += strange[:_WARNINGS_SHOWN]

    def _parent(self, organ_id: str) -> str | None:
        agency = self._after.get(organ_id) or self.stored.get(organ_id)
        return None if agency is None else agency.parent

    def _check_names(self) -> None:
        """Warn of equal names among open agencies; not in the national list, where they are the rule."""
        if self.scope == "national":
            return
        known: dict[str, str] = {}
        for agency in self.stored.values():
            if agency.organ_id not in self._after and agency.state != "closed" and agency.scope == "province":
                known.setdefault(names.key(agency.name), agency.organ_id)
        equal = []
        for organ_id, agency in self._after.items():
            owner = known.setdefault(names.key(agency.name), organ_id) if agency.state != "closed" else organ_id
            if owner != organ_id:  # law: R-024 HN Đ8.2
                equal.append((self._line[organ_id], explain("name_equal", owner=owner)))
        self.warnings += equal[:_WARNINGS_SHOWN]
        if len(equal) > _WARNINGS_SHOWN:
            more = explain("name_equal_more", count=len(equal) - _WARNINGS_SHOWN)
            self.warnings.append((equal[_WARNINGS_SHOWN][0], more))
