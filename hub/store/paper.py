"""Recipients that get paper, and what the sender's clerk wrote of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, or_, select, update

from hub import states
from hub.store import tables

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection, Row

_D = tables.deliveries
_P = tables.packages

_NOWHERE = ("org_unknown", "org_closed")
"""Faults of codes that are no address for paper either."""

_NEEDED = or_(
    _D.c.mode != states.Mode.ELECTRONIC.value,
    _D.c.status == states.DeliveryStatus.NOT_CONNECTED.value,
    and_(
        _D.c.status == states.DeliveryStatus.FAILED.value,
        or_(_D.c.fault.is_(None), _D.c.fault.not_in(_NOWHERE)),
        or_(_D.c.business_status.is_(None), _D.c.business_status != "02"),
    ),
    _D.c.paper.is_not(None),
)
"""Paper goes to whom it was meant for, who has no system, and where the hub gave up.  law: R-111 BD Đ3.3"""

_COLUMNS = (
    _D.c.seq, _D.c.id, _D.c.package_id, _D.c.recipient, _D.c.role, _D.c.mode, _D.c.status, _D.c.fault, _D.c.reason,
    _D.c.paper, _D.c.recall_state, _P.c.number, _P.c.notation, _P.c.promulgated, _P.c.subject, _P.c.document_id,
    _P.c.received_at, _P.c.sending,
)  # fmt: skip


def of_package(connection: Connection, package_id: str) -> Sequence[Row[Any]]:
    """The recipients of one package that get paper, in the order of To."""
    query = select(*_COLUMNS).join_from(_D, _P, _P.c.id == _D.c.package_id)
    rows: Sequence[Any] = connection.execute(
        query.where(_D.c.package_id == package_id, _D.c.copy.not_in(states.BESIDE), _NEEDED).order_by(_D.c.seq)
    ).all()
    return rows


def sent_by(
    connection: Connection, system_id: str, *, since: str, until: str, before: int | None, limit: int
) -> Sequence[Row[Any]]:
    """The same of all documents a system sent within [since, until), newest first, from before sequence `before`."""
    query = (
        select(*_COLUMNS)
        .join_from(_P, _D, _D.c.package_id == _P.c.id)
        .where(
            _P.c.system_id == system_id,
            _P.c.message_type == "edoc",
            _P.c.business_type != 1,
            _P.c.fault.is_(None),
            _D.c.copy.not_in(states.BESIDE),
            _NEEDED,
        )
        .order_by(_D.c.seq.desc())
        .limit(limit)
    )
    if since:
        query = query.where(_P.c.received_at >= since)
    if until:
        query = query.where(_P.c.received_at < until)
    if before is not None:
        query = query.where(_D.c.seq < before)
    rows: Sequence[Any] = connection.execute(query).all()
    return rows


def write(connection: Connection, delivery_id: str, text: str, at: str) -> None:
    """Keep what was written of one recipient's paper; the watchdog looks at it again."""
    connection.execute(update(_D).where(_D.c.id == delivery_id).values(paper=text, watch_at=at))
