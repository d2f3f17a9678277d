"""The alarms of the caller's own clerks: of what its agencies sent, and of what waits for them."""

from __future__ import annotations

from aiohttp import web

from hub.flow.watch import told
from hub.http.api_call import Call, answer
from hub.http.api_shapes.alarms import AlarmPage, AlarmQuery, AlarmShown


async def alarms(call: Call) -> web.StreamResponse:
    """GET /alarms."""
    query = call.query
    assert isinstance(query, AlarmQuery), "the table names this query"
    found, following = await told.own(
        call.hub, call.system, only_open=query.open, after=int(query.cursor or 0), limit=query.limit
    )
    items = [_shown(one, english=call.english) for one in found]
    return answer(AlarmPage(items=items, next=None if following is None else str(following)))


def _shown(one: told.AlarmView, *, english: bool) -> AlarmShown:
    return AlarmShown(
        seq=one.seq,
        kind=one.kind,
        audience="sender" if one.audience == "sender" else "recipient",
        organ_id=one.organ_id,
        package_id=one.package_id,
        delivery_id=one.delivery_id,
        recipient=one.recipient,
        document_id=one.document_id,
        mark=one.mark,
        raised_at=one.raised_at,
        due_at=one.due_at,
        cleared_at=one.cleared_at,
        title=one.title[1 if english else 0],
        detail=dict(one.detail),
    )
