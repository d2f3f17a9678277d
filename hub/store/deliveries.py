"""Deliveries: the queue rows. Waiting lists, claims, leases, exposure; a status changes only through `events`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, bindparam, func, insert, or_, select, tuple_, update

from edxml import codes
from edxml.document_id import comparison_key
from hub import clock, states
from hub.store import events, packages, tables
from hub.store.prepared import Prepared
from hub.store.tables import columns

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime

    from sqlalchemy import Connection, Row, Select

_D = tables.deliveries
_P = tables.packages
_I = tables.items

_ADD = Prepared(insert(_D))
_ADD_ITEM = Prepared(insert(_I))
_BY_ID = Prepared(select(_D).where(_D.c.id == bindparam("id_")))
_OF_PACKAGE = Prepared(select(_D).where(_D.c.package_id == bindparam("package_id_")).order_by(_D.c.seq))
_UNEXPOSED = Prepared(
    select(_D.c.id, _D.c.package_id, _D.c.recipient).where(_D.c.id == bindparam("id_"), _D.c.exposed_at.is_(None))
)
_EXPOSE = Prepared(update(_D).where(_D.c.id == bindparam("id_"), _D.c.exposed_at.is_(None)))
_LEASE = Prepared(update(_D).where(_D.c.id == bindparam("id_")))
_AT_SYSTEM = Prepared(
    select(_D).where(
        _D.c.package_id == bindparam("package_id_"),
        _D.c.system_id == bindparam("system_id_"),
        _D.c.recipient == bindparam("recipient_"),
    )
)
_OF_ITEM = Prepared(select(_D).where(_D.c.item_id == bindparam("item_id_")).order_by(_D.c.seq))


@dataclass(frozen=True, slots=True)
class NewDelivery:
    """A row of `deliveries` before it is written; the fields are the columns."""

    id: str
    package_id: str
    item_id: str | None
    recipient: str
    written_as: str
    system_id: str | None
    connector: str | None
    status: str
    message_type: str
    urgency: int
    created_at: str
    due_at: str | None = None
    attempts: int = 0
    fault: str | None = None
    reason: str | None = None
    ended_at: str | None = None
    recall_state: str = states.RecallState.NONE.value
    role: str = states.Role.ACT.value
    mode: str = states.Mode.ELECTRONIC.value
    copy: str = states.Copy.OWN.value
    duplicate_of: str | None = None
    watch_at: str | None = None


@dataclass(frozen=True, slots=True)
class NewItem:
    """What one receiving system gets of one package: one docId whatever the number of its agencies in To."""

    id: str
    package_id: str
    system_id: str
    message_type: str
    state: str
    urgency: int
    created_at: str
    updated_at: str
    state_text: str = ""
    listed: int = 0
    listed_at: str = ""


def add(connection: Connection, new: Sequence[NewDelivery], items: Sequence[NewItem]) -> None:
    """Write the deliveries of one package and the items that group them."""
    if items:
        _ADD_ITEM.insert(connection, [columns(item) for item in items])
    _ADD.insert(connection, [columns(delivery) for delivery in new])


def add_item(connection: Connection, item: NewItem) -> None:
    """Write one item by itself."""
    _ADD_ITEM.insert(connection, [columns(item)])


def get(connection: Connection, delivery_id: str) -> Row[Any] | None:
    """One delivery by id."""
    return _BY_ID.first(connection, id_=delivery_id)


def of_package(connection: Connection, package_id: str) -> Sequence[Row[Any]]:
    """All deliveries of one package, in the order of To."""
    return _OF_PACKAGE.rows(connection, package_id_=package_id)


def at_system(connection: Connection, package_id: str, system_id: str, recipient: str) -> Row[Any] | None:
    """The delivery of a package to one agency at one of its systems."""
    return _AT_SYSTEM.first(connection, package_id_=package_id, system_id_=system_id, recipient_=recipient)


def of_item(connection: Connection, item_id: str) -> Sequence[Row[Any]]:
    """All deliveries that one item stands for."""
    return _OF_ITEM.rows(connection, item_id_=item_id)


def waits(connection: Connection, item_id: str) -> bool:
    """Whether any delivery of an item waits to be fetched."""
    found = select(_D.c.id).where(_D.c.item_id == item_id, _D.c.status == states.DeliveryStatus.AVAILABLE.value)
    return connection.execute(found.limit(1)).first() is not None


def waiting(
    connection: Connection, system_id: str, *, after: tuple[int, int] | None, limit: int, organ_id: str | None = None
) -> Sequence[Row[Any]]:
    """What waits for a system to fetch: most urgent first, then oldest; `after` = (urgency, seq) of the last seen."""
    query = fetchable(system_id, organ_id).order_by(_D.c.urgency.desc(), _D.c.seq).limit(limit)
    if after is not None:
        query = query.where(behind(*after))
    rows: Sequence[Any] = connection.execute(query).all()
    return rows


def behind(urgency: int, seq: int) -> Any:
    """The condition for what comes after that place in the order of `waiting`."""
    return or_(_D.c.urgency < urgency, and_(_D.c.urgency == urgency, _D.c.seq > seq))


def fetchable(system_id: str, organ_id: str | None = None) -> Select[Any]:
    """What waits for a system to fetch, in no order, as a question to be narrowed; organ_id: for that agency alone."""
    query = (
        select(
            _D.c.seq.label("at_seq"),
            _D.c.id.label("delivery_id"),
            _D.c.recipient,
            _D.c.urgency,
            _D.c.created_at,
            _D.c.role,
            _D.c.mode,
            _D.c.copy,
            _D.c.written_as,
            _D.c.duplicate_of,
            _P,
        )
        .join_from(_D, _P, _P.c.id == _D.c.package_id)
        .where(
            _D.c.system_id == system_id,
            _D.c.status == states.DeliveryStatus.AVAILABLE.value,
            _P.c.status == states.PackageStatus.ACCEPTED.value,
            or_(_D.c.refusal.is_(None), _D.c.refusal != codes.Refusal02.WRONG_RECIPIENT.value),
        )
    )
    return query if organ_id is None else query.where(_D.c.recipient == organ_id)


def expose(
    connection: Connection, journal: events.Journal, now: datetime, delivery_ids: Collection[str], by: str
) -> int:
    """Mark the deliveries as exposed before the first content byte leaves by any door; how many were new.

    The one function that writes `exposed_at`: after it a cancel is no longer possible, a recall is asked.
    """
    at = clock.to_text(now)
    found = (_UNEXPOSED.first(connection, id_=delivery_id) for delivery_id in delivery_ids)
    fresh = [row for row in found if row is not None]
    for row in fresh:
        _EXPOSE.change(connection, {"exposed_at": at}, id_=row.id)
    if fresh:
        journal.record(
            connection,
            now,
            [events.Event("delivery.exposed", by, row.package_id, row.id, row.recipient) for row in fresh],
        )
    return len(fresh)


def unexpose(connection: Connection, delivery_ids: Collection[str]) -> None:
    """Take the mark back: only for a connect failure before any byte was sent."""
    connection.execute(update(_D).where(_D.c.id.in_(list(delivery_ids))).values(exposed_at=None))


def set_lease(connection: Connection, delivery_id: str, lease: str, until: datetime) -> None:
    """Give the delivery to whoever holds `lease` until then; a newer lease takes over an older one that ran out."""
    _LEASE.change(connection, {"lease": lease, "lease_until": clock.to_text(until)}, id_=delivery_id)


def due(connection: Connection, system_id: str, now: datetime, limit: int) -> Sequence[Row[Any]]:
    """Queue rows of one receiving system that are due, most urgent first: new ones and abandoned claims."""
    return connection.execute(
        select(_D)
        .join_from(_D, _P, _P.c.id == _D.c.package_id)
        .where(
            _D.c.system_id == system_id,
            _D.c.status.in_([states.DeliveryStatus.QUEUED.value, states.DeliveryStatus.SENDING.value]),
            or_(_D.c.due_at.is_(None), _D.c.due_at <= clock.to_text(now)),
            _P.c.status == states.PackageStatus.ACCEPTED.value,
        )
        .order_by(_D.c.urgency.desc(), _D.c.due_at, _D.c.seq)
        .limit(limit)
    ).all()


def by_age(connection: Connection, marks: Sequence[str]) -> Sequence[Row[Any]]:
    """Unfinished deliveries by destination and age: one row a (system, agency, status), counts since each mark.

    What a package keeps back (held, quarantined) waits for nobody here: it is counted as a package.
    marks: texts of moments, newest first; column n counts those created after marks[n] and before marks[n-1].
    """
    columns = []
    newer: str | None = None
    for number, mark in enumerate([*marks, ""]):
        inside = and_(_D.c.created_at >= mark, _D.c.created_at < newer) if newer else _D.c.created_at >= mark
        columns.append(func.count().filter(inside).label(f"age_{number}"))
        newer = mark
    rows: Sequence[Any] = connection.execute(
        select(
            _D.c.recipient,
            _D.c.system_id,
            _D.c.status,
            func.count().label("total"),
            func.min(_D.c.created_at).label("oldest"),
            *columns,
        )
        .where(
            _D.c.status.not_in([states.DeliveryStatus.DELIVERED.value, states.DeliveryStatus.CANCELLED.value]),
            _D.c.package_id.not_in(packages.KEPT_BACK),
        )
        .group_by(_D.c.recipient, _D.c.system_id, _D.c.status)
        .order_by(func.min(_D.c.created_at))
    ).all()
    return rows


def sent_by(
    connection: Connection,
    system_id: str,
    message_type: str,
    *,
    package_id: str | None,
    since: str = "",
    until: str = "",
    limit: int,
) -> Sequence[Row[Any]]:
    """One row for each delivery of what a system sent within [since, until], newest package first."""
    recent = select(_P.c.id).where(_P.c.system_id == system_id, _P.c.message_type == message_type)
    recent = recent.where(_P.c.status != states.PackageStatus.REJECTED.value)
    if package_id is not None:
        recent = recent.where(_P.c.id == package_id)
    if since:
        recent = recent.where(_P.c.received_at >= since)
    if until:
        recent = recent.where(_P.c.received_at <= until)
    recent = recent.order_by(_P.c.seq.desc()).limit(limit)
    rows: Sequence[Any] = connection.execute(
        select(
            _D.c.id.label("delivery_id"),
            _D.c.item_id,
            _D.c.recipient,
            _D.c.written_as,
            _D.c.status.label("delivery_status"),
            _D.c.business_status,
            _D.c.business_reason,
            _D.c.fault.label("delivery_fault"),
            _D.c.reason,
            _D.c.ended_at,
            _I.c.state.label("item_state"),
            _I.c.state_text,
            _P,
        )
        .join_from(_P, _D, _D.c.package_id == _P.c.id)
        .outerjoin(_I, _I.c.id == _D.c.item_id)
        .where(_P.c.id.in_(recent), _D.c.copy.not_in(states.BESIDE))
        .order_by(_P.c.seq.desc(), _D.c.seq)
        .limit(limit)
    ).all()
    return rows


def answered(connection: Connection, sender: str, document_id: str, recipient: str) -> Row[Any] | None:
    """The latest delivery of `sender`'s document that `recipient` knows of: what a status message speaks about.

    The document itself before its updates and recalls, which share its DocumentId; never the copy in a second system.
    """
    return connection.execute(
        select(_D, _P.c.sender, _P.c.document_id)
        .join_from(_D, _P, _P.c.id == _D.c.package_id)
        .where(
            _P.c.sender == sender,
            _P.c.document_key == comparison_key(document_id),
            _P.c.message_type == "edoc",
            packages.offered(),
            _D.c.recipient == recipient,
            _D.c.copy.not_in(states.BESIDE),
        )
        .order_by(tuple_(_P.c.business_type == 1), tuple_(_P.c.business_type == 2), _D.c.seq.desc())
        .limit(1)
    ).first()


def set_facts(connection: Connection, delivery_id: str, **values: str | None) -> None:
    """Write facts beside the status: recall and business columns, reason, fault, due time; never `status`."""
    if "status" in values:
        message = "a status changes only through events.change_status"
        raise ValueError(message)
    connection.execute(update(_D).where(_D.c.id == delivery_id).values(**values))


def written_codes(connection: Connection, item_ids: Sequence[str]) -> dict[str, list[str]]:
    """The codes, as they stood in To and in its order, of those recipients of each item whose copy waits."""
    found: dict[str, list[str]] = {}
    for start in range(0, len(item_ids), 500):
        rows = connection.execute(
            select(_D.c.item_id, _D.c.written_as)
            .where(
                _D.c.item_id.in_(item_ids[start : start + 500]),
                _D.c.status == states.DeliveryStatus.AVAILABLE.value,
            )
            .order_by(_D.c.item_id, _D.c.seq)
        )
        for item_id, code in rows:
            found.setdefault(item_id, []).append(code)
    return found
