"""Messages about a document nobody knows here: what each waits for, found again when that document arrives."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, delete, exists, insert, or_, select

from hub import clock, states
from hub.store import tables
from hub.store.prepared import Prepared

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import Connection, Row

_R = tables.reviews
_P = tables.packages
_ENTRY_CHARACTERS = 200

_KEEP = Prepared(insert(_R))
_ABOUT = Prepared(
    select(_R, _P.c.sender)
    .join_from(_R, _P, _P.c.id == _R.c.package_id)
    .where(
        or_(
            _R.c.document_key == bindparam("document_key_"),
            _R.c.entry == bindparam("entry_"),
            _R.c.entry == bindparam("number_"),
        )
    )
    .order_by(_R.c.since)
)
_SHOWN = (
    _P.c.seq, _P.c.id, _P.c.sender, _P.c.message_type, _P.c.business_type, _P.c.status_code, _P.c.document_id,
    _P.c.number, _P.c.notation, _P.c.promulgated, _P.c.door, _P.c.system_id, _P.c.received_at, _P.c.held_for, _P.c.size,
)  # fmt: skip
"""What an operator may see of a message that waits: no words of the parties."""  # law: R-191


def keep(connection: Connection, package_id: str, document_key: str, entry: str, now: datetime, message: str) -> None:
    """A message waits for its document from now on. message: its XML, '' when it cannot be carried out by itself."""
    row = {
        "package_id": package_id,
        "document_key": document_key,
        "entry": entry if len(entry) <= _ENTRY_CHARACTERS else "",
        "since": clock.to_text(now),
        "message": message,
    }
    _KEEP.insert(connection, [row])


def about(connection: Connection, document_key: str, entry: str) -> Sequence[Any]:
    """What may wait for a document with this DocumentId or `number/notation`, and whose it is; oldest first."""
    number = entry.partition("/")[0]
    values = {"document_key_": document_key, "entry_": entry or "/", "number_": f"{number}/"}
    return _ABOUT.rows(connection, **values)


def as_many(connection: Connection, system_id: str, number: int) -> bool:
    """Whether so many messages of one system wait."""
    its = exists().where(_P.c.id == _R.c.package_id, _P.c.system_id == system_id)  # few wait; it has much mail
    return connection.execute(select(_R.c.package_id).where(its).limit(1).offset(number - 1)).first() is not None


def get(connection: Connection, package_id: str) -> Row[Any] | None:
    """What one message waits for; None when it waits for nothing any more."""
    return connection.execute(select(_R).where(_R.c.package_id == package_id)).first()


def forget(connection: Connection, package_id: str) -> None:
    """A message waits no more."""
    connection.execute(delete(_R).where(_R.c.package_id == package_id))


def stand_last(connection: Connection, package_id: str) -> None:
    """Give what was freed the places it would have had, had it come now: behind the document it waited for."""
    for table in (tables.deliveries, tables.items):
        mine = table.c.package_id == package_id
        rows = connection.execute(select(table).where(mine).order_by(table.c.seq)).mappings().all()
        if rows:
            connection.execute(delete(table).where(mine))
            connection.execute(insert(table), [{k: v for k, v in row.items() if k != "seq"} for row in rows])


def waiting(
    connection: Connection,
    *,
    sender: str | None = None,
    before: datetime | None = None,
    after: int = 0,
    limit: int = 1000,
) -> Sequence[Any]:
    """The review queue, oldest first, from behind sequence number `after`; of one sender, of before a moment."""
    query = select(*_SHOWN, _R.c.since).join_from(_R, _P, _P.c.id == _R.c.package_id)
    query = query.where(_P.c.status == states.PackageStatus.HELD.value, _P.c.held_for.is_not(None), _P.c.seq > after)
    if sender is not None:
        query = query.where(_P.c.sender == sender)
    if before is not None:
        query = query.where(_P.c.received_at < clock.to_text(before))
    rows: Sequence[Any] = connection.execute(query.order_by(_P.c.seq).limit(limit)).all()
    return rows


def shown(connection: Connection, package_id: str) -> Any | None:
    """One message of the queue as an operator may see it; None when it is not in it."""
    query = select(*_SHOWN, _R.c.since).join_from(_R, _P, _P.c.id == _R.c.package_id)
    wanted = query.where(_P.c.id == package_id, _P.c.status == states.PackageStatus.HELD.value)
    return connection.execute(wanted).first()
