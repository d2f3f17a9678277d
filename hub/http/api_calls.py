"""The caller's own log of calls."""

from __future__ import annotations

from dataclasses import asdict

from aiohttp import web

from hub.flow import calls as noted
from hub.http.api_call import Call, answer
from hub.http.api_shapes.calls import CallPage, CallQuery, CallShown


async def calls(call: Call) -> web.StreamResponse:
    """GET /calls."""
    query = call.query
    assert isinstance(query, CallQuery), "the table names this query"
    wanted = noted.Wanted(
        call.system.id,
        package_id=query.package_id,
        delivery_id=query.delivery_id,
        only_faults=query.faults,
        before=None if query.cursor is None else int(query.cursor),
        limit=query.limit,
    )
    found, following = await noted.listed(call.hub, wanted)
    items = [CallShown(**asdict(one)) for one in found]
    return answer(CallPage(items=items, next=None if following is None else str(following)))
