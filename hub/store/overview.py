"""What an operator looks up: packages and deliveries by states, ids and sizes. No subject leaves here.

law: R-191 CB Đ11 (an operator sees states and sizes, never the content of documents)
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, func, or_, select

from hub import clock, states
from hub.store import packages, tables

_P = tables.packages
_D = tables.deliveries

SHOWN = (
    _P.c.seq, _P.c.id, _P.c.sender, _P.c.message_type, _P.c.business_type, _P.c.status_code, _P.c.document_id,
    _P.c.sha256, _P.c.size, _P.c.status, _P.c.door, _P.c.system_id, _P.c.priority, _P.c.number, _P.c.notation,
    _P.c.original_id, _P.c.received_at, _P.c.attachments, _P.c.warnings, _P.c.verdict, _P.c.verdicts, _P.c.fault,
    _P.c.fault_detail, _P.c.held_for, _P.c.checks,
)  # fmt: skip
"""The columns of a package an operator may see."""  # law: R-191

_LISTED = (
    *(column for column in SHOWN if column.name not in {"attachments", "warnings", "verdicts", "checks"}),
    _P.c.verdicts.contains('"unsigned": true').label("is_unsigned"),
)


def package(connection: Connection, package_id: str) -> Any | None:
    """The row of one package, without its subject."""
    return connection.execute(select(*SHOWN).where(_P.c.id == package_id)).first()


def newest(
    connection: Connection, *, before: int | None = None, status: str | None = None, limit: int
) -> Sequence[Row[Any]]:
    """Packages, newest first, from before sequence number `before`, of one status or of all."""
    query = select(*_LISTED).order_by(_P.c.seq.desc()).limit(limit)
    if before is not None:
        query = query.where(_P.c.seq < before)
    if status is not None:
        query = query.where(_P.c.status == status)
    return connection.execute(query).all()


def found(connection: Connection, text: str, limit: int) -> Sequence[Row[Any]]:
    """Packages whose id, DocumentId, `number/notation`, number or notation is exactly `text`, newest first.

    The id of a delivery finds its package. The first question with an answer ends the search. Each reads one index
    only, and none is ordered: SQLite would then walk through the wide rows of the table instead.
    """
    for query in _questions(text):
        seqs = sorted((row.seq for row in connection.execute(query.limit(_MOST_MATCHES))), reverse=True)
        if seqs:
            chosen = select(*_LISTED).where(_P.c.seq.in_(seqs[:limit])).order_by(_P.c.seq.desc())
            return connection.execute(chosen).all()
    return []


_MOST_MATCHES = 100_000
_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def _questions(text: str) -> Iterator[Select[tuple[int]]]:
    seq = select(_P.c.seq)
    spellings = sorted({text, text.upper(), text.lower()})
    if _ID.fullmatch(text.lower()):
        yield seq.where(_P.c.id == text.lower())
        yield seq.where(_P.c.id == select(_D.c.package_id).where(_D.c.id == text.lower()).scalar_subquery())
    yield seq.where(_P.c.document_id.in_(spellings))
    number, slash, notation = text.partition("/")
    if slash:
        tails = sorted({notation.strip(), notation.strip().upper()})
        yield seq.where(_P.c.number == number.strip(), _P.c.notation.in_(tails))
    yield seq.where(or_(_P.c.number == text, _P.c.notation.in_(spellings)))


def later(connection: Connection, package_id: str, limit: int = 100) -> Sequence[Any]:
    """Documents that speak of this one (its recall, update, replacement, answer), oldest first; no status messages."""
    about = select(_P.c.id, _P.c.message_type, _P.c.business_type, _P.c.number, _P.c.notation, _P.c.received_at)
    about = about.where(_P.c.original_id == package_id, _P.c.message_type == "edoc")
    rows: Sequence[Any] = connection.execute(about.order_by(_P.c.seq).limit(limit)).all()
    return rows


def delivery_counts(connection: Connection, package_ids: Collection[str]) -> dict[str, dict[str, int]]:
    """For each package, how many of its deliveries are in which status."""
    counts: dict[str, dict[str, int]] = {}
    rows = connection.execute(
        select(_D.c.package_id, _D.c.status, func.count())
        .where(_D.c.package_id.in_(list(package_ids)))
        .group_by(_D.c.package_id, _D.c.status)
    )
    for package_id, status, count in rows:
        counts.setdefault(package_id, {})[status] = count
    return counts


def deliveries_at(
    connection: Connection, recipient: str, status: str, *, after: int | None = None, limit: int
) -> Sequence[Any]:
    """Deliveries of one destination in one status, oldest first, from behind sequence number `after`.

    Without those a package keeps back, as `deliveries.by_age` counts them.
    """
    query = (
        select(
            _D.c.seq, _D.c.id.label("delivery_id"), _D.c.package_id, _D.c.status, _D.c.created_at, _D.c.due_at,
            _D.c.attempts, _D.c.exposed_at, _D.c.fault, _D.c.urgency,
            _P.c.sender, _P.c.number, _P.c.notation, _P.c.document_id, _P.c.size,
        )
        .join_from(_D, _P, _P.c.id == _D.c.package_id)
        .where(_D.c.recipient == recipient, _D.c.status == status, _P.c.id.not_in(packages.KEPT_BACK))
        .order_by(_D.c.seq)
        .limit(limit)
    )  # fmt: skip
    if after is not None:
        query = query.where(_D.c.seq > after)
    return connection.execute(query).all()


def rejected_since(connection: Connection, since: datetime, *, slack_seconds: int = 3600) -> int:
    """How many packages were refused since a moment.

    Sequence numbers grow with time, give or take what a request lasts: the search begins `slack_seconds` earlier by
    halving, so that the whole table is not read for today's few.
    """
    start = clock.from_text(clock.to_text(since)).timestamp() - slack_seconds
    first = _first_since(connection, clock.to_text(datetime.fromtimestamp(start, tz=since.tzinfo)))
    counted: int | None = connection.execute(
        select(func.count()).where(
            _P.c.seq >= first,
            _P.c.status == states.PackageStatus.REJECTED.value,
            _P.c.received_at >= clock.to_text(since),
        )
    ).scalar()
    return counted or 0


def _first_since(connection: Connection, at: str) -> int:
    """A sequence number below which no package is as new as `at`."""
    low, high = 0, (connection.execute(select(func.max(_P.c.seq))).scalar() or 0) + 1
    while low < high:
        middle = (low + high) // 2
        row = connection.execute(
            select(_P.c.received_at).where(_P.c.seq >= middle).order_by(_P.c.seq).limit(1)
        ).scalar()
        if row is None or row >= at:
            high = middle
        else:
            low = middle + 1
    return low


def backlog(connection: Connection, system_id: str | None = None) -> dict[str, dict[str, tuple[int, str]]]:
    """What waits at each system, or at one: status -> how many deliveries, and since when the oldest.

    Without those a package keeps back.
    """
    waiting = (
        select(_D.c.system_id, _D.c.status, func.count(), func.min(_D.c.created_at))
        .where(_D.c.status.in_(_WAITING), _D.c.system_id.is_not(None), _D.c.package_id.not_in(packages.KEPT_BACK))
        .group_by(_D.c.system_id, _D.c.status)
    )
    if system_id is not None:
        waiting = waiting.where(_D.c.system_id == system_id)
    found: dict[str, dict[str, tuple[int, str]]] = {}
    for name, status, count, oldest in connection.execute(waiting):
        found.setdefault(name, {})[status] = (count, oldest)
    return found


_WAITING = [status.value for status in (
    states.DeliveryStatus.QUEUED, states.DeliveryStatus.SENDING, states.DeliveryStatus.AVAILABLE,
    states.DeliveryStatus.HELD, states.DeliveryStatus.FAILED,
)]  # fmt: skip
