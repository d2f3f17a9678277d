"""Who always gets a copy of what is sent to units of a sector."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import insert, select, update

from hub import clock
from hub.store import tables

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

_C = tables.copy_rules


@dataclass(frozen=True, slots=True)
class CopyRule:
    """One rule.  law: R-113 TT Đ9

    below: the recipients are units under this agency, however deep; '' = whatever they are under.
    kind: they are of this kind; '' = any. copy_to: the office that manages them.
    mode: `add` puts the office among the recipients, `warn` tells the sender that it is missing.
    decision: number and date of the decision behind it.
    """

    id: str
    below: str
    kind: str
    copy_to: str
    mode: str
    decision: str


_COLUMNS = tuple(_C.c[name] for name in CopyRule.__slots__)


def standing(connection: Connection) -> tuple[CopyRule, ...]:
    """The rules that hold now, oldest first."""
    rows = connection.execute(select(*_COLUMNS).where(_C.c.ended_at.is_(None)).order_by(_C.c.created_at, _C.c.id))
    return tuple(CopyRule(*row) for row in rows)


def add(connection: Connection, rule: CopyRule, now: datetime) -> None:
    """Write one rule."""
    values = {name: getattr(rule, name) for name in CopyRule.__slots__}
    connection.execute(insert(_C).values(**values, created_at=clock.to_text(now)))


def end(connection: Connection, rule_id: str, now: datetime) -> bool:
    """Let one rule end; whether it stood."""
    open_ = update(_C).where(_C.c.id == rule_id, _C.c.ended_at.is_(None))
    return connection.execute(open_.values(ended_at=clock.to_text(now))).rowcount == 1
