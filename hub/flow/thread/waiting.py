"""Messages about a document nobody knows here: kept back in the commit that takes them, freed in that of the document.

What is freed takes its full effect, as if it had come after: an early recall stops the copies before any byte leaves.
"""

from __future__ import annotations

from dataclasses import fields, replace
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from edxml import reader, writer
from edxml.faults import Fault, Refusal
from hub.flow import hold
from hub.flow.recalls import stop
from hub.flow.routing import Route
from hub.flow.thread.answers import ANSWERING
from hub.flow.thread.match import Named, entry_of, voices
from hub.flow.thread.settling import Settled, Settling
from hub.states import MOVES, Alarm, Audience, DeliveryStatus, Hold, Move, PackageMove, PackageStatus
from hub.store import alarms, deliveries, events, keeping, packages, reviews

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from sqlalchemy import Connection, Row

    from edxml.model import Package
    from hub.context import Hub
    from hub.store.packages import NewPackage

MOST_OF_ONE: Final = 1000
"""Messages of one system that wait for their documents."""

REVIEW: Final = "review"
"""The door of what is settled again: its caller heard the answer long ago."""

_FIELDS: Final = frozenset(field.name for field in fields(packages.NewPackage))


def held(row: NewPackage) -> NewPackage:
    """The row of a package that waits for its document, beside whatever else it is kept back for."""
    words = " ".join((*(row.held_for or "").split(), Hold.UNMATCHED.value))
    return replace(row, status=max(row.status, PackageStatus.HELD.value, key=_RANK.index), held_for=words)


_RANK: Final = [PackageStatus.ACCEPTED.value, PackageStatus.HELD.value, PackageStatus.QUARANTINED.value]


def keep(connection: Connection, hub: Hub, now: datetime, package: Package, row: NewPackage) -> None:
    """Note what a held package waits for, and tell an operator; after its own events.

    Raises Refusal(BASE_UNKNOWN) when as many as one system may have wait already and its caller hears it: nobody fills
    the queue that people read.
    """
    if row.door in ANSWERING and reviews.as_many(connection, row.system_id, MOST_OF_ONE):
        raise Refusal(Fault.BASE_UNKNOWN, f"{MOST_OF_ONE} messages of this system wait for their documents already")
    named = _named(package, row.sender)
    reviews.keep(connection, row.id, named.key, named.entry, now, _text(package))
    told = {"sender": row.sender, "message_type": row.message_type, "code": row.status_code}
    alarm = alarms.Alarm(Alarm.UNMATCHED, Audience.OPERATOR, "", row.id, detail=told)
    alarms.raise_(connection, hub.journal, now, alarm)


def arrived(connection: Connection, hub: Hub, now: datetime, row: NewPackage | Row[Any]) -> list[str]:
    """A document is here: free what waited for it, oldest first; the systems to wake after the commit."""
    if row.message_type != "edoc":
        return []
    key, entry = Named(row.sender, row.document_id).key, entry_of(row.number, row.notation)
    woken: list[str] = []
    found = [one for one in reviews.about(connection, key, entry) if one.package_id != row.id]
    if not found:
        return []
    parties = {row.sender, *(one.recipient for one in deliveries.of_package(connection, row.id))}
    for one in found:
        if not parties.isdisjoint(voices(hub.directory, one.sender)):  # what strangers say of it is read by nobody here
            woken += resettle(connection, hub, now, one, f"system:{row.system_id}") or []
    return woken


def resettle(
    connection: Connection,
    hub: Hub,
    now: datetime,
    waiting: Any,
    actor: str,
    corrected: Callable[[Package], Package] | None = None,
) -> list[str] | None:
    """Carry out what a waiting message means; the systems to wake, None when it still fits no document.

    actor: whose act frees it, for the journal. corrected: makes the message name its document as it is stored.
    """
    row = packages.get(connection, waiting.package_id)
    if row is None or row.status != PackageStatus.HELD or Hold.UNMATCHED not in keeping.words(row.held_for):
        reviews.forget(connection, waiting.package_id)
        return None
    package = _read(waiting.message)
    if package is None:
        return None
    message = corrected(package) if corrected is not None else package
    routes = [_route(one) for one in deliveries.of_package(connection, row.id)]
    mine = packages.NewPackage(**{name: getattr(row, name) for name in _FIELDS})
    settling = Settling(connection, hub, now, f"system:{row.system_id}", message, replace(mine, door=REVIEW), routes)
    settled = settling.settle()
    if settled.unmatched:
        return None
    return _free(connection, hub, now, row, settled, actor)


def lift(connection: Connection, hub: Hub, now: datetime, row: Row[Any], actor: str, detail: dict[str, Any]) -> bool:
    """The message waits no more; whether it travels now, or is kept back for something else."""
    reviews.forget(connection, row.id)
    alarms.clear(connection, now, kinds=[Alarm.UNMATCHED], package_id=row.id)
    left = tuple(word for word in keeping.words(row.held_for) if word is not Hold.UNMATCHED)
    told = {"held_for": Hold.UNMATCHED.value, **detail}
    if left:
        keeping.set_reasons(connection, row.id, left)
        still = events.Event("package.held", actor, row.id, detail={**told, "lifted": True, "left": " ".join(left)})
        hub.journal.record(connection, now, [still])
        return False
    change = events.PackageChange(row.id, PackageMove.RELEASE, actor, {"held_for": None}, told)
    events.change_package(connection, hub.journal, now, change)
    return True


def _free(connection: Connection, hub: Hub, now: datetime, row: Row[Any], settled: Settled, actor: str) -> list[str]:
    packages.set_original(connection, row.id, settled.original)
    for one in deliveries.of_package(connection, row.id):
        if one.recipient in settled.absent and DeliveryStatus(one.status) in MOVES[Move.CANCEL]:
            told = {"reason": "never_delivered"}
            change = events.Change(one.id, Move.CANCEL, "hub", told, told, unexposed=True)
            events.change_status(connection, hub.journal, now, change)
            if one.item_id is not None:
                stop.settle_item(connection, one.item_id, now)
    reviews.stand_last(connection, row.id)  # law: R-161 QĐ28 Đ8.2
    travels = lift(connection, hub, now, row, actor, {"original": settled.original or ""})
    return hold.waiting_systems(connection, row.id) if travels else []


def _named(package: Package, sender: str) -> Named:
    if package.status is not None:
        return Named.answered(package.status.response_for)
    assert package.header is not None, "a package is a document or a status"
    return Named.revised(sender, package.header)


def _text(package: Package) -> str:
    """The message without its attachments; '' for one whose words XML cannot carry again."""
    if package.status is not None:
        write = partial(writer.write_status, package.status)
    else:
        assert package.header is not None, "a package is a document or a status"
        write = partial(writer.write_edoc, package.header, package.business, package.trace, ())
    try:
        return write().decode()
    except Refusal:
        return ""


def _read(text: str) -> Package | None:
    try:
        return reader.read(text.encode()) if text else None
    except Refusal:
        return None


def _route(row: Row[Any]) -> Route:
    return Route(row.recipient, row.written_as, row.system_id, row.connector, DeliveryStatus(row.status))
