"""Where a code belongs in the tree of a day: how figures of one structure are told in another.

Each code has one place, so that nothing is counted twice and nothing is lost, whatever the day.
"""  # law: R-026 QĐ28 Đ16.1, R-027

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from agency_registry.agency_rows import read_agencies
from agency_registry.edit import as_of, succession
from agency_registry.tables import agencies, agency_periods

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import date

    from sqlalchemy import Connection


@dataclass(frozen=True, slots=True)
class Place:
    """An agency of a day's tree. inside: False for a code that has no place in it: it stands for itself."""

    organ_id: str
    name: str
    kind: str = ""
    level: str = ""
    parent: str | None = None
    inside: bool = True


@dataclass(frozen=True, slots=True)
class Tree:
    """The tree of a day. places: all agencies in it, by code; of: the place of each code that was asked for."""

    places: Mapping[str, Place]
    of: Mapping[str, Place]


def tree_of(connection: Connection, codes: Collection[str], day: date) -> Tree:
    """The province's tree of that day, and the place in it of each of these codes, of whatever time.

    A code of an earlier agency belongs to the one successor it had by then; a later one to the one agency it came
    from; the same agency under another code to itself. Where several would share it, it stands for itself.
    """
    stood = {int(str(one["id"])): _place(one) for one in as_of.structure_of(connection, day)}
    numbers = _numbers(connection)
    names = {agency.organ_id: agency.name for agency in read_agencies(connection, codes)}
    found = {}
    for code in codes:
        number = _reached(connection, code, day, numbers, stood)
        found[code] = stood[number] if number is not None else Place(code, names.get(code, ""), inside=False)
    return Tree({place.organ_id: place for place in stood.values()}, found)


def _reached(
    connection: Connection, code: str, day: date, numbers: Mapping[str, int], stood: Mapping[int, Place]
) -> int | None:
    number = numbers.get(code)
    if number in stood:
        return number
    ends = {numbers.get(path[-1].successor) for path in succession.successors_of(connection, code, day)}
    if not ends:
        links = succession.predecessors_of(connection, code)
        ends = {numbers.get(link.organ_id) for link in links if link.first_day > day} & stood.keys()
    if len(ends) == 1 and (end := ends.pop()) in stood:
        return end
    return None


def _numbers(connection: Connection) -> dict[str, int]:
    """Every identity code there ever was -> the registry's number of its agency."""
    past: Any = connection.execute(sa.select(agency_periods.c.organ_id, agency_periods.c.agency_id).distinct())
    now: Any = connection.execute(sa.select(agencies.c.organ_id, agencies.c.id))
    return dict([*past, *now])


def _place(told: Mapping[str, Any]) -> Place:
    return Place(told["organ_id"], told["name"], told["kind"], told["level"], told["parent"])
