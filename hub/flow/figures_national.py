"""A quarter of the province for the national axis and the Government's report: totals, by status, never a document."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from hub.flow import figures, routing
from hub.store import statistics, totals

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

    from hub.context import Hub

_QUARTER: Final = re.compile(r"([0-9]{4})-?Q([1-4])")


@dataclass(frozen=True, slots=True)
class Refused:
    """How often one agency refused with one reason."""

    organ_id: str
    reason_code: str
    count: int


@dataclass(frozen=True, slots=True)
class Quarter:
    """Counts. statuses: deliveries of what was sent, by the last status their recipients said; `none` = silent."""

    quarter: str
    organ_id: str
    documents_sent: int
    deliveries: int
    documents_received: int
    sent_through_axis: int
    received_through_axis: int
    statuses: dict[str, int]
    refusals: tuple[Refused, ...]


def bounds(quarter: str) -> tuple[datetime, datetime]:
    """First moment of a quarter `2026Q4` in Viet Nam, and of the next. Raises ValueError."""
    read = _QUARTER.fullmatch(quarter)
    if read is None:
        message = f"a quarter is written yyyyQn, for example 2026Q4, not {quarter[:20]!r}"
        raise ValueError(message)
    last = 3 * int(read[2])
    return figures.bounds(f"{read[1]}-{last - 2:02}")[0], figures.bounds(f"{read[1]}-{last:02}")[1]


async def of(hub: Hub, quarter: str) -> Quarter:
    """The totals of the province's own agencies. Raises ValueError for a quarter that is none."""
    # law: R-204 QĐ28 Đ11.1
    span = figures.span(hub, *bounds(quarter))

    def look(connection: Connection) -> tuple[list[statistics.Figures], totals.Totals]:
        found = statistics.monthly(connection, span)
        return [one for code, one in found.items() if _is_ours(hub, code)], totals.of(connection, span, routing.AXIS)

    own, told = await hub.db.read(look)
    return Quarter(
        quarter,
        hub.settings.hub.organ_id,
        sum(one.documents_sent for one in own),
        sum(one.deliveries for one in own),
        sum(one.documents_received for one in own),
        told.to_axis,
        told.from_axis,
        told.statuses,
        tuple(Refused(recipient, reason, number) for (recipient, reason), number in told.refusals.items()),
    )


def _is_ours(hub: Hub, code: str) -> bool:
    agency = hub.directory.agency(code)
    return agency is not None and agency.scope == "province"
