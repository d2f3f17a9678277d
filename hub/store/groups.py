"""Saved lists of recipients, each the affair of one agency."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import delete, func, insert, select

from hub import clock
from hub.store import tables

if TYPE_CHECKING:
    from sqlalchemy import Connection, Row

_G = tables.recipient_groups


@dataclass(frozen=True, slots=True)
class Member:
    """One recipient of a list: a code, what it gets documents for, and how."""

    code: str
    role: str
    mode: str


@dataclass(frozen=True, slots=True)
class Group:
    """One list.  law: R-108 BD Đ4.2"""

    organ_id: str
    name: str
    members: tuple[Member, ...]
    note: str
    updated_at: datetime


def get(connection: Connection, organ_id: str, name: str) -> Group | None:
    """One list of one agency."""
    row = connection.execute(select(_G).where(_G.c.organ_id == organ_id, _G.c.name == name)).first()
    return None if row is None else _group(row)


def of_agency(connection: Connection, organ_id: str) -> list[Group]:
    """All lists of one agency, by name."""
    return [_group(row) for row in connection.execute(select(_G).where(_G.c.organ_id == organ_id).order_by(_G.c.name))]


def count(connection: Connection, organ_id: str) -> int:
    """How many lists an agency has."""
    return connection.execute(select(func.count()).where(_G.c.organ_id == organ_id)).scalar() or 0


def put(connection: Connection, group: Group) -> None:
    """Write a list in place of the one of that name."""
    remove(connection, group.organ_id, group.name)
    members = json.dumps([{"code": one.code, "role": one.role, "mode": one.mode} for one in group.members])
    values = {"organ_id": group.organ_id, "name": group.name, "members": members, "note": group.note}
    connection.execute(insert(_G).values(**values, updated_at=clock.to_text(group.updated_at)))


def remove(connection: Connection, organ_id: str, name: str) -> bool:
    """Let a list go; whether there was one."""
    return connection.execute(delete(_G).where(_G.c.organ_id == organ_id, _G.c.name == name)).rowcount == 1


def _group(row: Row[tuple[object, ...]]) -> Group:
    said: Sequence[dict[str, str]] = json.loads(row.members)
    return Group(
        row.organ_id, row.name, tuple(Member(**one) for one in said), row.note, clock.from_text(row.updated_at)
    )
