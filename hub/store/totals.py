"""Totals of a span of time beside the agencies' figures: by status, refusals by reason, what the axis carried."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import func, select

from hub.store import statistics, tables

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import Connection

    from hub.store.statistics import Span

_P = tables.packages
_D = tables.deliveries
_AXIS: Final = "axis"
_SILENT: Final = "none"


@dataclass(frozen=True, slots=True)
class Totals:
    """Counts of what the province's agencies sent, and of what the axis brought.

    statuses: deliveries by the last status their recipients said, `none` = none. refusals: (recipient, reason code) ->
    deliveries refused with 02.
    """

    statuses: dict[str, int]
    refusals: dict[tuple[str, str], int]
    to_axis: int
    from_axis: int


def of(connection: Connection, span: Span, axis: str) -> Totals:
    """axis: the system id of the national axis."""
    ours = (*span.sent, *statistics.OF_DOCUMENTS, _P.c.door != _AXIS)
    status = _D.c.business_status
    handed = select(func.count(_P.c.id.distinct())).join_from(_P, _D, _D.c.package_id == _P.c.id)
    handed = handed.where(*ours, _D.c.system_id == axis, statistics.DELIVERIES["delivered"])
    brought = select(func.count()).where(*span.sent, statistics.SENT["documents_sent"], _P.c.door == _AXIS)
    refused = _grouped(connection, (_D.c.recipient, _D.c.refusal), (*ours, status == "02"))  # law: R-127 HN Đ6.4
    return Totals(
        {code or _SILENT: number for code, number in _grouped(connection, (status,), ours)},
        {(recipient, reason or "OTHER"): number for recipient, reason, number in refused},
        connection.execute(handed).scalar_one(),
        connection.execute(brought).scalar_one(),
    )


def _grouped(connection: Connection, columns: tuple[Any, ...], asked: Iterable[Any]) -> list[Any]:
    query = select(*columns, func.count()).join_from(_P, _D, _D.c.package_id == _P.c.id).where(*asked)
    return list(connection.execute(query.group_by(*columns).order_by(*columns)).all())
