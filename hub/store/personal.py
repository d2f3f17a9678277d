"""Where persons may stand in the books: every column of free text, read piece by piece."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import func, select

from hub.store import tables

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection, Row, Select, Table

COLUMNS: Final[dict[str, tuple[str, ...]]] = {
    "packages": ("sender_name", "subject", "attachments", "warnings", "checks", "verdicts", "sending", "fault_detail"),
    "deliveries": ("reason", "business_reason", "recall_reason", "paper"),
    "events": ("actor", "detail"),
    "alarms": ("detail",),
    "calendar_days": ("entered_by",),
    "calendar_hours": ("entered_by",),
}
"""By table, the columns of free text. Staff names, phones and e-mail have no column of their own.  law: P-02"""

NAMED: Final[dict[str, tuple[str, ...]]] = {
    "users": ("name",),
    "confirmations": ("asked_by", "decided_by", "summary", "reason"),
    "reviews": ("package_id", "message"),
    "recipient_groups": ("organ_id", "name", "note", "members"),
}
"""Small tables without a number; they are read whole."""


def piece(connection: Connection, table: str, after: int, limit: int) -> Sequence[Row[Any]]:
    """The next lines of a table of COLUMNS: `seq`, `about` (the package, else ''), and its columns."""
    found = tables.metadata.tables[table]
    query: Select[Any] = select(found.c.seq, _about(found).label("about"), *(found.c[one] for one in COLUMNS[table]))
    return connection.execute(query.where(found.c.seq > after).order_by(found.c.seq).limit(limit)).all()


def whole(connection: Connection, table: str) -> Sequence[Row[Any]]:
    """Every line of a table of NAMED."""
    found = tables.metadata.tables[table]
    query: Select[Any] = select(*(found.c[one] for one in NAMED[table]))
    return connection.execute(query).all()


def sealed(connection: Connection) -> int:
    """Packages whose content is still there; nobody opens it for a search."""
    kept = select(func.count()).select_from(tables.packages).where(tables.packages.c.key.is_not(None))
    return int(connection.execute(kept).scalar_one())


def _about(table: Table) -> Any:
    if table is tables.packages:
        return table.c.id
    return func.coalesce(table.c.package_id, "") if "package_id" in table.c else func.coalesce(None, "")
