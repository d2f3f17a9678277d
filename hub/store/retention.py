"""How long what is kept: packages whose content may go, and books whose words may go.

`packages.content_until` NULL with a key: not counted yet. A date with a key: content goes then. A date without a key:
content is gone; subject, file names and people's words go `personal_days` later, and then the column is NULL again.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import and_, case, exists, func, or_, select, update

from hub.states import DeliveryStatus, PackageStatus, RecallState
from hub.store import state, tables

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import Connection, Row, Select

_P, _D, _R = tables.packages, tables.deliveries, tables.rechecks
_E, _A = tables.events, tables.alarms
_MARK: Final = "retention.seq"
_MOVING: Final = (DeliveryStatus.QUEUED, DeliveryStatus.SENDING, DeliveryStatus.AVAILABLE, DeliveryStatus.HELD)
_WANTED_BACK: Final = (RecallState.ASKED,)
_THERE: Final = (PackageStatus.ACCEPTED, PackageStatus.HELD, PackageStatus.QUARANTINED)
_OVER: Final = (PackageStatus.REJECTED, PackageStatus.ERASED)
_COLUMNS: Final = (_P.c.seq, _P.c.id, _P.c.sender, _P.c.sha256, _P.c.document_id, _P.c.status, _P.c.received_at)
# content is counted while it is there and travels; of what was refused or erased only the words are left to count
_COUNTED: Final = or_(
    and_(_P.c.key.is_not(None), _P.c.status.in_(_THERE)),
    and_(_P.c.key.is_(None), _P.c.status.in_(_OVER)),
)


@dataclass(frozen=True, slots=True)
class Look:
    """One package, and what keeps its content. ended_at: when the last of its deliveries was over.

    kept_for: '' = nothing; else moving | recall | verdict | legal_hold | kept_back.
    """

    row: Row[Any]
    ended_at: str
    kept_for: str


def mark(connection: Connection) -> int:
    """Every package up to this number is counted already."""
    return int(state.get(connection, _MARK) or 0)


def set_mark(connection: Connection, seq: int) -> None:
    """Look only at what came later, from now on."""
    state.put(connection, _MARK, str(seq))


def uncounted(connection: Connection, after: int, limit: int) -> list[Look]:
    """Packages behind number `after` that are not counted yet, in the order of arrival."""
    query: Select[Any] = select(*_COLUMNS, _P.c.legal_hold_at).where(
        _P.c.seq > after, _P.c.content_until.is_(None), _COUNTED
    )
    return _looks(connection, connection.execute(query.order_by(_P.c.seq).limit(limit)).all())


def count(connection: Connection, package_id: str, until: str) -> None:
    """Its content, or what is left of its words, may go from `until` on."""
    connection.execute(update(_P).where(_P.c.id == package_id).values(content_until=until))


def uncount(connection: Connection, look: Look) -> None:
    """Something keeps it again: it is counted anew once that is over."""
    connection.execute(update(_P).where(_P.c.id == look.row.id).values(content_until=None))
    set_mark(connection, min(mark(connection), look.row.seq - 1))


def due(connection: Connection, now: str, limit: int) -> list[Look]:
    """Packages whose content may go now, and what keeps it after all."""
    query: Select[Any] = select(*_COLUMNS, _P.c.legal_hold_at).where(
        _P.c.content_until.is_not(None), _P.c.content_until <= now, _P.c.key.is_not(None)
    )
    return _looks(connection, connection.execute(query.order_by(_P.c.content_until, _P.c.seq).limit(limit)).all())


def again(connection: Connection, package_ids: Sequence[str]) -> list[Look]:
    """Packages that were due, as they are now; those whose content is gone already are left out."""
    query: Select[Any] = select(*_COLUMNS, _P.c.legal_hold_at)
    query = query.where(_P.c.id.in_(package_ids), _P.c.key.is_not(None)).order_by(_P.c.seq)
    return _looks(connection, connection.execute(query).all())


def forget_content(connection: Connection, package_id: str) -> bool:
    """Forget the key of a package that travels no more; False when it was kept back or frozen meanwhile."""
    change = update(_P).where(_P.c.id == package_id, _P.c.key.is_not(None), _P.c.legal_hold_at.is_(None))
    change = change.where(_P.c.status == PackageStatus.ACCEPTED)
    return connection.execute(change.values(key=None)).rowcount == 1


def wordy(connection: Connection, before: str, limit: int) -> Sequence[Row[Any]]:
    """Packages whose content went before a moment and whose words are to go too."""
    query = select(_P).where(
        _P.c.content_until.is_not(None), _P.c.content_until <= before, _P.c.key.is_(None), _P.c.legal_hold_at.is_(None)
    )
    return connection.execute(query.order_by(_P.c.content_until, _P.c.seq).limit(limit)).all()


def figures(connection: Connection, now: str, before: str) -> dict[str, int]:
    """What is counted, what is due, what is frozen. before: as in `wordy`."""
    dated = _P.c.content_until.is_not(None)
    sums = {
        "content_counted": and_(dated, _P.c.key.is_not(None)),
        "content_due": and_(dated, _P.c.key.is_not(None), _P.c.content_until <= now),
        "words_counted": and_(dated, _P.c.key.is_(None)),
        "words_due": and_(dated, _P.c.key.is_(None), _P.c.content_until <= before),
        "legal_hold": and_(dated, _P.c.legal_hold_at.is_not(None)),
    }
    query = select(*(func.coalesce(func.sum(case((one, 1), else_=0)), 0) for one in sums.values())).where(dated)
    return dict(zip(sums, map(int, connection.execute(query).one()), strict=True))


def _looks(connection: Connection, rows: Sequence[Row[Any]]) -> list[Look]:
    """The rows with what their deliveries say: one statement for all of them."""
    ids = [row.id for row in rows]
    moving = func.sum(case((_D.c.status.in_(_MOVING), 1), else_=0))
    wanted = func.sum(case((_D.c.recall_state.in_(_WANTED_BACK), 1), else_=0))
    ended = func.max(func.coalesce(_D.c.ended_at, _D.c.created_at))
    query: Select[Any] = select(_D.c.package_id, ended.label("ended"), moving.label("moving"), wanted.label("wanted"))
    query = query.where(_D.c.package_id.in_(ids)).group_by(_D.c.package_id)
    told = {one.package_id: one for one in connection.execute(query)} if ids else {}
    judged = select(_P.c.id).where(_P.c.id.in_(ids), exists().where(_R.c.package_id == _P.c.id))
    undecided = set(connection.execute(judged).scalars()) if ids else set()
    return [
        Look(row, one.ended if one else row.received_at, _kept_for(row, one, undecided=row.id in undecided))
        for row in rows
        for one in (told.get(row.id),)
    ]


def _kept_for(row: Row[Any], told: Row[Any] | None, *, undecided: bool) -> str:
    if row.status in (PackageStatus.HELD, PackageStatus.QUARANTINED):
        return "kept_back"
    if row.status in _OVER:
        return ""
    if row.legal_hold_at is not None:
        return "legal_hold"  # law: R-232 NĐ30 PL VI
    if told is not None and told.moving:
        return "moving"
    if told is not None and told.wanted:
        return "recall"
    return "verdict" if undecided else ""


def deliveries_of(connection: Connection, package_id: str) -> Sequence[Row[Any]]:
    """What the deliveries of a package say in free text."""
    query: Select[Any] = select(_D.c.id, _D.c.reason, _D.c.business_reason, _D.c.recall_reason, _D.c.paper)
    return connection.execute(query.where(_D.c.package_id == package_id)).all()


def events_of(connection: Connection, package_id: str) -> Sequence[Row[Any]]:
    """The journal of a package: number, actor, detail."""
    query: Select[Any] = select(_E.c.seq, _E.c.actor, _E.c.detail)
    return connection.execute(query.where(_E.c.package_id == package_id)).all()


def rewrite_package(connection: Connection, package_id: str, values: Mapping[str, Any]) -> bool:
    """Write these columns, and count the package no more; whether there was something to write."""
    change = update(_P).where(_P.c.id == package_id)
    connection.execute(change.values(**values, content_until=None))
    return bool(values)


def rewrite_delivery(connection: Connection, delivery_id: str, values: Mapping[str, Any]) -> bool:
    """Write these columns; whether there was something to write."""
    if values:
        connection.execute(update(_D).where(_D.c.id == delivery_id).values(**values))
    return bool(values)


def rewrite_event(connection: Connection, seq: int, before: str, after: str) -> bool:
    """Write the detail of one line of the journal, never what was signed; whether it changed."""
    if before != after:
        connection.execute(update(_E).where(_E.c.seq == seq).values(detail=after))
    return before != after


def rewrite_alarms(connection: Connection, package_id: str) -> None:
    """Forget what the alarms about a package told beside their kind."""
    over = update(_A).where(_A.c.package_id == package_id, _A.c.cleared_at.is_not(None))
    connection.execute(over.values(detail="{}"))
