"""What both sides are shown of a wish to have a copy back, and of a document that was given back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from hub import clock
from hub.flow import visibility
from hub.flow.recalls.effects import Kind
from hub.states import RecallState

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Row

ALREADY_REPLIED = "already_replied"
"""The recipient has answered the document before it was wanted back."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """The wish to have one copy back, as sender and recipient see it. destroy_by: when its destruction is due."""

    kind: str
    reason: str
    at: datetime
    destroy_by: datetime | None
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Tombstone:
    """What a party still sees of a document it has no more. by: organ id of who had it back."""

    document_id: str
    sha256: str
    by: str
    kind: str
    at: datetime
    reason: str


def wanted(row: Row[Any]) -> Wanted | None:
    """The latest wish for one delivery's copy; None when nobody ever wanted it back."""
    if row.recall_state == RecallState.NONE or row.recall_at is None:
        return None
    warnings = (ALREADY_REPLIED,) if row.replied_by is not None else ()  # law: R-156
    due = clock.from_text(row.destroy_by) if row.destroy_by else None
    kind = row.recall_kind or Kind.CANCEL.value
    return Wanted(kind, row.recall_reason or "", clock.from_text(row.recall_at), due, warnings)


def tombstone(package: Row[Any], rows: Sequence[Row[Any]]) -> Tombstone | None:
    """What stands where the document stood, for whoever sees these deliveries; None while one of them may have it."""
    # law: R-151 NĐ30 PL VI
    gone = (*visibility.GIVEN_BACK, RecallState.NEVER_DELIVERED.value)
    wishes = [wanted(row) for row in rows if row.recall_state in gone]
    known = [one for one in wishes if one is not None]
    if not known or len(wishes) < len(rows):
        return None
    last = max(known, key=lambda one: one.at)
    return Tombstone(package.document_id, package.sha256, package.sender, last.kind, last.at, last.reason)
