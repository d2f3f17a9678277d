"""Every way a package goes: its recipients as written, with roles and modes, and the copies beside them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hub.flow import routing, successors
from hub.flow.addressing import copying, recipients, second_system, times

if TYPE_CHECKING:
    from edxml.model import Package
    from edxml.model import Warning as Note
    from hub.context import Hub
    from hub.flow.entries import Submission
    from hub.flow.routing import Route


def routes(hub: Hub, package: Package, submission: Submission) -> tuple[tuple[Route, ...], tuple[Note, ...]]:
    """The routes of a package that arrived by some door, and what its sender is told of them."""
    codes, sending = package.recipient_ids, submission.sending
    lead = routing.inner_routes if submission.door == "axis" else routing.routes
    found = lead(hub, codes)
    if package.message_type == "status":  # about a document that came earlier: it finds who carries on
        found = tuple(routing.to_successor(hub, route) for route in found)
    found = recipients.addressed(hub, found, package, sending)
    found, warnings = copying.with_copies(hub, found, package, submission)
    told = (*sending.warnings, *times.warnings(package, sending), *warnings, *successors.notices(hub, found))
    return second_system.with_seconds(hub, found), told
