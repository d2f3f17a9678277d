"""What a recipient says of a document: business statuses 01-06, and 15 or 16 to what was asked; in the one commit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hub import clock, states
from hub.flow.thread import copies
from hub.states import RecallState
from hub.store import deliveries, events

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

    from edxml.model import Package
    from hub.store.events import Journal


class Answers:
    """Writes down what recipients say."""

    def __init__(self, connection: Connection, journal: Journal, now: datetime, actor: str) -> None:
        self._connection, self._journal, self._now, self._actor = connection, journal, now, actor

    def answer(self, package: Package, asker: str, answerer: str) -> str | None:
        """Statuses 01–06, 15, 16 of a recipient about a document of `asker`; the original package."""
        status = package.status
        if status is None:
            return None
        row = deliveries.answered(self._connection, asker, status.response_for.document_id, answerer)
        if row is None:
            return None
        if status.code in ("15", "16"):
            for one in copies.of_recipient(self._connection, asker, status.response_for.document_id, answerer):
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

    def _change_answer(self, delivery_id: str, *, agreed: bool, reason: str) -> None:
        row = deliveries.get(self._connection, delivery_id)
        if row is None:
            return
        state = RecallState.AGREED if agreed else RecallState.REFUSED
        deliveries.set_facts(self._connection, row.id, recall_state=state.value)
        verb = "recall" if row.recall_kind == "recall" else "takeback"
        self._record(f"{verb}.{state.value}", row, {"reason": reason})

    def _record(self, event_type: str, row: Any, detail: dict[str, Any]) -> None:
        self._journal.record(
            self._connection,
            self._now,
            [events.Event(event_type, self._actor, row.package_id, row.id, row.recipient, detail)],
        )
