"""Where each recipient code leads: to a system of the province, to the national axis, or to an answer of its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from edxml import organ
from edxml.faults import Fault
from hub.states import DeliveryStatus

if TYPE_CHECKING:
    from collections.abc import Sequence

    from agency_registry.agency import Agency
    from hub.context import Hub

AXIS = "axis"
"""The system id under which the national axis is known inside the hub."""

FETCHED = "pull"
"""The connector of systems that fetch: their deliveries are born `available`."""


@dataclass(frozen=True, slots=True)
class Route:
    """One recipient and how it is reached.

    recipient: the agency's own organ id; the code as written where nobody knows it.
    status: the status its delivery is born with.
    fault: why it is not delivered, None when it is.
    """

    recipient: str
    written_as: str
    system_id: str | None
    connector: str | None
    status: DeliveryStatus
    fault: Fault | None = None
    item_per_agency: bool = False

    @property
    def deliverable(self) -> bool:
        """Whether somebody will get the bytes."""
        return self.fault is None


def routes(hub: Hub, codes: Sequence[str]) -> tuple[Route, ...]:
    """One route for each different agency among `codes`, in their order; unknown ones do not stop the others."""
    # law: R-117 HN Đ10.3a
    found: dict[str, Route] = {}
    for code in codes:
        route = _route(hub, code)
        found.setdefault(route.recipient.upper(), route)
    return tuple(found.values())


def inner_routes(hub: Hub, codes: Sequence[str]) -> tuple[Route, ...]:
    """The routes of those codes that are the province's own: what a package from the axis means for us.

    A code under one of our prefixes that is unknown or closed goes to the focal mailbox (R-120); if none of the codes
    is ours at all, the focal mailbox gets the package, so that nothing is lost.
    """
    # law: R-120 QĐ28 Đ7.3c
    found: dict[str, Route] = {}
    for code in codes:
        agency = hub.directory.agency(code)
        if agency is not None and agency.scope == "province":
            route = _to_agency(hub, agency, code)
            if route.fault in (Fault.ORG_CLOSED, Fault.ORG_SUSPENDED):
                route = _focal(hub, code)
        elif agency is None and under_own_prefix(hub, code):
            route = _focal(hub, code)
        else:
            continue
        found.setdefault(route.recipient.upper(), route)
    if not found and codes:
        route = _focal(hub, codes[0])
        found[route.recipient.upper()] = route
    return tuple(found.values())


def under_own_prefix(hub: Hub, code: str) -> bool:
    """Whether the code stands under one of the province's own level-1 codes, in either writing."""
    wanted = organ.normalise(code)
    return any(
        wanted == prefix or wanted.startswith(f"{prefix}.") or wanted.endswith(f".{prefix}")
        for prefix in hub.settings.hub.prefixes
    )


def _route(hub: Hub, code: str) -> Route:
    agency = hub.directory.agency(code)
    if agency is None:
        return Route(organ.normalise(code), code, None, None, DeliveryStatus.FAILED, Fault.ORG_UNKNOWN)
    return _to_agency(hub, agency, code)


def _to_agency(hub: Hub, agency: Agency, code: str) -> Route:
    today = hub.clock.now().date()
    if agency.state == "closed" or (agency.valid_to is not None and agency.valid_to < today):
        return Route(agency.organ_id, code, None, None, DeliveryStatus.FAILED, Fault.ORG_CLOSED)  # law: R-026
    if agency.state != "active":
        return Route(agency.organ_id, code, None, None, DeliveryStatus.FAILED, Fault.ORG_SUSPENDED)  # law: R-001
    if agency.scope == "national":
        if hub.settings.axis is None:
            return _not_connected(agency, code)
        return Route(agency.organ_id, code, AXIS, "vxp", DeliveryStatus.QUEUED)  # law: R-119 HN Đ12.3
    system = hub.directory.system_of(agency)
    if system is None or system.state != "active":
        return _not_connected(agency, code)
    born = DeliveryStatus.AVAILABLE if system.connector == FETCHED else DeliveryStatus.QUEUED
    return Route(agency.organ_id, code, system.id, system.connector, born, None, system.item_per_agency)


def _not_connected(agency: Agency, code: str) -> Route:
    # law: R-111 BD Đ3.3
    return Route(agency.organ_id, code, None, None, DeliveryStatus.NOT_CONNECTED, Fault.NOT_CONNECTED)


def _focal(hub: Hub, code: str) -> Route:
    agency = hub.directory.agency(hub.settings.hub.organ_id)
    if agency is None:
        return Route(hub.settings.hub.organ_id, code, None, None, DeliveryStatus.HELD, Fault.ORG_UNKNOWN)
    route = _to_agency(hub, agency, code)
    if route.fault is not None:
        return Route(agency.organ_id, code, None, None, DeliveryStatus.HELD, route.fault)
    return route
