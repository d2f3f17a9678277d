"""What a recall (type 1), a take-back (13) or an update that removes recipients does to the copies that are out.

Runs inside the one commit; a few statements, however many recipients.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any

from edxml.codes import BusinessType
from hub import clock
from hub.flow.recalls import policy
from hub.flow.recalls.stop import Stop
from hub.flow.thread import copies
from hub.states import Copy, DeliveryStatus, RecallState
from hub.store import deliveries, events, recalls

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime

    from sqlalchemy import Connection, Row

    from hub.calendar.work_calendar import WorkCalendar
    from hub.context import Hub
    from hub.flow.routing import Route
    from hub.store.packages import Earlier


class Kind(StrEnum):
    """How a copy is wanted back; `deliveries.recall_kind`."""

    CANCEL = "cancel"
    TAKE_BACK = "take_back"
    RECALL = "recall"
    UPDATE = "update"  # removed from the recipients by an update

    @property
    def word(self) -> str:
        """First word of the events: a take-back is asked softly, whoever is recalled or removed must destroy."""
        return "takeback" if self is Kind.TAKE_BACK else "recall"


NEVER_DELIVERED = "never_delivered"
HANDLED = "handled"
OTHERS_KEEP = "others_keep"
"""Why a message about a document stays here: its recipient never had it, keeps it under the province's policy, or has
it only because of another who keeps his."""

_MAY_BE_ASKED = (RecallState.NONE.value, RecallState.REFUSED.value)


class Recalls:
    """Carries out what a recall, a take-back or a removal means for earlier deliveries.

    stays: recipient -> why the message about it need not leave. urgency: the highest one of the copies concerned.
    """

    def __init__(self, connection: Connection, hub: Hub, now: datetime, actor: str) -> None:
        self._connection = connection
        self._hub = hub
        self._now = now
        self._actor = actor
        self.stays: dict[str, str] = {}
        self.urgency = 0

    def recall(self, routes: Sequence[Route], earlier: Sequence[Earlier], reason: str) -> str | None:
        """Recall type 1: stop what has not left, ask for the rest; the recalled package."""
        originals = [one for one in earlier if one.business_type != BusinessType.RECALL]
        recalled = {route.recipient for route in routes} - self._kept_by_rule(routes, originals)
        mine = [one.delivery_id for one in originals if one.recipient in recalled]
        self._take_away(mine, Kind.RECALL, reason)  # law: R-145 HN Đ9.2
        return originals[-1].package_id if originals else None

    def _kept_by_rule(self, routes: Sequence[Route], originals: Sequence[Earlier]) -> set[str]:
        """Offices that the recall reaches by a copy rule alone, and that keep theirs while a unit keeps its own."""
        ruled = {route.recipient for route in routes if route.copy == Copy.RULE}
        if not ruled:
            return set()
        held = recalls.copies(self._connection, [one.delivery_id for one in originals])
        by_rule = {row.recipient for row in held if row.copy == Copy.RULE}
        wanted = {route.recipient for route in routes}
        others = any(row.recipient not in wanted and row.recall_state in _MAY_BE_ASKED for row in held)
        kept = ruled if others else ruled - by_rule  # law: R-113 TT Đ9
        self.stays |= dict.fromkeys(kept, OTHERS_KEEP)
        return kept

    def take_back(self, sender: str, document_id: str, recipient: str, reason: str) -> str | None:
        """Status 13: the sender wants back whatever one recipient has under the DocumentId; the original package."""
        mine = copies.of_recipient(self._connection, sender, document_id, recipient)
        self._take_away([one.delivery_id for one in mine], Kind.TAKE_BACK, reason)  # law: R-158
        return mine[-1].package_id if mine else None

    def remove(self, recipients: Collection[str], earlier: Sequence[Earlier], reason: str) -> None:
        """An update takes recipients off the list: they are to destroy what they have."""
        mine = [one.delivery_id for one in earlier if one.recipient in recipients]
        self._take_away(mine, Kind.UPDATE, reason)  # law: R-161

    def _take_away(self, delivery_ids: Sequence[str], kind: Kind, reason: str) -> None:
        """Stop the copies no byte of which left, ask for the others, and tell whose recipient may keep its own."""
        rows = recalls.copies(self._connection, delivery_ids)
        self.urgency = max([self.urgency, *(row.urgency for row in rows)])
        out = [row for row in rows if row.status != DeliveryStatus.CANCELLED]
        kept = [row for row in out if self._keeps(row)]
        wanted = [row for row in out if row not in kept]
        facts = {"recall_kind": kind.value, "recall_reason": reason, "recall_at": clock.to_text(self._now)}
        stop = Stop(self._connection, self._hub.journal, self._now, self._actor, reason)
        facts_of_stopped = {**facts, "recall_state": RecallState.NEVER_DELIVERED.value}
        stopped = set(stop.cancel([row.id for row in wanted], **facts_of_stopped))  # law: R-153
        before = [row.id for row in rows if row.status == DeliveryStatus.CANCELLED]
        recalls.write_once(self._connection, before, facts_of_stopped)
        asked = [row for row in wanted if row.id not in stopped]
        self._left_with_others(asked)
        self._refuse([row for row in kept if row.recall_state in _MAY_BE_ASKED], kind, facts)
        self._ask([row for row in asked if row.recall_state in _MAY_BE_ASKED], kind, facts)
        self.stays |= dict.fromkeys((row.recipient for row in rows), NEVER_DELIVERED)
        self.stays |= dict.fromkeys((row.recipient for row in kept), HANDLED)
        for row in asked:
            self.stays.pop(row.recipient, None)

    def _keeps(self, row: Row[Any]) -> bool:
        if row.exposed_at is None and row.status != DeliveryStatus.DELIVERED:
            return False
        flows, directory = self._hub.profile.flows, self._hub.directory
        return policy.keeps(flows, directory, row.sender, row.recipient, row.business_status)

    def _left_with_others(self, rows: Sequence[Row[Any]]) -> None:
        """Copies whose bytes have left for another agency of the same system are exposed too: it has them."""
        hidden = [row for row in rows if row.exposed_at is None and row.item_id is not None]
        left = recalls.left_items(self._connection, {row.item_id for row in hidden})
        by_system: dict[str, list[str]] = {}
        for row in hidden:
            if row.item_id in left and row.system_id is not None:
                by_system.setdefault(row.system_id, []).append(row.id)
        for system_id, ids in by_system.items():
            by = f"system:{system_id}"
            deliveries.expose(self._connection, self._hub.journal, self._now, ids, by)

    def _ask(self, rows: Sequence[Row[Any]], kind: Kind, facts: dict[str, str]) -> None:
        by_calendar: dict[WorkCalendar, list[str]] = {}
        for row in rows:
            by_calendar.setdefault(self._hub.calendars.of(row.recipient), []).append(row.id)
        at = clock.to_text(self._now)
        for calendar, ids in by_calendar.items():
            # law: R-146 HN Đ9.2 (no deadline in law; the profile sets one)
            until = calendar.end_after_days(self._now, self._hub.profile.flows.destroy_working_days)
            due = {"destroy_by": clock.to_text(until), "watch_at": at}
            recalls.write(self._connection, ids, {**facts, **due, "recall_state": RecallState.ASKED.value})
        self._record(f"{kind.word}.asked", self._actor, rows, {"reason": facts["recall_reason"], "kind": kind.value})

    def _refuse(self, rows: Sequence[Row[Any]], kind: Kind, facts: dict[str, str]) -> None:
        # law: R-147 CB Đ7.5
        flows = self._hub.profile.flows
        told = {
            "reason": HANDLED,
            "kind": kind.value,
            "policy": flows.recall.value,
            "handled_from": flows.handled_from,
            "asked_for": facts["recall_reason"],
        }
        values = {**facts, "recall_state": RecallState.REFUSED.value, "destroy_by": None}
        recalls.write(self._connection, [row.id for row in rows], values)
        self._record(f"{kind.word}.refused", "hub", rows, told)

    def _record(self, event_type: str, actor: str, rows: Sequence[Row[Any]], detail: dict[str, Any]) -> None:
        made = [
            events.Event(event_type, actor, row.package_id, row.id, row.recipient, detail | _of_copy(row))
            for row in rows
        ]
        self._hub.journal.record(self._connection, self._now, made)


def _of_copy(row: Row[Any]) -> dict[str, Any]:
    """What both sides must know of one copy: how far its recipient is with it, and the answer it has issued."""
    told = {"business_status": row.business_status, "replied_by": row.replied_by}  # law: R-156
    return {name: value for name, value in told.items() if value}
