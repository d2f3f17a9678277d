"""What is tied to a dossier goes to the agency's one-stop system, and its office system stores a copy beside.

The application answers for such a document, and hears what others say of those it sent. Everything else of the agency
is its office system's alone. Dossiers stay where they are, and citizens are nobody's recipients.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from hub.flow import routing
from hub.flow.addressing import asking
from hub.states import Copy
from hub.store import dossiers

if TYPE_CHECKING:
    from agency_registry.agency import System
    from edxml.model import Package
    from hub.context import Hub
    from hub.flow.routing import Route


async def with_applications(hub: Hub, routes: tuple[Route, ...], package: Package) -> tuple[Route, ...]:
    """The routes, those of agencies with a one-stop system led there when the package is tied to a dossier."""
    if not hub.directory.has_second_systems:
        return routes
    found = {one.recipient: system for one in routes if one.deliverable and (system := _of(hub, one)) is not None}
    if not found or not await _tied(hub, package):
        return routes
    led = [_led(one, found[one.recipient]) if _meant(one, found) else one for one in routes]
    beside = [replace(one, copy=Copy.SECOND) for one in routes if _meant(one, found)]
    return (*led, *beside)  # law: R-233 HN Đ17.2


def _of(hub: Hub, route: Route) -> System | None:
    system = hub.directory.other_system(route.recipient, "application")
    return system if system is not None and system.state == "active" and system.id != route.system_id else None


def _meant(route: Route, found: dict[str, System]) -> bool:
    return route.recipient in found and route.copy is not Copy.SECOND and route.deliverable


def _led(route: Route, system: System) -> Route:
    status, per_agency = routing.born(system), system.item_per_agency
    return replace(route, system_id=system.id, connector=system.connector, status=status, item_per_agency=per_agency)


async def _tied(hub: Hub, package: Package) -> bool:
    """Whether the package names a dossier, or speaks of a document that does."""
    if package.header is not None and asking.dossier(package.header):
        return True
    about = package.status.response_for.document_id if package.status is not None else package.document_id
    parties = {package.sender_id, *package.recipient_ids}
    return await hub.db.read(partial(dossiers.is_tied, document_id=about, senders=parties))
