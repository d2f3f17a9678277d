"""Figures told by the tree of a day: by agency, by level, by kind or by the agency above; the sums stay the same.

law: R-203 HN Đ15.2, R-207, R-003 QĐ28 Đ2.2
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from agency_registry import edit
from hub.store import statistics

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from sqlalchemy import Connection

    from agency_registry.edit import Place

BY: Final = ("agency", "level", "kind", "parent")
"""What figures are put together by."""
NOWHERE: Final = "-"
"""The heading of what has none."""


@dataclass(frozen=True, slots=True)
class Cut:
    """Which tree figures are told by. day: whose; by: one of BY."""

    day: date
    by: str = "agency"


@dataclass(frozen=True, slots=True)
class Row:
    """One heading: an agency, a level, a kind, or an agency with all directly below it."""

    key: str
    name: str
    figures: statistics.Figures


def cut(connection: Connection, found: Mapping[str, statistics.Figures], by: Cut) -> list[Row]:
    """The figures put together by the tree of a day, by key; every figure of `found` is in exactly one row."""
    tree = edit.tree_of(connection, found, by.day)
    labels = _labels(connection, by, tree.places)
    rows: dict[str, Row] = {}
    if by.by == "agency":
        rows = {code: Row(code, place.name, statistics.Figures()) for code, place in tree.places.items()}
    for code, figures in found.items():
        place = tree.of[code]
        key = _key(by, place)
        name = place.name if by.by == "agency" else labels.get(key, "")
        row = rows.setdefault(key, Row(key, name, statistics.Figures()))
        row.figures.add(figures)
    return [rows[key] for key in sorted(rows)]


def _key(by: Cut, place: Place) -> str:
    if by.by == "agency":
        return place.organ_id
    told = {"level": place.level, "kind": place.kind, "parent": place.parent}
    return told[by.by] or NOWHERE


def _labels(connection: Connection, by: Cut, places: Mapping[str, Place]) -> dict[str, str]:
    """Heading -> its name."""
    if by.by == "level":
        levels = edit.list_levels(connection, by.day)
        return {str(one["level"]): f"{one['name_vi']} / {one['name_en']}" for one in levels}
    return {code: place.name for code, place in places.items()} if by.by == "parent" else {}
