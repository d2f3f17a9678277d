"""What a sender says of its recipients beside the package, and what that makes of their routes.

edXML has no room for a recipient's role or for paper to one recipient alone: both are said at the native door and
stand on the deliveries. What a package itself says (`Bussiness/Paper`) holds for every recipient.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from edxml import organ
from hub.flow import routing
from hub.states import Circulation, DeliveryStatus, Mode, Role

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from edxml.model import Package
    from edxml.model import Warning as Note
    from hub.context import Hub
    from hub.flow.routing import Route

PAPER_ONLY = "paper_only"
"""Why the delivery of a recipient that gets paper alone is not connected."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """One recipient as its sender wants it."""

    code: str
    role: Role = Role.ACT
    mode: Mode = Mode.ELECTRONIC


@dataclass(frozen=True, slots=True)
class Sending:
    """What was said of one sending beside its package; nothing at all is the ordinary case.

    wanted: every recipient, in the order of To; empty when the package alone says who they are.
    groups: the saved lists that were opened, each with its members then and those that were dropped (R-108).
    copied: organ ids that a copy rule added (R-113).
    paper_reason, paper_decided_by: why paper goes along, and by whose order.  law: R-167 TT Đ6.2
    reply_requested: an answer is asked by the DueDate (R-041). request: `confirmation` (R-239), else ''.
    issued_at: the clerk's click (R-087). hour_at: the hour of level 4 (R-086). Aware.
    warnings: what the sender is told of all this.
    """

    wanted: tuple[Wanted, ...] = ()
    groups: tuple[Mapping[str, Any], ...] = ()
    copied: frozenset[str] = frozenset()
    paper_reason: str = ""
    paper_decided_by: str = ""
    reply_requested: bool = False
    request: str = ""
    circulation: Circulation = Circulation.NONE
    issued_at: datetime | None = None
    hour_at: datetime | None = None
    warnings: tuple[Note, ...] = field(default=())

    def as_text(self) -> str:
        """The JSON that is kept with the package: what was said, as it was at that moment."""  # law: R-108 BD Đ4.2
        said: dict[str, Any] = {
            "groups": list(self.groups),
            "copied": sorted(self.copied),
            "paper_reason": self.paper_reason,
            "paper_decided_by": self.paper_decided_by,  # law: R-167 TT Đ6.2
            "reply_requested": self.reply_requested,
        }
        return json.dumps({name: value for name, value in said.items() if value}, ensure_ascii=False)


PLAIN = Sending()
"""A package that comes without further words."""


def addressed(hub: Hub, routes: tuple[Route, ...], package: Package, sending: Sending) -> tuple[Route, ...]:
    """The routes with each recipient's role and mode."""
    on_paper = package.header is not None and bool(package.business.paper)
    if not sending.wanted and not on_paper:
        return routes
    every = Mode.BOTH if on_paper and not sending.wanted else Mode.ELECTRONIC  # law: R-168 HN Đ7.2
    known = {organ_id(hub, one.code): one for one in sending.wanted}
    return tuple(_wanted(route, known.get(route.recipient), every) for route in routes)


def merged(hub: Hub, wanted: Iterable[Wanted]) -> tuple[Wanted, ...]:
    """Each organisation once, under whichever of its codes it came first."""
    found: dict[str, Wanted] = {}
    for one in wanted:
        found.setdefault(organ_id(hub, one.code), one)
    return tuple(found.values())


def organ_id(hub: Hub, code: str) -> str:
    """The agency's own organ id behind a code; the code as it is compared where nobody knows it."""
    agency = hub.directory.agency(code)
    return agency.organ_id if agency is not None else organ.normalise(code)


def paper_flag(wanted: Sequence[Wanted]) -> int | None:
    """`Bussiness/Paper` of a package the hub writes: 1 only where paper goes to every recipient."""
    return 1 if wanted and all(one.mode is not Mode.ELECTRONIC for one in wanted) else None


def _wanted(route: Route, one: Wanted | None, every: Mode) -> Route:
    role, mode = (one.role, one.mode) if one is not None else (Role.ACT, every)
    if route.copy:
        return route
    if mode is Mode.PAPER and (route.deliverable or route.status is DeliveryStatus.NOT_CONNECTED):
        # law: R-107 CB Đ7.1: nothing of it leaves the hub; it is no fault that nobody receives it
        return routing.on_paper(route, role)
    return replace(route, role=role, mode=mode)
