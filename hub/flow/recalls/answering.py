"""What a recipient answers to a recall, a take-back or an update: two facts, `agreed` and `destroyed`, or a refusal.

One rule at every door. Agreed: 15, or 03 as some software has it. Refused: 16, or 02. Destroyed: an agreement whose
words begin with `Đã hủy` (`edxml.status_words.DESTROYED`); it says both. 02 and 03 are what they always are, a word
about the document, unless the recall itself has reached the recipient: then they answer the recall. Which form it was
is kept.
"""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Any, Final

from edxml.codes import BusinessType
from hub import clock
from hub.flow.addressing import beside
from hub.flow.recalls import tombstones
from hub.flow.recalls.effects import Kind
from hub.states import RecallState
from hub.store import deliveries, events, packages, recalls

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import Connection, Row

    from edxml.model import StatusMessage
    from hub.context import Hub
    from hub.store.packages import Earlier

_FIRST_WORDS: Final = ("đã hủy", "đã huỷ", "da huy", "destroyed")
_AGREED: Final = frozenset({"15", "03"})  # law: R-159
_REFUSED: Final = frozenset({"16", "02"})  # law: R-159
_OWN_CODES: Final = frozenset({"15", "16"})
_FORMAL: Final = (Kind.RECALL.value, Kind.UPDATE.value)


def says_destroyed(words: str) -> bool:
    """Whether the words of an agreement say that the copy was destroyed."""
    return unicodedata.normalize("NFC", words).strip().casefold().startswith(_FIRST_WORDS)


class Answer:
    """One answer of one recipient, written down in the one commit."""

    def __init__(self, connection: Connection, hub: Hub, now: datetime, actor: str) -> None:
        self._connection, self._hub, self._now, self._actor = connection, hub, now, actor

    def take(self, sender: str, document_id: str, recipient: str, status: StatusMessage, system_id: str) -> bool:
        """Take a status as the answer to what was asked of this recipient about this document; whether it is one.

        system_id: whose words they are; of an agency with two systems each answers for its own copy.
        """
        if status.code not in _AGREED | _REFUSED:
            return False
        thread = [one for one in packages.thread(self._connection, sender, document_id) if one.recipient == recipient]
        mine = recalls.copies(self._connection, [one.delivery_id for one in thread])
        wanted = (RecallState.ASKED, RecallState.AGREED)
        rows = [row for row in beside.of_speaker(mine, system_id) if row.recall_state in wanted]  # law: R-135 TT Đ6.1.2
        if status.code not in _OWN_CODES:
            rows = [row for row in rows if row.recall_kind in _FORMAL] if _told(thread) else []
            return self._wanted([row for row in rows if row.recall_state == RecallState.ASKED], status)
        return self._wanted(rows, status) or self._update(thread, status)

    def _wanted(self, rows: Sequence[Row[Any]], status: StatusMessage) -> bool:
        """The answer about copies that are wanted back."""
        asked = [row for row in rows if row.recall_state == RecallState.ASKED]
        if status.code in _REFUSED:
            self._write(asked, RecallState.REFUSED, status)
            return bool(asked)
        self._write(asked, RecallState.AGREED, status)
        gone = asked
        if says_destroyed(status.description):
            self._write(rows, RecallState.DESTROYED, status)  # law: R-146 HN Đ9.2
            gone = list(rows)
        tombstones.given_back(self._connection, self._hub, self._now, self._actor, gone)
        return bool(gone)

    def _update(self, thread: Sequence[Earlier], status: StatusMessage) -> bool:
        """The answer to an update that leaves the recipient its copy: kept with the update's own delivery."""
        updates = [one for one in thread if one.business_type == BusinessType.UPDATE and one.exposed_at is not None]
        if not updates:
            return False
        update = updates[-1]
        at = clock.to_text(self._now)
        facts = {"business_status": status.code, "business_reason": status.description, "business_at": at}
        deliveries.set_facts(self._connection, update.delivery_id, **facts, watch_at=at)
        word = "update.agreed" if status.code in _AGREED else "update.refused"
        detail = {"reason": status.description, "form": status.code}
        event = events.Event(word, self._actor, update.package_id, update.delivery_id, update.recipient, detail)
        self._hub.journal.record(self._connection, self._now, [event])
        return True

    def _write(self, rows: Sequence[Row[Any]], state: RecallState, status: StatusMessage) -> None:
        at = clock.to_text(self._now)
        values = {"recall_state": state.value, "watch_at": at}
        recalls.write(self._connection, [row.id for row in rows], values)
        detail = {"reason": status.description, "form": status.code}
        made = [
            events.Event(_event(row, state), self._actor, row.package_id, row.id, row.recipient, detail) for row in rows
        ]
        self._hub.journal.record(self._connection, self._now, made)


def _event(row: Row[Any], state: RecallState) -> str:
    word = "recall" if state is RecallState.DESTROYED else Kind(row.recall_kind).word
    return f"{word}.{state.value}"


def _told(thread: Sequence[Earlier]) -> bool:
    """Whether a recall, or an update that took the recipient off the list, has left for it."""
    kinds = (BusinessType.RECALL, BusinessType.UPDATE)
    return any(one.business_type in kinds and one.exposed_at is not None for one in thread)
