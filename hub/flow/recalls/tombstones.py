"""What stays when a document was given back: no content, and who had it back, when and why.

A recipient that agreed cannot fetch its copy again. The hub erases the content once nobody keeps, or may still get,
a copy; the facts of the recall stay for as long as the books.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hub.flow import erasing
from hub.states import Move
from hub.store import events, packages, recalls

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import Connection, Row

    from hub.context import Hub

RECALLED = "recalled"
"""Why a copy that was never acknowledged is offered no more, and why content was erased."""


def given_back(connection: Connection, hub: Hub, now: datetime, actor: str, rows: Sequence[Row[Any]]) -> None:
    """Recipients gave these copies back: nothing of them is offered any more, and content nobody keeps is erased."""
    # law: R-151 NĐ30 PL VI
    ended = {"reason": RECALLED, "lease": None, "due_at": None}
    batch = events.BatchChange([row.id for row in rows], Move.GIVE_UP, actor, ended, {"reason": RECALLED})
    events.change_batch(connection, hub.journal, now, batch)
    recalls.close_items(connection, {row.item_id for row in rows if row.item_id is not None}, now)
    for package_id in dict.fromkeys(row.package_id for row in rows):
        settle(connection, hub, now, package_id)


def settle(connection: Connection, hub: Hub, now: datetime, package_id: str) -> bool:
    """Erase a withdrawn document that nobody keeps any more; whether it was. One under a legal hold stays sealed."""
    row = packages.get(connection, package_id)
    if row is None or row.key is None or recalls.somebody_keeps(connection, package_id):
        return False
    return erasing.erase(connection, hub.journal, now, row, "hub", {"reason": RECALLED})
