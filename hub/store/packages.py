"""Packages: insert once, find by identity, by thread, by id."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, bindparam, exists, insert, literal_column, or_, select, update

from edxml.document_id import comparison_key
from hub import states
from hub.store import tables
from hub.store.prepared import Prepared
from hub.store.tables import columns

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
    year: str
    received_at: str
    original_id: str | None = None
    key: bytes | None = None
    attachments: str = "[]"
    warnings: str = "[]"
    verdict: str = "UNSIGNED"
    verdicts: str = "{}"
    fault: str | None = None
    fault_detail: str | None = None
    held_for: str | None = None
    checks: str = "[]"
    content_key: str = ""
    entry_key: str = ""
    reply_due: str | None = None
    request: str = ""
    sending: str = "{}"
    circulation: str = ""
    dossier: str = ""
    issued_at: str | None = None
    signed_at: str | None = None
    hour_at: str | None = None


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
    package_status: str
    held_for: str | None = None

    @property
    def unmatched(self) -> bool:
        """Whether it waits for its document itself."""
        return self.package_status != ACCEPTED and states.Hold.UNMATCHED in (self.held_for or "").split()


def identity(sender: str, message_type: str, business_type: int, document_id: str, sha256: str) -> bytes:
    """The identity of a package as 32 bytes: the same identity gets the first receipt."""  # law: R-114
    text = "\x1f".join((sender.upper(), message_type, str(business_type), document_id, sha256))
    return hashlib.sha256(text.encode()).digest()


ACCEPTED = states.PackageStatus.ACCEPTED.value
_REJECTED = states.PackageStatus.REJECTED.value

# Statements of the way in are built once: building one costs more than running it.
_ADD = Prepared(insert(_P))
_BY_IDENTITY = Prepared(select(_P).where(_P.c.identity == bindparam("identity_"), _P.c.status != _REJECTED))
_BY_ID = Prepared(select(_P).where(_P.c.id == bindparam("id_")))
_VERDICT = Prepared(update(_P).where(_P.c.id == bindparam("id_")))
_THREAD = Prepared(
    select(
        _P.c.id.label("package_id"),
        _P.c.message_type,
        _P.c.business_type,
        _P.c.sha256,
        _P.c.attachments,
        _D.c.id.label("delivery_id"),
        _D.c.recipient,
        _D.c.status.label("delivery_status"),
        _D.c.exposed_at,
        _D.c.recall_state,
        _D.c.business_status,
        _P.c.status.label("package_status"),
        _P.c.held_for,
    )
    .join_from(_P, _D, _D.c.package_id == _P.c.id)
    .where(
        _P.c.sender == bindparam("sender_"),
        _P.c.document_key == bindparam("document_key_"),
        _P.c.message_type == "edoc",
        _P.c.status != _REJECTED,
    )
    .order_by(_P.c.seq, _D.c.seq)
)


KEPT_BACK = select(_P.c.id).where(_P.c.status != ACCEPTED, _P.c.held_for.is_not(None))
"""Ids of the packages that are held or quarantined; read from their own index."""


def offered(delivery: Any = _D) -> Any:
    """A recipient knows of a delivery only while it waits for it or after it left the hub.

    Of a package that is kept back (held, quarantined) or erased, only after. delivery: the table, or its alias.
    """
    return or_(
        and_(delivery.c.status == states.DeliveryStatus.AVAILABLE.value, _P.c.status == ACCEPTED),
        delivery.c.status == states.DeliveryStatus.DELIVERED.value,
        delivery.c.exposed_at.is_not(None),
    )


_WHO: Any = select(
    exists().where(_P.c.id == bindparam("package_id_"), _P.c.system_id == bindparam("system_id_")).label("sends"),
    exists()
    .where(
        _D.c.package_id == bindparam("package_id_"),
        _D.c.system_id == bindparam("system_id_"),
        _P.c.id == _D.c.package_id,
        offered(),
    )
    .label("receives"),
)
_STANDING = Prepared(_WHO)
EMPTY: Any = literal_column("''")
"""Written out in a statement, so that a partial index is seen to fit when the statement is prepared, not each time."""

_SAME_ENTRY = Prepared(
    select(
        _P.c.id,
        _P.c.entry_key,
        _P.c.sender,
        _P.c.number,
        _P.c.notation,
        _P.c.year,
    )
    .where(
        or_(
            and_(_P.c.entry_key == bindparam("entry_key_"), _P.c.entry_key != EMPTY),
            and_(
                _P.c.sender == bindparam("sender_"),
                _P.c.number == bindparam("number_"),
                _P.c.notation == bindparam("notation_"),
                _P.c.year == bindparam("year_"),
            ),
        ),
        or_(_P.c.sender != bindparam("sender_"), _P.c.document_key != bindparam("document_key_")),
        _P.c.status != _REJECTED,
    )
    .limit(50)
)


_SAME_CONTENT = Prepared(
    select(_P.c.seq, _P.c.id, _P.c.sender, _P.c.document_id, _P.c.circulation)
    .where(
        or_(
            and_(
                _P.c.sender == bindparam("sender_"),
                _P.c.content_key == bindparam("content_key_"),
                _P.c.document_key != bindparam("document_key_"),
            ),
            and_(
                _P.c.content_key == bindparam("content_key_"),
                _P.c.circulation != EMPTY,
                _P.c.sender != bindparam("sender_"),
            ),
        ),
        _P.c.status != _REJECTED,
    )
    .limit(50)
)


@dataclass(frozen=True, slots=True)
class SameEntry:
    """Another document with the same entry in the books: by issuer's name, or by its sender's code."""

    package_id: str
    entry_key: str
    sender: str
    number: str
    notation: str
    year: str

    def same_number(self, package: NewPackage) -> bool:
        """Whether it is the same sender's, with equal number and notation in the same year (R-030, R-031)."""
        mine = (package.sender, package.number, package.notation, package.year)
        return (self.sender, self.number, self.notation, self.year) == mine


