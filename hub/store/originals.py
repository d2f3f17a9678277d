"""Looking for the document a message speaks of: by DocumentId, and by number within one sender."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, func, or_, select

from hub import clock
from hub.states import Hold, PackageStatus
from hub.store import tables
from hub.store.prepared import Prepared

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime

    from sqlalchemy import Connection

_P = tables.packages
_RECALL = 1
_MOST_SAME_NUMBER = 200

_BASE = (
    select(_P.c.id, _P.c.sender, _P.c.document_id, _P.c.document_key, _P.c.number, _P.c.notation, _P.c.promulgated)
    .where(
        _P.c.message_type == "edoc",
        _P.c.business_type != _RECALL,
        _P.c.status != PackageStatus.REJECTED.value,
        or_(_P.c.held_for.is_(None), _P.c.held_for.not_like(f"%{Hold.UNMATCHED.value}%")),
    )
    .order_by(_P.c.seq.desc())
)
_BY_DOCUMENT_ID = Prepared(
    _BASE.where(_P.c.sender == bindparam("sender_"), _P.c.document_key == bindparam("document_key_")).limit(1)
)
_BY_ID = Prepared(_BASE.where(_P.c.id == bindparam("id_")))


def by_document_id(connection: Connection, sender: str, document_key: str) -> Any | None:
    """The latest package of a sender's document with this DocumentId (as compared); what itself waits is none."""
    return _BY_DOCUMENT_ID.first(connection, sender_=sender, document_key_=document_key)


def by_id(connection: Connection, package_id: str) -> Any | None:
    """The package with this id if it is a document."""
    return _BY_ID.first(connection, id_=package_id)


def first_at(connection: Connection) -> datetime | None:
    """When the hub took its first package."""
    first = connection.execute(select(func.min(_P.c.received_at))).scalar()
    return None if first is None else clock.from_text(first)


def by_number(connection: Connection, senders: Collection[str], numbers: Collection[str]) -> Sequence[Any]:
    """Documents of these senders whose number is written in one of these ways, newest first, 200 at most."""
    wanted = _BASE.where(_P.c.sender.in_(list(senders)), _P.c.number.in_(list(numbers)))
    return connection.execute(wanted.limit(_MOST_SAME_NUMBER)).all()
