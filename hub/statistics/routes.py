"""The addresses of the figures: a page and a file per month, for the provincial office and operators."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from aiohttp import web

from hub.context import Hub
from hub.flow import figures, figures_behind, structure
from hub.statistics import lists, monthly
from hub.web import guard
from hub.web.pages import Visit

ROLES = ("office", "operator")
NOT_A_MONTH = guard.Words(
    400,
    ("Tháng phải viết dạng năm-tháng, ví dụ 2026-11", "A month is written yyyy-mm, for example 2026-11"),
    ("Chọn lại tháng ở trang số liệu.", "Choose the month on the page of figures."),
)
NOT_A_TREE = guard.Words(
    400,
    ("Ngày viết dạng 2025-06-30; gộp theo agency, level, kind hoặc parent",
     "A day is written 2025-06-30; figures are put together by agency, level, kind or parent"),
    ("Chọn lại ở trang số liệu.", "Choose again on the page of figures."),
)  # fmt: skip
NOT_A_FIGURE = guard.Words(
    400,
    ("Không có số liệu này", "There is no such figure"),
    ("Bấm vào con số ở trang số liệu.", "Follow the figure on the page of figures."),
)
_COUNTS = tuple(
    name for name in monthly.COLUMNS
    if name not in {"organ_id", "name", "delivered_same_day_percent", "median_minutes_to_delivery"}
)  # fmt: skip


def routes(hub: Hub) -> Iterable[web.AbstractRouteDef]:
    """Everything below /statistics."""
    yield web.get("/statistics", guard.guarded(hub, _page, roles=ROLES))
    yield web.get("/statistics/monthly.csv", guard.guarded(hub, _file, roles=ROLES))
    yield web.get("/statistics/list.csv", guard.guarded(hub, _list, roles=ROLES))
    yield web.route("*", "/statistics/{rest:.*}", guard.guarded(hub, guard.missing, roles=ROLES))


async def _page(visit: Visit) -> web.StreamResponse:
    month = _month(visit)
    start, end = figures.bounds(month)
    by = _cut(visit, month)
    rows = await figures.monthly(visit.hub, month, by)
    busy = [row for row in rows if any(getattr(row, name) for name in _COUNTS)]
    return visit.page(
        "statistics/monthly.html",
        month=month,
        title=start.strftime("%m/%Y"),
        before=figures.month_of(start - timedelta(days=1)),
        after=figures.month_of(end) if end <= visit.hub.clock.now() else "",
        rows=busy,
        idle=len(rows) - len(busy),
        sums={name: sum(getattr(row, name) for row in busy) for name in _COUNTS},
        columns=monthly.COLUMNS,
        opened=figures_behind.FIGURES if by is None else (),
        day=by.day.isoformat() if by is not None else "",
        by=by.by if by is not None else "",
        ways=structure.BY,
    )


async def _file(visit: Visit) -> web.StreamResponse:
    month = _month(visit)
    rows = await figures.monthly(visit.hub, month, _cut(visit, month))
    name = f"truc-{month}.csv"
    return web.Response(
        body=monthly.to_csv(month, rows, visit.language),
        content_type="text/csv",
        charset="utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


async def _list(visit: Visit) -> web.StreamResponse:
    """What stands behind one figure of one agency; who opens it is recorded."""
    assert visit.person is not None, "guarded"
    month, query = _month(visit), visit.request.query
    try:
        asked = (month, query.get("agency", ""), query.get("figure", ""))
        lines = await figures_behind.behind(visit.hub, *asked, visit.person.name)
    except ValueError as cause:
        raise guard.ProblemError(NOT_A_FIGURE) from cause
    return web.Response(
        body=lists.to_csv(lines, visit.language),
        content_type="text/csv",
        charset="utf-8",
        headers={"Content-Disposition": f'attachment; filename="truc-{month}-{asked[2]}.csv"'},
    )


def _cut(visit: Visit, month: str) -> structure.Cut | None:
    """The tree asked for. Raises ProblemError."""
    query = visit.request.query
    try:
        return figures.cut(month, query.get("structure"), query.get("by"))
    except ValueError as cause:
        raise guard.ProblemError(NOT_A_TREE) from cause


def _month(visit: Visit) -> str:
    """The month asked for, this month when none is. Raises ProblemError."""
    text = visit.request.query.get("month") or figures.month_of(visit.hub.clock.now())
    try:
        figures.bounds(text)
    except ValueError as cause:
        raise guard.ProblemError(NOT_A_MONTH) from cause
    return text
