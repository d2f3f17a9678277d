"""Alarms: what somebody must know. The same one stands once for ever, however often it is raised and by how many."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, func, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from hub import clock, states
from hub.store import events, packages, tables

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from sqlalchemy import Connection, Row

_A = tables.alarms
_D = tables.deliveries
_P = tables.packages

_INSERT: Mapping[str, Callable[..., Any]] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}

EVENT = "alarm.raised"
_CLERKS = (states.Audience.SENDER.value, states.Audience.RECIPIENT.value)


@dataclass(frozen=True, slots=True)
class Alarm:
    """One alarm before it is raised. All but `due_at`, `detail` and `recipient` tell it from others.

    kind: states.Alarm, or the word of a technical alarm for the operator.
    organ_id: whose clerks are told; '' for the operator and the provincial office.
    package_id, delivery_id: what it is about; '' for the hub as a whole.
    mark: tells repeats of one kind apart (minutes before an hour, a year); at most 40 characters.
    due_at: the deadline it is about. recipient: organ id of the delivery, for the journal.
    detail: JSON-able facts without subject and content; of other recipients nothing when `audience` is a recipient.
    """

    kind: str
    audience: states.Audience
    organ_id: str = ""
    package_id: str = ""
    delivery_id: str = ""
    mark: str = ""
    due_at: datetime | None = None
    recipient: str | None = None
    detail: Mapping[str, Any] = field(default_factory=dict)


def raise_(connection: Connection, journal: events.Journal, now: datetime, alarm: Alarm, *, actor: str = "hub") -> bool:
    """Write the alarm and its event `alarm.raised`, unless it stands already or stood once; whether it is new."""
    due_at = clock.to_text(alarm.due_at) if alarm.due_at is not None else None
    written = connection.execute(
        _INSERT[connection.dialect.name](_A)
        .values(
            kind=str(alarm.kind),
            audience=alarm.audience.value,
            organ_id=alarm.organ_id,
            package_id=alarm.package_id,
            delivery_id=alarm.delivery_id,
            mark=alarm.mark,
            raised_at=clock.to_text(now),
            due_at=due_at,
            detail=events.canonical(alarm.detail),
        )
        .on_conflict_do_nothing()
    )
    if written.rowcount != 1:
        return False
    facts: dict[str, Any] = {"alarm": str(alarm.kind), "audience": alarm.audience.value, **alarm.detail}
    if alarm.organ_id:
        facts["organ_id"] = alarm.organ_id
    if alarm.due_at is not None:
        facts["due_at"] = clock.local_text(alarm.due_at)
    told = events.Event(EVENT, actor, alarm.package_id or None, alarm.delivery_id or None, alarm.recipient, facts)
    journal.record(connection, now, [told])
    return True


def clear(
    connection: Connection,
    now: datetime,
    *,
    kinds: Collection[str],
    package_id: str | None = None,
    delivery_id: str | None = None,
    audience: states.Audience | None = None,
) -> int:
    """The reason of these alarms is gone; how many stood open. Which ones: by every field that is given."""
    gone = update(_A).where(_A.c.kind.in_([str(kind) for kind in kinds]), _A.c.cleared_at.is_(None))
    if package_id is not None:
        gone = gone.where(_A.c.package_id == package_id)
    if delivery_id is not None:
        gone = gone.where(_A.c.delivery_id == delivery_id)
    if audience is not None:
        gone = gone.where(_A.c.audience == audience.value)
    return connection.execute(gone.values(cleared_at=clock.to_text(now))).rowcount


def clear_one(connection: Connection, now: datetime, seq: int) -> bool:
    """Somebody has seen to this one; False when it is not open."""
    gone = update(_A).where(_A.c.seq == seq, _A.c.cleared_at.is_(None))
    return connection.execute(gone.values(cleared_at=clock.to_text(now))).rowcount == 1


def see_to(connection: Connection, journal: events.Journal, now: datetime, seq: int, actor: str, reason: str) -> bool:
    """An operator has seen to one of the operators' own, and why; False when it is not open."""
    row = connection.execute(select(_A).where(_A.c.seq == seq)).first()
    if row is None or row.audience != states.Audience.OPERATOR or not clear_one(connection, now, seq):
        return False
    facts = {"alarm": "seen_to", "audience": row.audience, "kind": row.kind, "number": row.seq, "reason": reason}
    told = events.Event(EVENT, actor, row.package_id or None, row.delivery_id or None, None, facts)
    journal.record(connection, now, [told])
    return True


def audience_of(detail: str) -> str | None:
    """Who is told by an event `alarm.raised`; None for those that every party of the package may read."""
    told: str | None = json.loads(detail).get("audience")
    return told


def open_for(
    connection: Connection, audience: states.Audience, organ_id: str = "", *, after: int = 0, limit: int = 1000
) -> Sequence[Row[Any]]:
    """What stands open for somebody, oldest first, from behind number `after`; organ_id: of clerks."""
    return connection.execute(
        select(_A)
        .where(_A.c.audience == audience.value, _A.c.organ_id == organ_id, _A.c.cleared_at.is_(None), _A.c.seq > after)
        .order_by(_A.c.seq)
        .limit(limit)
    ).all()


def newest(connection: Connection) -> int:
    """The number of the last alarm; 0 when there was none."""
    return int(connection.execute(select(func.max(_A.c.seq))).scalar() or 0)


def at_door(
    connection: Connection, door: str, kinds: Collection[str], *, after: int, limit: int = 200
) -> Sequence[Row[Any]]:
    """Open alarms of these kinds for senders of documents that came by a door, with what names the document."""
    return connection.execute(
        select(_A, _D.c.recipient, _D.c.written_as, _P.c.sender, _P.c.number, _P.c.notation)
        .add_columns(_P.c.document_id, _P.c.promulgated)
        .join_from(_A, _P, _P.c.id == _A.c.package_id)
        .join(_D, _D.c.id == _A.c.delivery_id)
        .where(
            _A.c.audience == states.Audience.SENDER.value,
            _A.c.kind.in_([str(kind) for kind in kinds]),
            _A.c.cleared_at.is_(None),
            _A.c.seq > after,
            _P.c.door == door,
        )
        .order_by(_A.c.seq)
        .limit(limit)
    ).all()


def of_system(
    connection: Connection,
    system_id: str,
    organ_ids: Collection[str],
    *,
    only_open: bool,
    after: int = 0,
    limit: int = 1000,
) -> Sequence[Row[Any]]:
    """The alarms of a system's own clerks, oldest first: about what it sent, and about its own waiting copies."""
    sends = and_(_A.c.audience == states.Audience.SENDER.value, _P.c.system_id == system_id)
    receives = and_(_A.c.audience == states.Audience.RECIPIENT.value, _D.c.system_id == system_id, packages.offered(_D))
    found = (
        select(_A, _D.c.recipient, _P.c.document_id)
        .outerjoin_from(_A, _P, _P.c.id == _A.c.package_id)
        .outerjoin(_D, _D.c.id == _A.c.delivery_id)
        .where(_A.c.audience.in_(_CLERKS), _A.c.organ_id.in_(list(organ_ids)), _A.c.seq > after, or_(sends, receives))
        .order_by(_A.c.seq)
        .limit(limit)
    )
    if only_open:
        found = found.where(_A.c.cleared_at.is_(None))
    return connection.execute(found).all()
