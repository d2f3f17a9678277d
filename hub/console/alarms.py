"""What stands open for the operator, and that somebody has seen to it."""

from __future__ import annotations

from aiohttp import web

from edxml.faults import Fault, Refusal
from hub.console import packages
from hub.flow.watch import told
from hub.web.pages import Visit

PAGE_ROWS = 50
PATH = "/console/alarms"


async def show(visit: Visit) -> web.StreamResponse:
    """GET /console/alarms."""
    return await _page(visit)


async def see_to(visit: Visit) -> web.StreamResponse:
    """POST /console/alarms/{number}: an alarm has been seen to; a missing reason is a sentence on the page."""
    number = visit.request.match_info["number"]
    if not number.isascii() or not number.isdigit() or len(number) > 18:
        raise Refusal(Fault.NOT_FOUND)
    assert visit.person is not None, "the guard lets nobody else through"
    try:
        await told.seen_to(visit.hub, int(number), visit.person.name, visit.form.get("reason", ""))
    except Refusal as refusal:
        if refusal.fault is not Fault.REASON_REQUIRED:
            raise
        fault = refusal.fault
        problem = visit.say(f"{fault.title_vi}. {fault.remedy_vi}", f"{fault.title_en}. {fault.remedy_en}")
        return await _page(visit, problem=problem, at=int(number), status=fault.http_status)
    return visit.go(f"{PATH}?done=alarm")


async def _page(visit: Visit, *, problem: str = "", at: int = 0, status: int = 200) -> web.Response:
    text = visit.request.query.get("after", "")
    after = int(text) if text.isascii() and text.isdigit() and len(text) <= 18 else 0
    found = await told.operators(visit.hub, after=after, limit=PAGE_ROWS + 1)
    more = len(found) > PAGE_ROWS
    done = visit.request.query.get("done") == "alarm" and visit.request.method == "GET"
    return visit.page(
        "console/alarms.html",
        status=status,
        alarms=found[:PAGE_ROWS],
        problem=problem,
        problem_at=at,
        names={one.recipient: packages.name_of(visit.hub, one.recipient) for one in found if one.recipient},
        done=visit.say("Đã ghi: báo động đã xử lý.", "Noted: somebody has seen to it.") if done else "",
        is_first=not after,
        following=f"{PATH}?after={found[PAGE_ROWS - 1].seq}" if more else "",
    )
