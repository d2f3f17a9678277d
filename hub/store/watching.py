"""What the watchdog reads of the books, and where it writes when to look again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, func, select, update

from hub import clock, states
from hub.store import tables
from hub.store.prepared import Prepared

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime

    from sqlalchemy import Connection, Row

_A = tables.alarms
_D = tables.deliveries
_E = tables.events
_P = tables.packages

_SETTLE = Prepared(update(_D).where(_D.c.id == bindparam("id_"), _D.c.watch_at == bindparam("seen_")))
_BEGUN_AGAIN = ("delivery.released", "delivery.resent", "package.released")
_MANY = 500


def due(connection: Connection, now: datetime, limit: int) -> Sequence[Row[Any]]:
    """Deliveries to look at now, longest due first, each with what its package says."""
    return connection.execute(
        select(
            _D,
            _P.c.sender,
            _P.c.system_id.label("sender_system"),
            _P.c.document_id,
            _P.c.sha256,
            _P.c.business_type,
            _P.c.status.label("package_status"),
            _P.c.received_at.label("sent_at"),
            _P.c.issued_at,
            _P.c.signed_at,
            _P.c.reply_due,
            _P.c.hour_at,
        )
        .join_from(_D, _P, _P.c.id == _D.c.package_id)
        .where(_D.c.watch_at <= clock.to_text(now))
        .order_by(_D.c.watch_at, _D.c.seq)
        .limit(limit)
    ).all()


def waiting(connection: Connection, now: datetime) -> tuple[int, str | None]:
    """How many deliveries are to be looked at now, and since when the longest waits."""
    found = select(func.count(), func.min(_D.c.watch_at)).where(_D.c.watch_at <= clock.to_text(now))
    row = connection.execute(found).one()
    return int(row[0]), row[1]


def begun_again(connection: Connection, package_ids: Collection[str]) -> dict[tuple[str, str | None], str]:
    """When packages were last released, and deliveries released or sent again: (package, delivery or None) -> at."""
    found: dict[tuple[str, str | None], str] = {}
    for some in _parts(package_ids):
        rows = connection.execute(
            select(_E.c.package_id, _E.c.delivery_id, func.max(_E.c.at))
            .where(_E.c.package_id.in_(some), _E.c.type.in_(_BEGUN_AGAIN))
            .group_by(_E.c.package_id, _E.c.delivery_id)
        )
        found |= {(package_id, delivery_id): at for package_id, delivery_id, at in rows}
    return found


def corrected(connection: Connection, package_ids: Collection[str]) -> set[tuple[str, str]]:
    """(package, recipient) for which the sender has sent a corrected document since."""  # law: R-131 HN Đ9.1b
    found: set[tuple[str, str]] = set()
    for some in _parts(package_ids):
        rows = connection.execute(
            select(_P.c.original_id, _D.c.recipient)
            .join_from(_P, _D, _D.c.package_id == _P.c.id)
            .where(
                _P.c.original_id.in_(some),
                _P.c.message_type == "edoc",
                _P.c.business_type.in_([0, 3]),
                _P.c.status.in_([states.PackageStatus.ACCEPTED.value, states.PackageStatus.HELD.value]),
            )
        )
        found |= {(package_id, recipient) for package_id, recipient in rows}
    return found


def alarmed(connection: Connection, delivery_ids: Collection[str]) -> dict[str, set[str]]:
    """Kinds of open alarms by delivery."""
    found: dict[str, set[str]] = {}
    for some in _parts(delivery_ids):
        rows = connection.execute(
            select(_A.c.delivery_id, _A.c.kind).where(_A.c.delivery_id.in_(some), _A.c.cleared_at.is_(None))
        )
        for delivery_id, kind in rows:
            found.setdefault(delivery_id, set()).add(kind)
    return found


def settle(connection: Connection, delivery_id: str, seen: str, next_at: datetime | None) -> bool:
    """Write when to look again; False when somebody else has looked, or has asked for another look, since `seen`."""
    at = clock.to_text(next_at) if next_at is not None else None
    return _SETTLE.change(connection, {"watch_at": at}, id_=delivery_id, seen_=seen) == 1


def attempts(connection: Connection, package_id: str, delivery_id: str) -> Sequence[Row[Any]]:
    """What was tried with one delivery, in order: type, moment, detail."""
    told = ("delivery.attempted", "delivery.deferred", "delivery.exposed")
    rows: Sequence[Any] = connection.execute(
        select(_E.c.type, _E.c.at, _E.c.detail)
        .where(_E.c.package_id == package_id, _E.c.delivery_id == delivery_id, _E.c.type.in_(told))
        .order_by(_E.c.seq)
    ).all()
    return rows


def _parts(ids: Collection[str]) -> list[list[str]]:
    known = list(dict.fromkeys(ids))
    return [known[start : start + _MANY] for start in range(0, len(known), _MANY)]
