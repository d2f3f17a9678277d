"""Files that were on their way before: this sender's own, and those of a document marked for its recipients alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hub.flow import notes
from hub.states import Circulation
from hub.store import packages, twins

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy import Connection

    from edxml.model import Warning as Note
    from hub.flow.routing import Route
    from hub.store.packages import NewPackage, SameContent


def warnings(connection: Connection, row: NewPackage, routes: Sequence[Route]) -> list[Note]:
    """What the sender is told: another document of its own carries the same files; these were not to be passed on."""
    same = packages.same_content(connection, row)
    own = [one for one in same if one.sender == row.sender]
    found = [notes.warning("same_content", max(own, key=lambda one: one.seq).document_id)] if own else []
    if _passed_on(connection, row, routes, (one for one in same if one.sender != row.sender)):
        found.append(notes.warning("circulation", "SphereOfPromulgation"))
    return found


def _passed_on(connection: Connection, row: NewPackage, routes: Sequence[Route], same: Iterable[SameContent]) -> bool:
    """Whether a recipient of a marked document sends its files to somebody who was not among its parties."""
    for one in same:
        if one.circulation != Circulation.INTERNAL:
            continue
        parties = twins.recipients_of(connection, one.package_id)
        if row.sender in parties and any(route.recipient not in parties | {one.sender} for route in routes):
            return True  # law: R-020 NĐ30 PL I.III.2c
    return False
