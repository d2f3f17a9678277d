"""Deliveries of the same document to the same recipient, found by the entry they would make in its books."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from hub.store import packages, tables

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection, Row, Select

_D = tables.deliveries
_P = tables.packages

_SHOWN = (
    _D.c.id.label("delivery_id"), _D.c.package_id, _D.c.status, _D.c.business_status, _D.c.arrival_number,
    _D.c.recall_state, _D.c.refusal,
    _P.c.document_id, _P.c.sender, _P.c.sender_name, _P.c.number, _P.c.notation, _P.c.promulgated, _P.c.subject,
    _P.c.sha256, _P.c.attachments, _P.c.content_key, _P.c.door, _P.c.received_at,
)  # fmt: skip


def known_to(connection: Connection, package_ids: Sequence[str]) -> list[tuple[str, str]]:
    """(recipient, delivery) of these packages, as far as the recipient knows of it; the latest one last."""
    rows = connection.execute(
        select(_D.c.recipient, _D.c.id)
        .join_from(_D, _P, _P.c.id == _D.c.package_id)
        .where(_D.c.package_id.in_(list(package_ids)), packages.offered())
        .order_by(_D.c.seq)
    )
    return [(recipient, delivery) for recipient, delivery in rows]


def one(connection: Connection, delivery_id: str) -> Row[Any]:
    """One delivery with what is compared of its document."""
    return connection.execute(_entries().where(_D.c.id == delivery_id)).one()


def of_entry(connection: Connection, entry_key: str, recipient: str, limit: int) -> list[Row[Any]]:
    """Deliveries to one recipient of documents with this entry that it knows of and may read now, oldest first."""
    mine = _P.c.entry_key == entry_key, _P.c.entry_key != packages.EMPTY, _P.c.status == packages.ACCEPTED
    query = _entries().where(*mine, _D.c.recipient == recipient, packages.offered()).order_by(_D.c.seq).limit(limit)
    return list(connection.execute(query).all())


def recipients_of(connection: Connection, package_id: str) -> set[str]:
    """Everybody one package went to."""
    return set(connection.execute(select(_D.c.recipient).where(_D.c.package_id == package_id)).scalars())


def _entries() -> Select[Any]:
    return select(*_SHOWN).join_from(_D, _P, _P.c.id == _D.c.package_id)
