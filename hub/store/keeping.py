"""Packages that are kept back: which, why, for how long; and erased ones whose sealed file is still to go."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from sqlalchemy import exists, func, select, update

from hub import clock, states
from hub.store import tables

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import Connection, Row

_P = tables.packages
_D = tables.deliveries
_E = tables.events
_HELD = states.PackageStatus.HELD.value
_QUARANTINED = states.PackageStatus.QUARANTINED.value
_ERASED = states.PackageStatus.ERASED.value
_OPEN = (
    states.DeliveryStatus.QUEUED.value,
    states.DeliveryStatus.SENDING.value,
    states.DeliveryStatus.AVAILABLE.value,
    states.DeliveryStatus.HELD.value,
)
_FREE = _P.c.legal_hold_at.is_(None)  # law: R-232 NĐ30 PL VI
_KEPT = _P.c.held_for.is_not(None)  # the condition of the index `packages_held`


def words(held_for: str | None) -> tuple[states.Hold, ...]:
    """The reasons in `packages.held_for`."""
    return tuple(states.Hold(word) for word in (held_for or "").split())


def set_reasons(connection: Connection, package_id: str, reasons: Sequence[states.Hold]) -> None:
    """Write why a package is kept back; its status changes elsewhere."""
    connection.execute(update(_P).where(_P.c.id == package_id).values(held_for=" ".join(reasons) or None))


def kept(connection: Connection, status: states.PackageStatus, limit: int = 1000) -> Sequence[Row[Any]]:
    """Held or quarantined packages, oldest first."""
    query = select(_P).where(_P.c.status == status.value, _KEPT).order_by(_P.c.seq).limit(limit)
    return connection.execute(query).all()


def counts(connection: Connection) -> dict[tuple[str, str], int]:
    """How many packages are held or quarantined, by (status, reason)."""
    found: Counter[tuple[str, str]] = Counter()
    query = select(_P.c.status, _P.c.held_for, func.count()).where(_P.c.status.in_([_HELD, _QUARANTINED]), _KEPT)
    for status, held_for, count in connection.execute(query.group_by(_P.c.status, _P.c.held_for)):
        for word in words(held_for):
            found[status, word.value] += count
    return dict(found)


def by_status(connection: Connection) -> dict[str, int]:
    """How many packages are held, and how many quarantined."""
    query = select(_P.c.status, func.count()).where(_P.c.status.in_([_HELD, _QUARANTINED]), _KEPT)
    return {str(row[0]): int(row[1]) for row in connection.execute(query.group_by(_P.c.status))}


def withdrawn(connection: Connection) -> Sequence[Row[Any]]:
    """Held packages that their sender withdrew from every recipient: nobody waits for them any more."""
    waits = exists(select(_D.c.id).where(_D.c.package_id == _P.c.id, _D.c.status.in_(_OPEN)))
    return connection.execute(select(_P).where(_P.c.status == _HELD, _KEPT, _FREE, ~waits).limit(100)).all()


def infected_before(connection: Connection, moment: datetime) -> Sequence[Row[Any]]:
    """Packages quarantined for a virus before a moment."""
    since = (
        select(func.max(_E.c.at))
        .where(_E.c.package_id == _P.c.id, _E.c.type == "package.quarantined", _E.c.delivery_id.is_(None))
        .scalar_subquery()
    )
    query = select(_P).where(
        _P.c.status == _QUARANTINED,
        _KEPT,
        _FREE,
        _P.c.held_for == states.Hold.VIRUS.value,
        since < clock.to_text(moment),
    )
    return connection.execute(query.order_by(_P.c.seq).limit(100)).all()


def erased_with_file(connection: Connection) -> list[str]:
    """Erased packages whose sealed file may still be there; ids. Without its key it cannot be read by anybody."""
    return list(connection.execute(select(_P.c.id).where(_P.c.status == _ERASED, _KEPT).limit(1000)).scalars())
