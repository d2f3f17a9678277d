"""The figures of a month, read from the rows themselves: one query each, the same answer whenever they are asked again.

A month is a Vietnamese one (+07:00). What was sent belongs to the month in which the hub took it in, and its
deliveries with it, however late they ended; what was received belongs to the month of its legal receiving time, and of
its hand-over where no such time is known.  law: R-207, R-208 HN Đ12
"""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from typing import Any

from sqlalchemy import Connection, case, func, select

from hub import clock
from hub.states import BESIDE, DeliveryStatus, RecallState
from hub.store import tables

_P = tables.packages
_D = tables.deliveries
_RECALL = 1  # BussinessDocType of a recall: a message about a document, not a document

_TAKEN_IN = _P.c.fault.is_(None)  # what was refused has a fault, also when it is kept sealed for a virus
_COUNTED = _D.c.copy.not_in(BESIDE)  # law: R-135 R-207: a copy in a second system is no second receipt
_NOT_REFUSED = func.coalesce(_D.c.business_status, "") != "02"  # law: R-207: what was refused was not received
_received_at = func.coalesce(_D.c.received_legal, _D.c.ended_at)  # law: R-208 HN Đ12
_DOCUMENT = (_P.c.message_type == "edoc", _P.c.business_type != _RECALL)


@dataclass(slots=True)
class Figures:
    """One agency in one month. All are counts but the last two; None = nothing to take it from."""

    documents_sent: int = 0
    deliveries: int = 0  # one for each recipient of those documents
    delivered: int = 0
    failed: int = 0
    not_connected: int = 0
    cancelled: int = 0
    waiting: int = 0  # queued, being sent, to be fetched, held
    refused: int = 0  # answered 02 by the recipient
    recalled: int = 0  # recall or take-back wished, whatever came of it
    rejected: int = 0  # refused at the hub's door
    documents_received: int = 0
    statuses_sent: int = 0
    same_day: int = 0  # delivered on the Vietnamese day on which the hub took the document in
    minutes_to_delivery: list[float] = field(default_factory=list)

    def add(self, other: Figures) -> None:
        """Count these, too."""
        for one in fields(self):
            setattr(self, one.name, getattr(self, one.name) + getattr(other, one.name))

    @property
    def same_day_percent(self) -> int | None:
        """Share of the deliveries that were delivered within the day, in whole percent."""
        return round(100 * self.same_day / self.deliveries) if self.deliveries else None

    @property
    def median_minutes(self) -> int | None:
        """Median time from taking in to hand-over, of what was delivered, in whole minutes."""
        return round(statistics.median(self.minutes_to_delivery)) if self.minutes_to_delivery else None


def monthly(connection: Connection, start: str, end: str) -> dict[str, Figures]:
    """Figures by organ id, for agencies that have any. `start` and `end` (exclusive): stored texts of moments."""
    found: dict[str, Figures] = {}

    def of(organ_id: str) -> Figures:
        return found.setdefault(organ_id, Figures())

    for row in _sent(connection, start, end):
        of(row.sender).documents_sent = row.documents
        of(row.sender).statuses_sent = row.statuses
        of(row.sender).rejected = row.rejected
    for row in _deliveries(connection, start, end):
        mine = of(row.sender)
        mine.deliveries, mine.delivered, mine.failed = row.deliveries, row.delivered, row.failed
        mine.not_connected, mine.cancelled = row.not_connected, row.cancelled
        mine.waiting = row.deliveries - row.delivered - row.failed - row.not_connected - row.cancelled
        mine.refused, mine.recalled = row.refused, row.recalled
    for row in _received(connection, start, end):
        of(row.recipient).documents_received = row.documents
    for sender, received_at, ended_at in _times(connection, start, end):
        began, ended = clock.from_text(received_at), clock.from_text(ended_at)
        of(sender).minutes_to_delivery.append((ended - began).total_seconds() / 60)
        of(sender).same_day += clock.local(began).date() == clock.local(ended).date()
    found.pop("", None)  # packages refused before a sender could be read
    return found


def _sent(connection: Connection, start: str, end: str) -> Sequence[Any]:
    documents = func.sum(case(((_DOCUMENT[0] & _DOCUMENT[1] & _TAKEN_IN), 1), else_=0))
    statuses = func.sum(case((((_P.c.message_type == "status") & _TAKEN_IN), 1), else_=0))
    rejected = func.sum(case((_TAKEN_IN, 0), else_=1))
    return connection.execute(
        select(_P.c.sender, documents.label("documents"), statuses.label("statuses"), rejected.label("rejected"))
        .where(_P.c.received_at >= start, _P.c.received_at < end)
        .group_by(_P.c.sender)
    ).all()


def _deliveries(connection: Connection, start: str, end: str) -> Sequence[Any]:
    def count(condition: Any, name: str) -> Any:
        return func.sum(case((condition, 1), else_=0)).label(name)

    return connection.execute(
        select(
            _P.c.sender,
            func.count().label("deliveries"),
            count(_D.c.status == DeliveryStatus.DELIVERED.value, "delivered"),
            count(_D.c.status == DeliveryStatus.FAILED.value, "failed"),
            count(_D.c.status == DeliveryStatus.NOT_CONNECTED.value, "not_connected"),
            count(_D.c.status == DeliveryStatus.CANCELLED.value, "cancelled"),
            count(_D.c.business_status == "02", "refused"),
            count(_D.c.recall_state != RecallState.NONE.value, "recalled"),
        )
        .join_from(_P, _D, _D.c.package_id == _P.c.id)
        .where(_P.c.received_at >= start, _P.c.received_at < end, _TAKEN_IN, _COUNTED, *_DOCUMENT)
        .group_by(_P.c.sender)
    ).all()


def _received(connection: Connection, start: str, end: str) -> Sequence[Any]:
    return connection.execute(
        select(_D.c.recipient, func.count().label("documents"))
        .join_from(_D, _P, _P.c.id == _D.c.package_id)
        .where(
            _D.c.status == DeliveryStatus.DELIVERED.value,
            _received_at >= start,
            _received_at < end,
            _COUNTED,
            _NOT_REFUSED,
            *_DOCUMENT,
        )
        .group_by(_D.c.recipient)
    ).all()


def _times(connection: Connection, start: str, end: str) -> Sequence[Any]:
    return connection.execute(
        select(_P.c.sender, _P.c.received_at, _D.c.ended_at)
        .join_from(_P, _D, _D.c.package_id == _P.c.id)
        .where(
            _P.c.received_at >= start,
            _P.c.received_at < end,
            _TAKEN_IN,
            _COUNTED,
            *_DOCUMENT,
            _D.c.status == DeliveryStatus.DELIVERED.value,
            _D.c.ended_at.is_not(None),
        )
    ).all()
