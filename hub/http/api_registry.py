"""One agency as it stood on a day, for any caller: the registry is everybody's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from agency_registry import edit
from edxml import organ
from edxml.faults import Fault, Refusal
from hub import clock
from hub.http import api_shapes as shapes
from hub.http.api_call import Call, answer

if TYPE_CHECKING:
    from datetime import date

    from aiohttp import web
    from sqlalchemy import Connection


async def agency(call: Call) -> web.StreamResponse:
    """GET /agencies/{code}.  law: R-026 QĐ28 Đ16.1"""
    query = call.query
    assert isinstance(query, shapes.DayQuery), "the table names this query"
    code = organ.normalise(call.request.match_info["code"])
    if not organ.is_valid(code):
        raise Refusal(Fault.NOT_FOUND)
    day = query.on or clock.local(call.hub.clock.now()).date()
    return answer(await call.hub.db.read(lambda connection: _as_of(connection, code, day)))


def _as_of(connection: Connection, code: str, day: date) -> shapes.AgencyAsOf:
    found = edit.agency_as_of(connection, code, day)
    successors = [_successor(connection, path, day) for path in edit.successors_of(connection, code, day)]
    if found is None and not successors:
        raise Refusal(Fault.NOT_FOUND)
    gone: dict[str, Any] = {"organ_id": code, "name": "", "kind": "", "level": "", "parent": None, "state": "closed",
                            "scope": "province", "first_day": None, "last_day": None}  # fmt: skip
    told: dict[str, Any] = gone if found is None else {name: found[name] for name in gone}
    before = [shapes.LinkShown(**_values(link)) for link in edit.predecessors_of(connection, told["organ_id"])]
    return shapes.AgencyAsOf(on=day, **told, successors=successors, predecessors=before)


def _successor(connection: Connection, path: edit.Path, day: date) -> shapes.SuccessorShown:
    reached = edit.agency_as_of(connection, path[-1].successor, day) or {}
    links = [shapes.LinkShown(**_values(link)) for link in path]
    return shapes.SuccessorShown(organ_id=path[-1].successor, name=str(reached.get("name", "")), path=links)


def _values(link: edit.Succession) -> dict[str, Any]:
    return {**link.as_json(), "first_day": link.first_day, "decided_on": link.decided_on}
