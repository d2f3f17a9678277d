"""An agency with two systems: one has its documents, the other stores a copy, or stands by.

The own copy is the agency's: it is counted, watched and shown to the sender. The copy beside it is not. Who answers for
the document is the system of the own copy, until the document is assigned in the other system.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from edxml.faults import Fault, Refusal
from hub import clock
from hub.flow import routing, visibility
from hub.states import BESIDE, Alarm, Audience, Copy
from hub.store import alarms, deliveries, events

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from sqlalchemy import Connection

    from agency_registry.agency import System
    from edxml.model import StatusMessage
    from hub.context import Hub
    from hub.flow.routing import Route

STORED_ONLY: Final = "stored_only"
"""Why a status message stays here: it comes from a system that only stores the document."""
ARRIVED: Final = "01"
_ANSWERS: Final = frozenset({"02", "03", "04", "05", "06"})
"""What only the system that handles a document says of it."""


def with_seconds(hub: Hub, routes: tuple[Route, ...]) -> tuple[Route, ...]:
    """The routes, and behind them the copies that agencies with two systems store in the second one."""
    if not hub.directory.has_second_systems:
        return routes
    return (*routes, *_seconds(hub, routes))


def _seconds(hub: Hub, routes: tuple[Route, ...]) -> Iterator[Route]:
    for route in routes:
        system = hub.directory.other_system(route.recipient, "second") if route.deliverable else None
        if system is not None and system.state == "active" and system.id != route.system_id:
            born = routing.born(system)  # law: R-135 TT Đ6.1.2
            copy = replace(route, system_id=system.id, connector=system.connector, status=born, copy=Copy.SECOND)
            yield replace(copy, item_per_agency=system.item_per_agency)


async def assign(hub: Hub, system: System, delivery_id: str, to: str) -> None:
    """The system that answers for a document hands it to the agency's other one, or takes no part in it any more.

    The own copy stays the one that is counted and shown to the sender; only who answers changes.
    Raises Refusal: NOT_FOUND; STATE_CONFLICT when the caller does not answer for it; SCHEMA_INVALID for a system that
    has no copy of it for this agency.
    """
    now = hub.clock.now()

    def work(connection: Connection) -> None:
        mine = visibility.own_delivery(connection, system, delivery_id)
        if mine.message_type != "edoc" or _only_stores(connection, hub, mine):
            raise Refusal(Fault.STATE_CONFLICT, "the document is handled in the agency's other system")
        other = deliveries.at_system(connection, mine.package_id, to, mine.recipient)
        if other is None or other.id == mine.id:
            raise Refusal(Fault.SCHEMA_INVALID, "no other system of the agency has this document", where="system")
        changed, copy = (mine, Copy.SECOND) if mine.copy == Copy.ASSIGNED else (other, Copy.ASSIGNED)
        deliveries.set_facts(connection, changed.id, copy=copy.value)  # law: R-135 TT Đ6.1.2
        told = events.Event(
            "delivery.assigned", f"system:{system.id}", mine.package_id, changed.id, mine.recipient, {"system": to}
        )
        hub.journal.record(connection, now, [told])

    await hub.db.write(work)


def stores_only(connection: Connection, hub: Hub, copy: Any, system_id: str) -> Any | None:
    """The copy of a system that only stores the document, when that system speaks of it; None: it may answer.

    copy: the recipient's own one.
    """
    if not hub.directory.has_second_systems:
        return None
    at_speaker = deliveries.at_system(connection, copy.package_id, system_id, copy.recipient)
    return at_speaker if at_speaker is not None and _only_stores(connection, hub, at_speaker) else None


def may_say(connection: Connection, hub: Hub, row: Any, code: str) -> None:
    """Raise Refusal(STATE_CONFLICT) for an answer by the system that only stores the document; 01 is its own."""
    if code in _ANSWERS and _only_stores(connection, hub, row):
        vietnamese = "hệ thống chính trả lời; hệ thống này chỉ lưu trữ văn bản"
        detail = "the agency's primary system answers; this one stores the document only"
        raise Refusal(Fault.STATE_CONFLICT, detail, detail_vi=vietnamese)  # law: R-136 TT Đ7.1


def heard(connection: Connection, hub: Hub, now: datetime, actor: str, copy: Any, status: StatusMessage) -> None:
    """Write down what the system that only stores the document says of it all the same. Nothing of it goes on.

    01 counts for its own copy; an answer is kept as not applied, and the agency and the operator are called.
    """
    at = clock.to_text(now)
    if status.code == ARRIVED and copy.business_status is None:
        deliveries.set_facts(connection, copy.id, business_status=ARRIVED, business_at=at)
    detail = {"applied": False, "copy": Copy.SECOND.value}
    said = events.Event(f"status.{status.code}", actor, copy.package_id, copy.id, copy.recipient, detail)
    hub.journal.record(connection, now, [said])
    if status.code not in _ANSWERS:
        return
    told = {"code": status.code, "system": actor.removeprefix("system:")}
    for audience, organ_id in ((Audience.OPERATOR, ""), (Audience.RECIPIENT, copy.recipient)):
        alarm = alarms.Alarm(Alarm.SECOND_ANSWER, audience, organ_id, copy.package_id, copy.id,
                             recipient=copy.recipient, detail=told)  # fmt: skip
        alarms.raise_(connection, hub.journal, now, alarm)  # law: R-136 TT Đ7.1


def _only_stores(connection: Connection, hub: Hub, row: Any) -> bool:
    """Whether the system of this copy may not answer: the own copy's may, until it was assigned to the other one."""
    if row.copy in BESIDE:
        return bool(row.copy == Copy.SECOND)
    second = hub.directory.other_system(row.recipient, "second")
    other = deliveries.at_system(connection, row.package_id, second.id, row.recipient) if second is not None else None
    return other is not None and other.copy == Copy.ASSIGNED
