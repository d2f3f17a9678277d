"""The figures of a month, read from the rows themselves: one query each, the same answer whenever they are asked again.

A month is a Vietnamese one (+07:00). What was sent belongs to the month of its sending time (hub.flow.moments), and
its deliveries with it, however late they ended; what was received belongs to the month of its legal receiving time, and
of its hand-over where no such time is known. The list behind a figure asks what its count asks.  law: R-207
"""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any, Final, Literal

from sqlalchemy import Connection, and_, case, func, not_, select, true

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
_clicked_at = case((_P.c.issued_at <= _P.c.received_at, _P.c.issued_at), else_=_P.c.received_at)
_DOCUMENT = (_P.c.message_type == "edoc", _P.c.business_type != _RECALL)

SENT: Final[Mapping[str, Any]] = {
    "documents_sent": and_(_TAKEN_IN, *_DOCUMENT),
    "statuses_sent": and_(_TAKEN_IN, _P.c.message_type == "status"),
    "rejected": not_(_TAKEN_IN),
}
"""Figures of a sender's packages, and what each counts."""

DELIVERIES: Final[Mapping[str, Any]] = {
    "deliveries": true(),
    "delivered": _D.c.status == DeliveryStatus.DELIVERED.value,
    "failed": _D.c.status == DeliveryStatus.FAILED.value,
    "not_connected": _D.c.status == DeliveryStatus.NOT_CONNECTED.value,
    "cancelled": _D.c.status == DeliveryStatus.CANCELLED.value,
    "waiting": _D.c.status.not_in([DeliveryStatus.DELIVERED.value, DeliveryStatus.FAILED.value,
                                   DeliveryStatus.NOT_CONNECTED.value, DeliveryStatus.CANCELLED.value]),
    "refused": _D.c.business_status == "02",
    "recalled": _D.c.recall_state != RecallState.NONE.value,
}  # fmt: skip
"""Figures of the deliveries of a sender's documents."""

RECEIVED: Final = "documents_received"
OF_DOCUMENTS: Final = (_TAKEN_IN, _COUNTED, *_DOCUMENT)
"""What makes a delivery one of a document that was sent."""


@dataclass(frozen=True, slots=True)
class Span:
    """A time for which is counted: stored texts of its first moment and of the first after it.

    sending: what a sending time is, as hub.profile.clocks says.
    """

    start: str
    end: str
    sending: Literal["click", "answer"]

    @property
    def sent(self) -> tuple[Any, ...]:
        """What was sent in it. A click counts only before the answer, so that the index of arrival helps."""
        at = _clicked_at if self.sending == "click" else _P.c.received_at
        return (_P.c.received_at >= self.start, at >= self.start, at < self.end)  # law: R-208 HN Đ12

    @property
    def received(self) -> tuple[Any, ...]:
        """What recipients have received in it."""
        done = _D.c.status == DeliveryStatus.DELIVERED.value
        return (done, _received_at >= self.start, _received_at < self.end, _COUNTED, _NOT_REFUSED, *_DOCUMENT)


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


def monthly(connection: Connection, span: Span) -> dict[str, Figures]:
    """Figures by organ id, for agencies that have any."""
    found: dict[str, Figures] = {}

    def of(organ_id: str) -> Figures:
        return found.setdefault(organ_id, Figures())

    for row in _sent(connection, span):
        _set(of(row.sender), SENT, row)
    for row in _deliveries(connection, span):
        _set(of(row.sender), DELIVERIES, row)
    for row in _received(connection, span):
        of(row.recipient).documents_received = row.documents
    for sender, received_at, ended_at in _times(connection, span):
        began, ended = clock.from_text(received_at), clock.from_text(ended_at)
        of(sender).minutes_to_delivery.append((ended - began).total_seconds() / 60)
        of(sender).same_day += clock.local(began).date() == clock.local(ended).date()
    found.pop("", None)  # packages refused before a sender could be read
    return found


def _set(figures: Figures, names: Mapping[str, Any], row: Any) -> None:
    for name in names:
        setattr(figures, name, getattr(row, name))


def _counts(asked: Mapping[str, Any]) -> list[Any]:
    return [func.sum(case((condition, 1), else_=0)).label(name) for name, condition in asked.items()]


def _sent(connection: Connection, span: Span) -> Sequence[Any]:
    return connection.execute(select(_P.c.sender, *_counts(SENT)).where(*span.sent).group_by(_P.c.sender)).all()


def _deliveries(connection: Connection, span: Span) -> Sequence[Any]:
    return connection.execute(
        select(_P.c.sender, *_counts(DELIVERIES))
        .join_from(_P, _D, _D.c.package_id == _P.c.id)
        .where(*span.sent, *OF_DOCUMENTS)
        .group_by(_P.c.sender)
    ).all()


def _received(connection: Connection, span: Span) -> Sequence[Any]:
    return connection.execute(
        select(_D.c.recipient, func.count().label("documents"))
        .join_from(_D, _P, _P.c.id == _D.c.package_id)
        .where(*span.received)
        .group_by(_D.c.recipient)
    ).all()


def _times(connection: Connection, span: Span) -> Sequence[Any]:
    return connection.execute(
        select(_P.c.sender, _P.c.received_at, _D.c.ended_at)
        .join_from(_P, _D, _D.c.package_id == _P.c.id)
        .where(
            *span.sent,
            *OF_DOCUMENTS,
            _D.c.status == DeliveryStatus.DELIVERED.value,
            _D.c.ended_at.is_not(None),
        )
    ).all()


def behind(connection: Connection, span: Span, organ_id: str, figure: str, most: int) -> Sequence[Any]:
    """The packages, or the deliveries, that one figure of one agency counts, oldest first; no subject.

    figure: one of SENT, DELIVERIES or RECEIVED.
    """
    # law: R-202 HN Đ15.1
    columns = (_P.c.id.label("package_id"), _P.c.document_id, _P.c.sender, _P.c.number, _P.c.notation, _P.c.status,
               _P.c.signed_at, _P.c.issued_at, _P.c.received_at)  # fmt: skip
    asked: Any
    if figure in SENT:
        asked = select(*columns).where(*span.sent, SENT[figure], _P.c.sender == organ_id)
    else:
        of_delivery = (_D.c.id.label("delivery_id"), _D.c.recipient, _D.c.status.label("delivery_status"),
                       _D.c.business_status, _D.c.received_legal)  # fmt: skip
        asked = select(*columns, *of_delivery).join_from(_P, _D, _D.c.package_id == _P.c.id)
        if figure == RECEIVED:
            asked = asked.where(*span.received, _D.c.recipient == organ_id)
        else:
            asked = asked.where(*span.sent, *OF_DOCUMENTS, DELIVERIES[figure], _P.c.sender == organ_id)
    return connection.execute(asked.order_by(_P.c.received_at, _P.c.id).limit(most)).all()
