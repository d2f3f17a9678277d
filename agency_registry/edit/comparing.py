"""What became of agencies since a version: each as it stood then and as it stands now."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from agency_registry.tables import agency_changes

if TYPE_CHECKING:
    from sqlalchemy import Connection

_CHUNK = 500


@dataclass(frozen=True, slots=True)
class Changed:
    """One agency. before: its entry in that version, None when it was not there.

    after: its entry now; where what was decided begins on a day still to come, as it will be then.
    """

    organ_id: str
    before: dict[str, Any] | None
    after: dict[str, Any]


def changed_after(connection: Connection, version: int) -> list[Changed]:
    """The agencies that changed behind that version, by organ id."""
    table = agency_changes.c
    rows = connection.execute(
        sa.select(table.organ_id, table.entry, table.later).where(table.version > version).order_by(table.id)
    ).all()
    now = {row.organ_id: row.later or row.entry for row in rows}
    codes = sorted(now)
    before: dict[str, dict[str, Any]] = {}
    for start in range(0, len(codes), _CHUNK):
        last = (
            sa.select(sa.func.max(table.id))
            .where(table.organ_id.in_(codes[start : start + _CHUNK]), table.version <= version)
            .group_by(table.organ_id)
        )
        found = connection.execute(sa.select(table.organ_id, table.entry).where(table.id.in_(last)))
        before.update((organ_id, entry) for organ_id, entry in found)
    return [Changed(code, before.get(code), now[code]) for code in codes]
