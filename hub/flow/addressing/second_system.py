"""An agency with two systems: one has its documents, the other stores a copy, or stands by.

The own copy is the agency's: it is counted, watched and shown to the sender. The copy beside it is not. Who answers for
the document is the system of the own copy, until the document is assigned in the other system.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from edxml.faults import Fault, Refusal
from hub.flow import routing, visibility
from hub.states import BESIDE, Copy
from hub.store import deliveries, events

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sqlalchemy import Connection

    from agency_registry.agency import System
    from hub.context import Hub
    from hub.flow.routing import Route


def beside(hub: Hub, routes: tuple[Route, ...]) -> tuple[Route, ...]:
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
        own = visibility.own_delivery(connection, system, delivery_id)
        copies = _of_recipient(connection, own)
        if own.message_type != "edoc" or leader(copies).id != own.id:
            raise Refusal(Fault.STATE_CONFLICT, "the document is handled in the agency's other system")
        other = next((one for one in copies if one.system_id == to and one.id != own.id), None)
        if other is None:
            raise Refusal(Fault.SCHEMA_INVALID, "no other system of the agency has this document", where="system")
        beside, copy = (own, Copy.SECOND) if own.copy == Copy.ASSIGNED else (other, Copy.ASSIGNED)
        deliveries.set_facts(connection, beside.id, copy=copy.value)  # law: R-135 TT Đ6.1.2
        told = events.Event(
            "delivery.assigned", f"system:{system.id}", own.package_id, beside.id, own.recipient, {"system": to}
        )
        hub.journal.record(connection, now, [told])

    await hub.db.write(work)


def leader(copies: Sequence[Any]) -> Any:
    """The copy whose system answers for the document, among those of one recipient."""  # law: R-136 TT Đ7.1
    return next((one for one in copies if one.copy == Copy.ASSIGNED), copies[0])


def stores_only(connection: Connection, copy: Any, system_id: str) -> Any | None:
    """The copy of a system that only stores the document, when that system speaks of it; None: it may answer.

    copy: the recipient's own one.
    """
    copies = _of_recipient(connection, copy)
    mine = next((one for one in copies if one.system_id == system_id), None)
    return mine if mine is not None and leader(copies).id != mine.id else None


def _of_recipient(connection: Connection, copy: Any) -> list[Any]:
    """The copies of one package for one agency, its own first."""
    rows = deliveries.of_package(connection, copy.package_id)
    return sorted((one for one in rows if one.recipient == copy.recipient), key=lambda one: one.copy in BESIDE)
