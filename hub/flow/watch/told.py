"""Alarms as those who are told read them: operators all of theirs, a system those of its own agencies' clerks."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from edxml.faults import Fault, Refusal
from hub import clock
from hub.context import Hub
from hub.flow.watch import words
from hub.states import Audience
from hub.store import alarms

if TYPE_CHECKING:
    from sqlalchemy import Connection, Row

    from agency_registry.agency import System


@dataclass(frozen=True, slots=True)
class AlarmView:
    """One alarm. recipient: of the delivery it is about; None for one about the whole package, or about the hub."""

    seq: int
    kind: str
    audience: str
    organ_id: str
    package_id: str | None
    delivery_id: str | None
    recipient: str | None
    document_id: str | None
    mark: str
    raised_at: datetime
    due_at: datetime | None
    cleared_at: datetime | None
    detail: Mapping[str, Any]

    @property
    def title(self) -> tuple[str, str]:
        """What it says, Vietnamese and English."""
        return words.title(self.kind)


async def own(
    hub: Hub, system: System, *, only_open: bool, after: int, limit: int
) -> tuple[tuple[AlarmView, ...], int | None]:
    """The alarms of a system's clerks behind number `after`, oldest first, and where to go on; None at the end."""

    def look(connection: Connection) -> list[AlarmView]:
        rows = alarms.of_system(
            connection, system.id, system.organ_ids, only_open=only_open, after=after, limit=limit + 1
        )
        return [_view(row, row.recipient, row.document_id) for row in rows]

    found = await hub.db.read(look)
    return tuple(found[:limit]), found[limit - 1].seq if len(found) > limit else None


async def operators(hub: Hub, *, after: int, limit: int) -> tuple[AlarmView, ...]:
    """What stands open for the operator behind number `after`, oldest first."""

    def look(connection: Connection) -> list[Row[Any]]:
        return list(alarms.open_for(connection, Audience.OPERATOR, after=after, limit=limit))

    return tuple(_view(row, None, None) for row in await hub.db.read(look))


async def seen_to(hub: Hub, seq: int, operator: str, reason: str) -> None:
    """An operator has seen to an alarm of the operators. Raises Refusal: REASON_REQUIRED, NOT_FOUND."""
    reason = " ".join(reason.split())
    if not reason:
        raise Refusal(Fault.REASON_REQUIRED, where="reason")
    now = hub.clock.now()

    def work(connection: Connection) -> None:
        if not alarms.see_to(connection, hub.journal, now, seq, f"user:{operator}", reason[:500]):
            raise Refusal(Fault.NOT_FOUND)

    await hub.db.write(work)


def _view(row: Row[Any], recipient: str | None, document_id: str | None) -> AlarmView:
    detail: dict[str, Any] = json.loads(row.detail)
    return AlarmView(
        row.seq,
        row.kind,
        row.audience,
        row.organ_id,
        row.package_id or None,
        row.delivery_id or None,
        recipient or detail.get("recipient"),
        document_id or detail.get("document_id"),
        row.mark,
        clock.from_text(row.raised_at),
        clock.from_text(row.due_at) if row.due_at else None,
        clock.from_text(row.cleared_at) if row.cleared_at else None,
        detail,
    )
