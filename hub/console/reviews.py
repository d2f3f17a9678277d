"""Messages that fit no document here: what waits, and what a person decides about one of them."""

from __future__ import annotations

import uuid

from aiohttp import web

from edxml.faults import Fault, Refusal
from hub.console import packages
from hub.flow.thread import review
from hub.web.pages import Visit

PAGE_ROWS = 50
PATH = "/console/review"
_DONE = {
    "match": ("Đã ghép với văn bản gốc; bản tin đã có hiệu lực.", "Matched with its document; it takes effect."),
    "release": ("Đã cho bản tin đi.", "The message travels."),
    "return": ("Đã trả lại nơi gửi, kèm lý do.", "Returned to its sender, with the reason."),
}


async def overview(visit: Visit) -> web.StreamResponse:
    """GET /console/review."""
    text = visit.request.query.get("after", "")
    after = int(text) if text.isascii() and text.isdigit() and len(text) <= 18 else 0
    rows = await review.queue(visit.hub, after=after, limit=PAGE_ROWS + 1)
    done = _DONE.get(visit.request.query.get("done", ""))
    return visit.page(
        "console/reviews.html",
        rows=[
            {"row": row, "kind": packages.kind_of(row), "name": packages.name_of(visit.hub, row.sender)}
            for row in rows[:PAGE_ROWS]
        ],
        done=visit.say(*done) if done else "",
        is_first=not after,
        following=f"{PATH}?after={rows[PAGE_ROWS - 1].seq}" if len(rows) > PAGE_ROWS else "",
    )


async def one(visit: Visit) -> web.StreamResponse:
    """GET /console/review/{package_id}."""
    return await _page(visit)


async def decide(visit: Visit) -> web.StreamResponse:
    """POST /console/review/{package_id}/{action}; a refusal is a sentence on the page, where the reason is kept."""
    package_id, action = _id(visit.request.match_info["package_id"]), visit.request.match_info["action"]
    if action not in _DONE:
        raise Refusal(Fault.NOT_FOUND)
    assert visit.person is not None, "the guard lets nobody else through"
    name, reason = visit.person.name, visit.form.get("reason", "")
    try:
        if action == "match":
            await review.match_with(visit.hub, package_id, visit.form.get("to", "").strip(), name)
        elif action == "release":
            await review.release(visit.hub, [package_id], name, reason)
        else:
            await review.send_back(visit.hub, package_id, name, reason)
    except Refusal as refusal:
        fault = refusal.fault
        if fault not in (Fault.REASON_REQUIRED, Fault.STATE_CONFLICT):
            raise
        problem = visit.say(f"{fault.title_vi}. {fault.remedy_vi}", f"{fault.title_en}. {fault.remedy_en}")
        return await _page(visit, problem=problem, reason=reason[:500], status=fault.http_status)
    return visit.go(f"{PATH}?done={action}")


async def _page(visit: Visit, *, problem: str = "", reason: str = "", status: int = 200) -> web.Response:
    found = await review.show(visit.hub, _id(visit.request.match_info["package_id"]))
    return visit.page(
        "console/review.html",
        status=status,
        row=found.row,
        kind=packages.kind_of(found.row),
        number=packages.number_of(found.row),
        name=packages.name_of(visit.hub, found.row.sender),
        recipients=[(code, packages.name_of(visit.hub, code)) for code in found.recipients],
        candidates=found.candidates,
        problem=problem,
        reason=reason,
    )


def _id(text: str) -> str:
    try:
        if str(uuid.UUID(text)) == text:
            return text
    except ValueError:
        pass
    raise Refusal(Fault.NOT_FOUND)
