"""What stands behind one figure of one agency: the documents it counts, one by one. Who looks is recorded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from hub import clock
from hub.flow import figures, moments
from hub.store import events, statistics

if TYPE_CHECKING:
    from sqlalchemy import Row

    from hub.context import Hub

FIGURES: Final = (*statistics.SENT, *statistics.DELIVERIES, statistics.RECEIVED)
"""What can be opened."""

MOST: Final = 100_000


@dataclass(frozen=True, slots=True)
class Line:
    """One package, or one delivery, without its subject. Times as people read them (+07:00), '' = unknown.

    late_strict, late_wide: working minutes by which a signed document was sent after the morning of the next working
    day, and after that day; None = in time, or not signed by a person.
    """

    package_id: str
    delivery_id: str
    document_id: str
    number: str
    notation: str
    sender: str
    recipient: str
    sent_at: str
    received_legal: str
    status: str
    business_status: str
    late_strict: int | None
    late_wide: int | None


async def behind(hub: Hub, month: str, organ_id: str, figure: str, operator: str) -> tuple[Line, ...]:
    """The lines of one figure, MOST at most. Raises ValueError for a month or a figure that is none."""
    if figure not in FIGURES:
        message = f"a figure is one of {', '.join(FIGURES)}, not {figure[:40]!r}"
        raise ValueError(message)
    span = figures.span(hub, *figures.bounds(month))

    rows = await hub.db.read(lambda connection: statistics.behind(connection, span, organ_id, figure, MOST))
    told = {"what": "figures", "month": month, "organ_id": organ_id, "figure": figure, "found": len(rows)}
    opened = events.Event("content.opened", f"user:{operator}", detail=told)
    now = hub.clock.now()
    await hub.db.write(lambda connection: hub.journal.record(connection, now, [opened]))  # law: R-202 HN Đ15.1
    return await hub.in_thread(lambda: tuple(_line(hub, row) for row in rows))


def _line(hub: Hub, row: Row[Any]) -> Line:
    sent = moments.sent(hub, row)
    late = moments.issued_late(hub, row.sender, sent)
    delivery = row._mapping  # noqa: SLF001 - SQLAlchemy's public view of a row
    return Line(
        row.package_id,
        delivery.get("delivery_id") or "",
        row.document_id,
        row.number,
        row.notation,
        row.sender,
        delivery.get("recipient") or "",
        clock.local_text(sent.sent_at) if sent.sent_at is not None else "",
        clock.local_text(clock.from_text(row.received_legal)) if delivery.get("received_legal") else "",
        delivery.get("delivery_status") or row.status,
        delivery.get("business_status") or "",
        late.strict.minutes if late is not None and late.strict is not None else None,
        late.wide.minutes if late is not None and late.wide is not None else None,
    )
