"""What is known already of a package that comes again by the axis: our own, or one that was written anew on its way."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from edxml.document_id import comparison_key
from hub.states import PackageStatus
from hub.store import tables
from hub.store.packages import EMPTY

if TYPE_CHECKING:
    from collections.abc import Collection

    from sqlalchemy import Connection, Row

    from hub.store.packages import NewPackage

_P = tables.packages
_REJECTED = PackageStatus.REJECTED.value


def rewritten(connection: Connection, package: NewPackage) -> Row[Any] | None:
    """The first package by that door that is the same document: sender, DocumentId, business and files, other bytes."""
    query = select(_P).where(
        _P.c.sender == package.sender,
        _P.c.document_key == comparison_key(package.document_id),
        _P.c.message_type == package.message_type,
        _P.c.business_type == package.business_type,
        _P.c.content_key == package.content_key,
        _P.c.content_key != EMPTY,
        _P.c.door == package.door,
        _P.c.status != _REJECTED,
    )
    return connection.execute(query.order_by(_P.c.seq).limit(1)).first()


def sent_before(connection: Connection, senders: Collection[str], document_id: str, message_type: str) -> bool:
    """Whether one of these organ ids sent a package of that kind and DocumentId, by any door but that of the axis."""
    query = select(_P.c.id).where(
        _P.c.sender.in_(list(senders)),
        _P.c.document_key == comparison_key(document_id),
        _P.c.message_type == message_type,
        _P.c.status != _REJECTED,
        _P.c.door != "axis",
    )
    return connection.execute(query.limit(1)).first() is not None