@dataclass(frozen=True, slots=True)
class SameContent:
    """Another document that carries the very same files."""

    seq: int
    package_id: str
    sender: str
    document_id: str
    circulation: str


def content_key(digests: Collection[str]) -> str:
    """One digest over those of all attachments, in any order; empty without any."""
    return hashlib.sha256(" ".join(sorted(digests)).encode()).hexdigest() if digests else ""


def add(connection: Connection, package: NewPackage) -> None:
    """Write one package."""
    _ADD.insert(connection, [columns(package) | {"document_key": comparison_key(package.document_id)}])


def by_identity(connection: Connection, key: bytes) -> Row[Any] | None:
    """The package with this identity that was not rejected."""
    return _BY_IDENTITY.first(connection, identity_=key)


def get(connection: Connection, package_id: str) -> Row[Any] | None:
    """One package by id."""
    return _BY_ID.first(connection, id_=package_id)


def set_verdict(connection: Connection, package_id: str, verdict: str, verdicts: str) -> None:
    """Write a later verdict over the earlier one; the journal keeps both."""
    _VERDICT.change(connection, {"verdict": verdict, "verdicts": verdicts}, id_=package_id)


def set_original(connection: Connection, package_id: str, original_id: str | None) -> None:
    """Which package this one answers, revises or recalls, once it is known."""
    connection.execute(update(_P).where(_P.c.id == package_id).values(original_id=original_id))


def thread(connection: Connection, sender: str, document_id: str) -> list[Earlier]:
    """Every delivery of documents (not statuses) this sender already sent under this DocumentId, oldest first.

    However the DocumentId is spelt: in another Unicode form or case, with another date separator.
    """
    rows = _THREAD.rows(connection, sender_=sender, document_key_=comparison_key(document_id))
    return [Earlier(*row) for row in rows]


def same_entry(connection: Connection, package: NewPackage) -> list[SameEntry]:
    """Other documents with the same entry, whoever brought them; 50 at most."""  # law: R-030 R-031 R-134
    if not package.number or not package.notation:
        return []
    values = {
        "entry_key_": package.entry_key,
        "sender_": package.sender,
        "number_": package.number,
        "notation_": package.notation,
        "year_": package.year,
        "document_key_": comparison_key(package.document_id),
    }
    return [SameEntry(*row) for row in _SAME_ENTRY.rows(connection, **values)]


def same_content(connection: Connection, package: NewPackage) -> list[SameContent]:
    """Other documents with the very same files: this sender's own, and others' that bear a mark of circulation."""
    if not package.content_key:
        return []
    values = {
        "sender_": package.sender,
        "content_key_": package.content_key,
        "document_key_": comparison_key(package.document_id),
    }
    return [SameContent(*row) for row in _SAME_CONTENT.rows(connection, **values)]


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


def revisions(connection: Connection, package_id: str) -> Sequence[Row[Any]]:
    """The updates and recalls of one document, oldest first."""
    query = select(_P.c.id, _P.c.business_type, _P.c.received_at).where(_P.c.original_id == package_id)
    query = query.where(_P.c.message_type == "edoc", _P.c.business_type.in_([1, 2]))
    rows: Sequence[Any] = connection.execute(query.order_by(_P.c.seq)).all()
    return rows


def sent_onward(connection: Connection, package_id: str, senders: Collection[str]) -> list[str]:
    """Packages in which these agencies sent the very same files on themselves, oldest first; ids."""
    key = connection.execute(select(_P.c.content_key).where(_P.c.id == package_id)).scalar()
    if not key:
        return []
    query = select(_P.c.id).where(_P.c.sender.in_(list(senders)), _P.c.content_key == key, _P.c.status != _REJECTED)
    return list(connection.execute(query.order_by(_P.c.seq).limit(100)).scalars())


def arrivals(connection: Connection, package_ids: Collection[str]) -> dict[str, str]:
    """Package id -> when the hub took it in, as it is stored."""
    rows = connection.execute(select(_P.c.id, _P.c.received_at).where(_P.c.id.in_(package_ids)))
    return {row.id: row.received_at for row in rows}


def known_ids(connection: Connection, package_ids: Collection[str]) -> set[str]:
    """Those of `package_ids` whose bytes a row still stands for: the sweep of orphans keeps them."""
    ids = list(package_ids)
    found: set[str] = set()
    for start in range(0, len(ids), 500):
        part = ids[start : start + 500]
        found.update(connection.execute(select(_P.c.id).where(_P.c.id.in_(part), _P.c.key.is_not(None))).scalars())
    return found


_STATUS = Prepared(select(_P.c.status).where(_P.c.id == bindparam("id_")))


def travels(connection: Connection, package_id: str) -> bool:
    """Whether a package may be offered and handed over: it is neither kept back nor erased."""
    row = _STATUS.first(connection, id_=package_id)
    return row is not None and row.status == ACCEPTED


def standing(connection: Connection, package_id: str, system_id: str) -> tuple[bool, bool]:
    """Whether the system sent the package, and whether it is offered to it; one statement whatever the answer."""
    row = _STANDING.first(connection, package_id_=package_id, system_id_=system_id)
    return (bool(row.sends), bool(row.receives)) if row is not None else (False, False)
