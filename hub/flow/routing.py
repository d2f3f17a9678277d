"""Where each recipient code leads: to a system of the province, to the national axis, or to an answer of its own."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from edxml import organ
from edxml.faults import Fault
from hub import clock
from hub.flow import successors
from hub.states import Copy, DeliveryStatus, Mode, Role

if TYPE_CHECKING:
    from collections.abc import Sequence

    from agency_registry.agency import Agency, System
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
    fault: why it is not delivered, None when it is, or when it gets paper alone.
    copy: why there is one beside the recipient's own entry in To.
    detail_vi, detail: of the fault, in words for the sender: who took over.
    """

    recipient: str
    written_as: str  # law: R-023 CB Đ4
    system_id: str | None
    connector: str | None
    status: DeliveryStatus
    fault: Fault | None = None
    item_per_agency: bool = False
    role: Role = Role.ACT
    mode: Mode = Mode.ELECTRONIC
    copy: Copy = Copy.OWN
    detail_vi: str = ""
    detail: str = ""

    @property
    def deliverable(self) -> bool:
        """Whether somebody will get the bytes."""
        return self.fault is None and self.mode is not Mode.PAPER


def routes(hub: Hub, codes: Sequence[str]) -> tuple[Route, ...]:
    """One route for each different agency among `codes`, in their order; unknown ones do not stop the others."""
    # law: R-117 HN Đ10.3a
    found: dict[str, Route] = {}
    for code in codes:
        _add(found, _route(hub, code))
    return tuple(found.values())


def _add(found: dict[str, Route], route: Route) -> None:
    """One route for each agency; its own entry in To goes before one that it gets for another."""
    known = found.get(route.recipient.upper())
    if known is None or (known.copy is Copy.SUCCESSOR and route.copy is Copy.OWN):
        found[route.recipient.upper()] = route


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
            route = _route(hub, code)  # a code that was replaced still leads on
            if route.fault is not None:
                route = _focal(hub, code)
        else:
            continue
        _add(found, route)
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
    if agency is not None:
        return _to_agency(hub, agency, code)
    written = organ.normalise(code)
    if hub.directory.succession(written):
        return _closed(hub, written, code)
    return Route(written, code, None, None, DeliveryStatus.FAILED, Fault.ORG_UNKNOWN)


def _to_agency(hub: Hub, agency: Agency, code: str) -> Route:
    today = clock.local(hub.clock.now()).date()
    if agency.state == "closed" or (agency.valid_to is not None and agency.valid_to < today):
        return _closed(hub, agency.organ_id, code)
    if agency.state != "active":
        return Route(agency.organ_id, code, None, None, DeliveryStatus.FAILED, Fault.ORG_SUSPENDED)  # law: R-001
    if agency.scope == "national":
        if hub.settings.axis is None:
            return _not_connected(agency, code)
        return Route(agency.organ_id, code, AXIS, "vxp", DeliveryStatus.QUEUED)  # law: R-119 HN Đ12.3
    system = hub.directory.system_of(agency)
    if system is None or system.state != "active":
        system = hub.directory.other_system(agency.organ_id, "standby")  # law: R-136 TT Đ7.1
    if system is None or system.state != "active":
        return _not_connected(agency, code)
    return Route(agency.organ_id, code, system.id, system.connector, born(system), None, system.item_per_agency)


def born(system: System) -> DeliveryStatus:
    """The status in which a delivery to a system begins."""
    return DeliveryStatus.AVAILABLE if system.connector == FETCHED else DeliveryStatus.QUEUED


def to_successor(hub: Hub, route: Route) -> Route:
    """Where a message for a closed code goes when it must not be lost: to its one successor; else as it was."""
    heir = successors.sole(hub.directory, route.written_as) if route.fault is Fault.ORG_CLOSED else None
    if heir is None:
        return route
    return replace(_to_agency(hub, heir, route.written_as), copy=Copy.SUCCESSOR)


def _closed(hub: Hub, organ_id: str, code: str) -> Route:
    """No new document to a code out of use: the refusal names who took over, or, where the profile says so, it goes on.

    law: R-026 QĐ28 Đ16.1
    """
    vi, en = successors.words(hub.directory, code)
    status = DeliveryStatus.FAILED
    route = Route(organ_id, code, None, None, status, Fault.ORG_CLOSED, detail_vi=vi, detail=en)
    return to_successor(hub, route) if hub.profile.flows.closed_code == "successor" else route


def _not_connected(agency: Agency, code: str) -> Route:
    # law: R-111 BD Đ3.3
    return Route(agency.organ_id, code, None, None, DeliveryStatus.NOT_CONNECTED, Fault.NOT_CONNECTED)


def on_paper(route: Route, role: Role) -> Route:
    """The route of a recipient that gets paper alone."""
    born = DeliveryStatus.NOT_CONNECTED
    return replace(route, system_id=None, connector=None, status=born, fault=None, role=role, mode=Mode.PAPER)


def _focal(hub: Hub, code: str) -> Route:
    named = hub.settings.hub.focal_organ_id or hub.settings.hub.organ_id
    agency = hub.directory.agency(named)
    if agency is None:
        return Route(named, code, None, None, DeliveryStatus.HELD, Fault.ORG_UNKNOWN)
    route = _to_agency(hub, agency, code)
    if route.fault is not None:
        return Route(agency.organ_id, code, None, None, DeliveryStatus.HELD, route.fault)
    return route
