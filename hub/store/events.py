"""The journal, and the only place where a status changes.

A status and its history cannot disagree: the conditional UPDATE and the event are one transaction. An event that
proves something (`states.PROVING`) gets a nonce, a leaf hash for the log and a signed receipt in the same breath:
leaf = SHA-256(0x00 || SHA-256(nonce || canonical event)), so that a guess at the content tells nothing.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, insert, select, update

from hub import clock, states
from hub.store import spoken, tables
from hub.store.prepared import Prepared

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import Connection, Row

    from hub.keys import Keys


_ADD = Prepared(insert(tables.events))
_D = tables.deliveries
_P = tables.packages
_WHERE_NOW = Prepared(
    select(_D.c.status, _D.c.package_id, _D.c.recipient, _D.c.exposed_at).where(_D.c.id == bindparam("id_"))
)
_FROM = update(_D).where(_D.c.id == bindparam("id_"), _D.c.status == bindparam("from_"))
_MOVE = Prepared(_FROM)
_MOVE_UNEXPOSED = Prepared(_FROM.where(_D.c.exposed_at.is_(None)))
_FIRST_RECEIPT = (
    select(tables.events.c.receipt)
    .where(tables.events.c.package_id == bindparam("package_id_"), tables.events.c.type == bindparam("type_"))
    .order_by(tables.events.c.seq)
    .limit(1)
)
_RECEIPT = Prepared(_FIRST_RECEIPT)
_RECEIPT_OF_DELIVERY = Prepared(_FIRST_RECEIPT.where(tables.events.c.delivery_id == bindparam("delivery_id_")))


_ENDS = frozenset({states.DeliveryStatus.DELIVERED, states.DeliveryStatus.FAILED, states.DeliveryStatus.CANCELLED})
CHUNK = 500
"""Most values of one IN: databases bound them."""


class StaleStatusError(Exception):
    """The delivery or package was not in a status from which this move is possible: somebody was faster."""


@dataclass(frozen=True, slots=True)
class Event:
    """One line of the journal before it is written.

    detail: JSON-able facts; of a proving event they are the canonical content, persons' words as digests (`spoken`), so
    no secret and no subject in them.
    """

    type: str
    actor: str
    package_id: str | None = None
    delivery_id: str | None = None
    recipient: str | None = None
    detail: Mapping[str, Any] = field(default_factory=dict)


def canonical(content: Mapping[str, Any]) -> str:
    """The one text of a JSON object: sorted keys, no spaces, UTF-8 letters kept (RFC 8785 for our strings and ints)."""
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def leaf_hash(nonce: bytes, text: str) -> str:
    """Hex leaf hash of a proving event (RFC 9162 2.1.1 over a blinded event)."""
    return hashlib.sha256(b"\x00" + hashlib.sha256(nonce + text.encode()).digest()).hexdigest()


class Journal:
    """Writes events, and signs receipts for those that prove something."""

    def __init__(self, keys: Keys, origin: str) -> None:
        self._keys = keys
        self._origin = origin

    def record(self, connection: Connection, now: datetime, events: Sequence[Event]) -> list[str | None]:
        """Write `events` in order; the compact JWS of each proving one, None for the others."""  # law: R-144 HN Đ12.1
        at = clock.to_text(now)
        rows = [self._row(at, now, event) for event in events]
        if rows:
            _ADD.insert(connection, rows)  # law: R-196 QĐ28 Đ10.2p
        return [row["receipt"] for row in rows]

    def _row(self, at: str, now: datetime, event: Event) -> dict[str, Any]:
        if event.type not in states.JOURNAL:
            message = f"unknown event type {event.type}"
            raise ValueError(message)
        row: dict[str, Any] = {
            "at": at,
            "type": event.type,
            "package_id": event.package_id,
            "delivery_id": event.delivery_id,
            "actor": event.actor,
            "recipient": event.recipient,
            "detail": canonical(event.detail),
            "canonical": None,
            "nonce": None,
            "leaf": None,
            "receipt": None,
        }
        if event.type in states.PROVING:
            content = {
                "event": event.type,
                "at": clock.local(now).isoformat(timespec="microseconds"),
                "hub": self._origin,
                **{name: row[name] for name in ("package_id", "delivery_id", "recipient") if row[name]},
                "actor": event.actor,
                **spoken.sealed(event.actor, event.detail),
            }
            text = canonical(content)
            nonce = secrets.token_bytes(16)
            leaf = leaf_hash(nonce, text)
            receipt = canonical({**content, "log_origin": self._origin, "leaf": leaf, "test": self._keys.is_test})
            row |= {
                "canonical": text,
                "nonce": nonce,
                "leaf": leaf,
                "receipt": self._keys.sign_receipt(receipt.encode()),
            }
        return row


@dataclass(frozen=True, slots=True)
class Change:
    """A move of one delivery: what happens, by whom, and what else is written with it."""

    delivery_id: str
    move: states.Move
    actor: str
    values: Mapping[str, Any] = field(default_factory=dict)  # further columns of the delivery
    detail: Mapping[str, Any] = field(default_factory=dict)
    unexposed: bool = False  # only while no content byte has left


def change_status(connection: Connection, journal: Journal, now: datetime, change: Change) -> str | None:
    """Move one delivery and write the event; its receipt when the event proves something.

    Raises StaleStatusError when the delivery is not where the move starts (or was exposed, for `unexposed`).
    """
    row = _WHERE_NOW.first(connection, id_=change.delivery_id)
    target = states.MOVES[change.move].get(states.DeliveryStatus(row.status)) if row else None
    if row is None or target is None or (change.unexposed and row.exposed_at):
        message = f"{change.move} of {change.delivery_id} from {row.status if row else 'nothing'}"
        raise StaleStatusError(message)
    values = {**change.values, "status": target.value}
    if target in _ENDS:
        values["ended_at"] = clock.to_text(now)
    move = _MOVE_UNEXPOSED if change.unexposed else _MOVE
    moved = move.change(connection, values, id_=change.delivery_id, from_=row.status)
    if moved != 1:
        message = f"{change.move} of {change.delivery_id}: somebody was faster"
        raise StaleStatusError(message)
    event = Event(
        states.EVENT_OF_MOVE[change.move],
        change.actor,
        row.package_id,
        change.delivery_id,
        row.recipient,
        change.detail,
    )
    return journal.record(connection, now, [event])[0]


@dataclass(frozen=True, slots=True)
class BatchChange:
    """The same move of many deliveries: what happens, by whom, and what else is written with it."""

    delivery_ids: Sequence[str]
    move: states.Move
    actor: str
    values: Mapping[str, Any] = field(default_factory=dict)  # further columns of each delivery
    detail: Mapping[str, Any] = field(default_factory=dict)
    unexposed: bool = False  # only those no content byte of which has left


def change_batch(connection: Connection, journal: Journal, now: datetime, batch: BatchChange) -> list[str]:
    """Move every delivery that is where the move starts and write the events; ids of those moved, in order of arrival.

    A few statements for thousands of recipients; the others stay as they are.
    """
    found: list[Any] = []
    sources: dict[states.DeliveryStatus, list[str]] = {}
    for source, target in states.MOVES[batch.move].items():
        sources.setdefault(target, []).append(source.value)
    for target, starts in sources.items():
        values = {**batch.values, "status": target.value}
        if target in _ENDS:
            values["ended_at"] = clock.to_text(now)
        change = update(_D).where(_D.c.status.in_(starts))
        if batch.unexposed:
            change = change.where(_D.c.exposed_at.is_(None))
        for start in range(0, len(batch.delivery_ids), CHUNK):
            part = batch.delivery_ids[start : start + CHUNK]
            moved = change.where(_D.c.id.in_(part)).values(**values)
            found += connection.execute(moved.returning(_D.c.seq, _D.c.id, _D.c.package_id, _D.c.recipient)).all()
    found.sort(key=lambda row: row.seq)
    name = states.EVENT_OF_MOVE[batch.move]
    made = [Event(name, batch.actor, row.package_id, row.id, row.recipient, batch.detail) for row in found]
    journal.record(connection, now, made)
    return [row.id for row in found]


@dataclass(frozen=True, slots=True)
class PackageChange:
    """A move of one package: what happens, by whom, and what else is written with it."""

    package_id: str
    move: states.PackageMove
    actor: str
    values: Mapping[str, Any] = field(default_factory=dict)  # further columns of the package
    detail: Mapping[str, Any] = field(default_factory=dict)


def change_package(connection: Connection, journal: Journal, now: datetime, change: PackageChange) -> str | None:
    """Move one package and write the event; its receipt when the event proves something.

    Erasing forgets the content's key and the nonces of what was proven about it before (design: evidence), but for what
    was proven about having it back.
    Raises StaleStatusError when the package is not where the move starts.
    """
    status = connection.execute(select(_P.c.status).where(_P.c.id == change.package_id)).scalar()
    moves = states.PACKAGE_MOVES[change.move]
    target = moves.get(states.PackageStatus(status)) if status is not None else None
    if target is None:
        message = f"{change.move} of {change.package_id} from {status or 'nothing'}"
        raise StaleStatusError(message)
    values = {**change.values, "status": target.value}
    if change.move is states.PackageMove.ERASE:
        values["key"] = None
        proven = update(tables.events).where(tables.events.c.package_id == change.package_id)
        proven = proven.where(tables.events.c.type.not_in(states.ABOUT_WITHDRAWAL))  # law: R-151 NĐ30 PL VI
        connection.execute(proven.values(nonce=None))
    moved = update(_P).where(_P.c.id == change.package_id, _P.c.status == status).values(**values)
    if connection.execute(moved).rowcount != 1:
        message = f"{change.move} of {change.package_id}: somebody was faster"
        raise StaleStatusError(message)
    event = Event(states.EVENT_OF_PACKAGE_MOVE[change.move], change.actor, change.package_id, detail=change.detail)
    return journal.record(connection, now, [event])[0]


def of_package(connection: Connection, package_id: str, after: int = 0, limit: int = 1000) -> Sequence[Row[Any]]:
    """The journal of one package in order, from behind event number `after`."""
    return connection.execute(
        select(tables.events)
        .where(tables.events.c.package_id == package_id, tables.events.c.seq > after)
        .order_by(tables.events.c.seq)
        .limit(limit)
    ).all()


def receipts_of(connection: Connection, package_id: str) -> Sequence[Row[Any]]:
    """The proving events of one package, with canonical text, nonce and receipt."""
    return connection.execute(
        select(tables.events)
        .where(tables.events.c.package_id == package_id, tables.events.c.receipt.is_not(None))
        .order_by(tables.events.c.seq)
    ).all()


def receipt_of(
    connection: Connection, event_type: str, *, package_id: str, delivery_id: str | None = None
) -> str | None:
    """The first receipt of this type for a package or one of its deliveries."""
    if delivery_id is None:
        row = _RECEIPT.first(connection, package_id_=package_id, type_=event_type)
    else:
        values = {"package_id_": package_id, "type_": event_type, "delivery_id_": delivery_id}
        row = _RECEIPT_OF_DELIVERY.first(connection, **values)
    return None if row is None else row.receipt
