"""Deliveries that wait for a system, by recipient: what is to follow an agency to where it is received now."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import func, or_, select

from hub.states import Copy, DeliveryStatus
from hub.store import tables

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from sqlalchemy import Connection, Row

_D = tables.deliveries
_I = tables.items
_WAITING: Final = (DeliveryStatus.QUEUED.value, DeliveryStatus.AVAILABLE.value, DeliveryStatus.HELD.value)
NO_SYSTEM: Final = "not_connected"
"""The fault of a delivery that is held because its agency lost its system."""


def pairs(connection: Connection) -> Sequence[Row[Any]]:
    """Recipients and systems for which something waits unexposed; `busy` counts what is being sent just now."""
    busy = func.count().filter(_D.c.status == DeliveryStatus.SENDING.value)
    return connection.execute(
        select(_D.c.recipient, _D.c.system_id, busy.label("busy"))
        .where(
            _D.c.status.in_((*_WAITING, DeliveryStatus.SENDING.value)),
            _D.c.status.not_in([DeliveryStatus.DELIVERED.value, DeliveryStatus.CANCELLED.value]),  # names the index
            _D.c.exposed_at.is_(None),
            _D.c.copy != Copy.SECOND.value,
            or_(_D.c.system_id.is_not(None), _D.c.fault == NO_SYSTEM),
        )
        .group_by(_D.c.recipient, _D.c.system_id)
    ).all()


def waiting(
    connection: Connection, recipient: str, system_id: str | None, after: int, limit: int
) -> Sequence[Row[Any]]:
    """Unexposed deliveries of one such pair behind that `seq`, oldest first."""
    wanted = (
        select(_D)
        .where(
            _D.c.recipient == recipient,
            _D.c.status.in_(_WAITING),
            _D.c.exposed_at.is_(None),
            _D.c.copy != Copy.SECOND.value,
            _D.c.seq > after,
        )
        .order_by(_D.c.seq)
        .limit(limit)
    )
    if system_id is None:
        wanted = wanted.where(_D.c.system_id.is_(None), _D.c.fault == NO_SYSTEM)
    else:
        wanted = wanted.where(_D.c.system_id == system_id)
    return connection.execute(wanted).all()


def has_copy(connection: Connection, recipient: str, package_ids: Collection[str]) -> set[str]:
    """Those of the packages of which the recipient has, or is to get, a copy of its own."""
    wanted = select(_D.c.package_id).where(
        _D.c.package_id.in_(package_ids),
        _D.c.recipient == recipient,
        _D.c.status.in_((*_WAITING, DeliveryStatus.SENDING.value, DeliveryStatus.DELIVERED.value)),
        _D.c.copy != Copy.SECOND.value,
    )
    return set(connection.execute(wanted).scalars())


def unseen_items(connection: Connection, system_id: str, package_ids: Collection[str]) -> dict[str, str]:
    """Package -> the item the system is offered of it, where none of its bytes have left."""
    seen = select(_D.c.item_id).where(_D.c.package_id.in_(package_ids), _D.c.exposed_at.is_not(None))
    rows = connection.execute(
        select(_I.c.package_id, _I.c.id)
        .where(_I.c.package_id.in_(package_ids), _I.c.system_id == system_id, _I.c.state.in_(("initial", "")))
        .where(_I.c.id.not_in(seen.where(_D.c.item_id.is_not(None))))
        .order_by(_I.c.seq)
    )
    return {package_id: item_id for package_id, item_id in rows}  # noqa: C416 (a row is not a pair to mypy)
