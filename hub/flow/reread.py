"""A package held because nobody had the time to read its first page is read again, from its sealed bytes."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from edxml.faults import Refusal
from hub import clock
from hub.flow import hold, recheck
from hub.flow.checks import secret_stamp
from hub.states import Hold, PackageStatus
from hub.store import events, keeping

if TYPE_CHECKING:
    from sqlalchemy import Connection, Row

    from hub.context import Hub

GIVE_UP = timedelta(hours=1)
"""After this a page that still cannot be read is left to the sender's clerk, as if it carried a stamp."""


async def waiting(hub: Hub) -> int:
    """Read what waits for it: released, or held for what stands on the page; how many were decided."""
    # law: R-012 NĐ30 PL I.III.2a
    held = await hub.db.read(lambda connection: keeping.kept(connection, PackageStatus.HELD))
    decided = 0
    for row in held:
        if Hold.UNREAD not in keeping.words(row.held_for):
            continue
        found = await _look(hub, row)
        if found is Hold.UNREAD and hub.clock.now() - clock.from_text(row.received_at) < GIVE_UP:
            continue
        try:
            hold.wake(hub, await hub.db.write(partial(_settle, hub, row, found)))
        except events.StaleStatusError:
            continue  # withdrawn, released or stopped meanwhile
        decided += 1
    return decided


async def _look(hub: Hub, row: Row[Any]) -> Hold | None:
    """Why the package must stay held, by a fresh look at its pages."""
    try:
        report = await recheck.report_again(hub, row)
    except Refusal:
        return Hold.UNREAD
    reasons = {secret_stamp.reason(file) for file in report.files} if report is not None else set()
    return next((why for why in (Hold.STAMP, Hold.UNREAD) if why in reasons), None)


def _settle(hub: Hub, row: Row[Any], found: Hold | None, connection: Connection) -> list[str]:
    if found is not None:
        hold.add(hub, connection, row.id, Hold.STAMP, "hub", {"read": "stamped" if found is Hold.STAMP else "never"})
    return hold.lift(hub, connection, row.id, Hold.UNREAD, "hub", {"read": "again"})[1]
