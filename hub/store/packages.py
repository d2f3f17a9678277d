"""Packages: insert once, find by identity, by thread, by id."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, insert, or_, select

from hub import states
from hub.store import tables

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from sqlalchemy import Connection, Row

_P = tables.packages
_D = tables.deliveries


@dataclass(frozen=True, slots=True)
class NewPackage:
    """A row of `packages` before it is written; the fields are the columns."""

    id: str
    identity: bytes
    sender: str
    sender_name: str
    message_type: str
    business_type: int
    status_code: str
    document_id: str
    sha256: str
    size: int
    status: str
    door: str
    system_id: str
    priority: int
    subject: str
    number: str
    notation: str
    promulgated: str
    received_at: str
    original_id: str | None = None
    key: bytes | None = None
    attachments: str = "[]"
    warnings: str = "[]"
    verdict: str = "UNSIGNED"
    verdicts: str = "{}"
    fault: str | None = None
    fault_detail: str | None = None


@dataclass(frozen=True, slots=True)
class Earlier:
    """One delivery of the same sender and DocumentId that is already here."""

    package_id: str
    message_type: str
    business_type: int
    sha256: str
    attachments: str
    delivery_id: str
    recipient: str
    status: str
    exposed_at: str | None
    recall_state: str
    business_status: str | None


def identity(sender: str, message_type: str, business_type: int, document_id: str, sha256: str) -> bytes:
    """The identity of a package as 32 bytes: the same identity gets the first receipt."""  # law: R-114
    text = "\x1f".join((sender.upper(), message_type, str(business_type), document_id, sha256))
    return hashlib.sha256(text.encode()).digest()


def add(connection: Connection, package: NewPackage) -> None:
    """Write one package."""
    connection.execute(insert(_P), [asdict(package)])


def by_identity(connection: Connection, key: bytes) -> Row[Any] | None:
    """The package with this identity that was not rejected."""
    return connection.execute(
        select(_P).where(_P.c.identity == key, _P.c.status != states.PackageStatus.REJECTED.value)
    ).first()


def get(connection: Connection, package_id: str) -> Row[Any] | None:
    """One package by id."""
    return connection.execute(select(_P).where(_P.c.id == package_id)).first()


def thread(connection: Connection, sender: str, document_id: str) -> list[Earlier]:
    """Every delivery of documents (not statuses) this sender already sent under this DocumentId, oldest first."""
    rows = connection.execute(
        select(
            _P.c.id,
            _P.c.message_type,
            _P.c.business_type,
            _P.c.sha256,
            _P.c.attachments,
            _D.c.id,
            _D.c.recipient,
            _D.c.status,
            _D.c.exposed_at,
            _D.c.recall_state,
            _D.c.business_status,
        )
        .join_from(_P, _D, _D.c.package_id == _P.c.id)
        .where(
            _P.c.sender == sender,
            _P.c.document_id == document_id,
            _P.c.message_type == "edoc",
            _P.c.status != states.PackageStatus.REJECTED.value,
        )
        .order_by(_P.c.seq, _D.c.seq)
    )
    return [Earlier(*row) for row in rows]


def same_number(connection: Connection, package: NewPackage) -> Sequence[Row[Any]]:
    """Other documents of this sender with equal number and notation in the same year (R-030, R-031: a warning)."""
    if not package.number or not package.notation:
        return []
    rows: Sequence[Any] = connection.execute(
        select(_P.c.id, _P.c.document_id).where(
            _P.c.sender == package.sender,
            _P.c.number == package.number,
            _P.c.notation == package.notation,
            _P.c.promulgated.startswith(package.promulgated[:4], autoescape=True),
            _P.c.document_id != package.document_id,
            _P.c.status != states.PackageStatus.REJECTED.value,
        )
    ).all()
    return rows


def search(
    connection: Connection,
    *,
    system_id: str | None = None,
    status: str | None = None,
    sender: str | None = None,
    document_id: str | None = None,
    before: int | None = None,
    limit: int = 50,
) -> Sequence[Row[Any]]:
    """Packages, newest first, from before sequence number `before`."""
    query = select(_P).order_by(_P.c.seq.desc()).limit(limit)
    wanted: Mapping[Any, Any] = {
        _P.c.system_id: system_id,
        _P.c.status: status,
        _P.c.sender: sender,
        _P.c.document_id: document_id,
    }
    for column, value in wanted.items():
        if value is not None:
            query = query.where(column == value)
    if before is not None:
        query = query.where(_P.c.seq < before)
    return connection.execute(query).all()


def known_ids(connection: Connection, package_ids: Collection[str]) -> set[str]:
    """Those of `package_ids` whose bytes a row still stands for: the sweep of orphans keeps them."""
    ids = list(package_ids)
    found: set[str] = set()
    for start in range(0, len(ids), 500):
        part = ids[start : start + 500]
        found.update(connection.execute(select(_P.c.id).where(_P.c.id.in_(part), _P.c.key.is_not(None))).scalars())
    return found


def may_see(connection: Connection, package_id: str, system_id: str) -> tuple[Row[Any], bool] | None:
    """The package and whether the system sent it; None when it is neither the sender's nor one of its recipients'."""
    row = get(connection, package_id)
    if row is None:
        return None
    if row.system_id == system_id:
        return row, True
    mine = connection.execute(
        select(func.count()).where(_D.c.package_id == package_id, _D.c.system_id == system_id, offered())
    ).scalar()
    return (row, False) if mine else None


def offered() -> Any:
    """A recipient knows of a delivery only while it waits for it or after it left the hub."""
    return or_(
        _D.c.status.in_([states.DeliveryStatus.AVAILABLE.value, states.DeliveryStatus.DELIVERED.value]),
        _D.c.exposed_at.is_not(None),
    )
