"""Documents tied to the dossiers of a one-stop system."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import or_, select

from edxml.document_id import comparison_key
from hub.states import PackageStatus
from hub.store import tables

if TYPE_CHECKING:
    from collections.abc import Collection

    from sqlalchemy import Connection

_P = tables.packages.c
_D = tables.deliveries.c


def is_tied(connection: Connection, *, document_id: str, senders: Collection[str]) -> bool:
    """Whether one of these organ ids sent a document of that DocumentId that is tied to a dossier."""
    query = select(_P.id).where(
        _P.dossier != "", _P.document_key == comparison_key(document_id), _P.sender.in_(list(senders))
    )
    return connection.execute(query.limit(1)).first() is not None


def documents(connection: Connection, dossier: str, system_id: str, limit: int) -> list[str]:
    """What a system sent or was offered that is tied to the dossier, newest first; package ids."""
    offered = select(_D.package_id).where(_D.package_id == _P.id, _D.system_id == system_id).exists()
    query = select(_P.id).where(
        _P.dossier == dossier, _P.dossier != "", _P.status != PackageStatus.REJECTED.value,
        or_(_P.system_id == system_id, offered),
    )  # fmt: skip
    return list(connection.execute(query.order_by(_P.seq.desc()).limit(limit)).scalars())
