"""What a recall (type 1) or a take-back (13) does to the copies that are out. Runs inside the one commit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from edxml.codes import BusinessType
from hub.flow.recalls.stop import Stop
from hub.flow.thread import copies
from hub.states import DeliveryStatus, RecallState
from hub.store import deliveries, events

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import Connection

    from hub.context import Hub
    from hub.flow.routing import Route
    from hub.store.packages import Earlier

_GONE = frozenset({DeliveryStatus.CANCELLED.value})


class Recalls:
    """Carries out what a recall or take-back means for earlier deliveries, and says which of its own need not leave."""

    def __init__(self, connection: Connection, hub: Hub, now: datetime, actor: str) -> None:
        self._connection = connection
        self._hub = hub
        self._journal = hub.journal
        self._now = now
        self._actor = actor
        self.settled: set[str] = set()
        """Recipients that never held the original: the message about it stays here."""

    def recall(self, routes: Sequence[Route], earlier: Sequence[Earlier], reason: str) -> str | None:
        """Recall type 1: stop what has not left, ask for the rest; the recalled package. (R-145 …, R-157)"""
        originals = [one for one in earlier if one.business_type != BusinessType.RECALL]
        recalled = {route.recipient for route in routes}
        mine = [one for one in originals if one.recipient in recalled]
        self.settled |= self._take_away(mine, "recall", reason)
        return originals[-1].package_id if originals else None

    def take_back(self, sender: str, document_id: str, recipient: str, reason: str) -> str | None:
        """Status 13: the sender wants back whatever one recipient has under the DocumentId; the original package."""
        mine = copies.of_recipient(self._connection, sender, document_id, recipient)
        self.settled |= self._take_away(mine, "take_back", reason)
        return mine[-1].package_id if mine else None

    def _take_away(self, held: Sequence[Earlier], kind: str, reason: str) -> set[str]:
        """Stop the copies no byte of which left and ask for the others; the recipients that hold none of them."""
        together = frozenset(one.delivery_id for one in held)
        stop = Stop(self._connection, self._journal, self._now, self._actor, reason, together)
        asked = set()
        for one in held:
            if one.status in _GONE:
                continue
            try:
                stop.cancel(one.delivery_id, recall_state=RecallState.NEVER_DELIVERED.value, recall_kind=kind)
            except events.StaleStatusError:
                self._ask(one.delivery_id, kind, reason)
                asked.add(one.recipient)
        stop.settle()
        return {one.recipient for one in held} - asked

    def _ask(self, delivery_id: str, kind: str, reason: str) -> None:
        row = deliveries.get(self._connection, delivery_id)
        if row is not None and row.recall_state in (RecallState.NONE, RecallState.REFUSED):
            deliveries.set_facts(self._connection, delivery_id, recall_state=RecallState.ASKED.value, recall_kind=kind)
            self._record("recall.asked" if kind == "recall" else "takeback.asked", row, {"reason": reason})

    def _record(self, event_type: str, row: Any, detail: dict[str, Any]) -> None:
        self._journal.record(
            self._connection,
            self._now,
            [events.Event(event_type, self._actor, row.package_id, row.id, row.recipient, detail)],
        )
