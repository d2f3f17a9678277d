"""What a package does to the ones before it: conflict, recall, take-back, answers. Runs inside the one commit."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from edxml.codes import BusinessType
from edxml.faults import Fault, Refusal
from hub import clock, states
from hub.states import DeliveryStatus, Move, RecallState
from hub.store import deliveries, events, items, packages

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime

    from sqlalchemy import Connection

    from edxml.model import Package
    from hub.flow.routing import Route
    from hub.store.events import Journal
    from hub.store.packages import Earlier

_TO_LEAVE = frozenset(
    {
        DeliveryStatus.QUEUED.value,
        DeliveryStatus.SENDING.value,
        DeliveryStatus.AVAILABLE.value,
        DeliveryStatus.HELD.value,
        DeliveryStatus.DELIVERED.value,
    }
)
"""Statuses in which a system gets, or got, the bytes of an item for one of its agencies."""
_GONE = frozenset({DeliveryStatus.CANCELLED.value})
_GIVEN_BACK = frozenset({RecallState.AGREED.value, RecallState.DESTROYED.value})


def refuse_conflict(package: Package, routes: Sequence[Route], earlier: Sequence[Earlier]) -> str | None:
    """Refuse other bytes under a DocumentId a recipient may still hold; the package this one corrects, if any.

    Only for new and replacing documents. After a refusal 02 the same DocumentId is a corrected sending.
    Raises Refusal(CONFLICT).
    """
    # law: R-114 R-115 NĐ30 Đ18.3
    if package.business.type not in (BusinessType.NEW, BusinessType.REPLACEMENT):
        return None
    wanted = {route.recipient for route in routes if route.deliverable}
    corrected = None
    for one in earlier:
        if one.recipient not in wanted or one.sha256 == package.sha256:
            continue
        if one.business_type not in (BusinessType.NEW, BusinessType.REPLACEMENT):
            continue
        if one.business_status == "02":
            corrected = one.package_id  # law: R-131
        elif one.status in states.HOLDS_COPY and one.recall_state not in _GIVEN_BACK:
            raise Refusal(
                Fault.CONFLICT,
                f"{one.recipient} may still hold other content under this DocumentId; send an update (2) or a "
                "replacement (3) with a new DocumentId",
            )
    return corrected


def supplementary(package: Package, earlier: Sequence[Earlier]) -> str | None:
    """The earlier package this one only brings to further recipients (equal attachment digests), if any."""
    digests = sorted(attachment.sha256 for attachment in package.attachments)
    for one in earlier:
        if sorted(part["sha256"] for part in json.loads(one.attachments)) == digests:
            return one.package_id
    return None


class Effects:
    """Carries out what one package means for earlier deliveries, and says which of its own need not leave."""

    def __init__(self, connection: Connection, journal: Journal, now: datetime, actor: str) -> None:
        self._connection = connection
        self._journal = journal
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
        mine = self._copies(sender, document_id, recipient)
        self.settled |= self._take_away(mine, "take_back", reason)
        return mine[-1].package_id if mine else None

    def answer(self, package: Package, asker: str, answerer: str) -> str | None:
        """Statuses 01–06, 15, 16 of a recipient about a document of `asker`; the original package."""
        status = package.status
        if status is None:
            return None
        row = deliveries.answered(self._connection, asker, status.response_for.document_id, answerer)
        if row is None:
            return None
        if status.code in ("15", "16"):
            for one in self._copies(asker, status.response_for.document_id, answerer):
                if one.recall_state == RecallState.ASKED:
                    self._change_answer(one.delivery_id, agreed=status.code == "15", reason=status.description)
        elif status.code in states.STATUS_RANK:
            self._business_status(row, status.code, status.description)
        return str(row.package_id)

    def _business_status(self, row: Any, code: str, text: str) -> None:
        # law: R-121 R-123 QĐ28 Đ10.2h
        known = states.STATUS_RANK.get(row.business_status or "", 0)
        applied = states.STATUS_RANK[code] > known and not (code == "02" and known >= states.STATUS_RANK["03"])
        applied = applied and row.business_status != "02"
        if applied:
            deliveries.set_facts(
                self._connection,
                row.id,
                business_status=code,
                business_reason=text,
                business_at=clock.to_text(self._now),
            )
        self._record(f"status.{code}", row, {"text": text, "applied": applied})

    def _copies(self, sender: str, document_id: str, recipient: str) -> list[Earlier]:
        """Every copy of a document and its revisions for one recipient, oldest first; the recalls themselves not."""
        return [
            one
            for one in packages.thread(self._connection, sender, document_id)
            if one.recipient == recipient and one.business_type != BusinessType.RECALL
        ]

    def _change_answer(self, delivery_id: str, *, agreed: bool, reason: str) -> None:
        row = deliveries.get(self._connection, delivery_id)
        if row is None:
            return
        state = RecallState.AGREED if agreed else RecallState.REFUSED
        deliveries.set_facts(self._connection, row.id, recall_state=state.value)
        verb = "recall" if row.recall_kind == "recall" else "takeback"
        self._record(f"{verb}.{state.value}", row, {"reason": reason})

    def _take_away(self, copies: Sequence[Earlier], kind: str, reason: str) -> set[str]:
        """Stop the copies no byte of which left and ask for the others; the recipients that hold none of them."""
        together = frozenset(one.delivery_id for one in copies)
        stop = Stop(self._connection, self._journal, self._now, self._actor, reason, together)
        asked = set()
        for one in copies:
            if one.status in _GONE:
                continue
            try:
                stop.cancel(one.delivery_id, recall_state=RecallState.NEVER_DELIVERED.value, recall_kind=kind)
            except events.StaleStatusError:
                self._ask(one.delivery_id, kind, reason)
                asked.add(one.recipient)
        stop.settle()
        return {one.recipient for one in copies} - asked

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


class Stop:
    """One act of stopping copies before any byte leaves; ends with `settle`.

    together: the deliveries this act is about. The bytes of an item leave once for all agencies of one system, and To
    is never shortened: its copies are stopped all together, before any of them was exposed, or not at all.
    """

    def __init__(
        self,
        connection: Connection,
        journal: Journal,
        now: datetime,
        actor: str,
        reason: str,
        together: Collection[str],
    ) -> None:
        self._connection, self._journal, self._now = connection, journal, now
        self._actor, self._reason, self._together = actor, reason, together
        self._items: dict[str, bool] = {}

    def cancel(self, delivery_id: str, **facts: str | None) -> None:
        """Stop one delivery and write `facts` beside it; raises StaleStatusError when it is too late."""
        row = deliveries.get(self._connection, delivery_id)
        if row is not None and row.item_id is not None and not self._whole(row.item_id):
            message = f"{delivery_id} leaves, or left, together with others"
            raise events.StaleStatusError(message)
        detail = {"reason": self._reason}
        change = events.Change(delivery_id, Move.CANCEL, self._actor, {**detail, **facts}, detail, unexposed=True)
        events.change_status(self._connection, self._journal, self._now, change)

    def settle(self) -> None:
        """Take the items that were stopped out of the lists."""
        for item_id in self._items:
            settle_item(self._connection, item_id, self._now)

    def _whole(self, item_id: str) -> bool:
        whole = self._items.get(item_id)
        if whole is None:
            rows = deliveries.of_item(self._connection, item_id)
            whole = all(
                row.exposed_at is None
                and row.status != DeliveryStatus.SENDING
                and (row.id in self._together or row.status not in _TO_LEAVE)
                for row in rows
            )
            self._items[item_id] = whole
        return whole


def settle_item(connection: Connection, item_id: str, now: datetime) -> None:
    """Take an item out of the lists when none of its deliveries waits to be fetched, and put it back when one does.

    Also one that was answered: what was held meanwhile, or is sent again after a `fail`, would else never be offered.
    """
    item = items.get(connection, item_id)
    if item is None:
        return
    waits = deliveries.waits(connection, item_id)
    if waits and item.state not in items.OPEN:
        items.set_state(connection, item_id, "initial", "", now)
    elif not waits and item.state in items.OPEN:
        items.set_state(connection, item_id, "", "", now)
