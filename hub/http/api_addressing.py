"""Saved lists of recipients, paper, documents side by side, an agency's two systems."""

from __future__ import annotations

from datetime import date

from aiohttp import web

from edxml import dates
from edxml.faults import Fault, Refusal
from hub import clock
from hub.context import Hub
from hub.flow.addressing import duplicates, groups, paper, second_system
from hub.flow.addressing.recipients import Wanted
from hub.http import api_shapes as shapes
from hub.http.api_call import Call, answer
from hub.http.api_shapes.base import FIRST_DAY, LAST_DAY
from hub.states import Mode, Role
from hub.store.groups import Group


async def group_list(call: Call) -> web.StreamResponse:
    """GET /groups."""
    found = await groups.listed(call.hub, call.system, _agency(call))
    return answer(shapes.GroupList(items=[_group(call.hub, one) for one in found]))


async def group_show(call: Call) -> web.StreamResponse:
    """GET /groups/{name}."""
    return answer(_group(call.hub, await groups.show(call.hub, call.system, _name(call), _agency(call))))


async def group_put(call: Call) -> web.StreamResponse:
    """PUT /groups/{name}."""
    agency, name = _agency(call), _name(call)
    said = await call.json(shapes.GroupWritten)
    members = [
        Wanted(one.strip()) if isinstance(one, str) else Wanted(one.code.strip(), Role(one.role), Mode(one.mode))
        for one in said.members
    ]
    kept, is_new = await groups.save(call.hub, call.system, name, agency, members, said.note)
    return answer(_group(call.hub, kept), 201 if is_new else 200)


async def group_remove(call: Call) -> web.StreamResponse:
    """DELETE /groups/{name}."""
    await groups.remove(call.hub, call.system, _name(call), _agency(call))
    return web.Response(status=204)


async def paper_of(call: Call) -> web.StreamResponse:
    """GET /packages/{package_id}/paper."""
    found = await paper.of_package(call.hub, call.system, call.id("package_id"))
    return answer(shapes.PaperList(items=[_line(one) for one in found]))


async def paper_record(call: Call) -> web.StreamResponse:
    """POST /packages/{package_id}/paper."""
    package_id = call.id("package_id")
    said = await call.json(shapes.PaperSaid)
    found = await paper.record(call.hub, call.system, package_id, _entry(said))
    return answer(shapes.PaperList(items=[_line(one) for one in found]))


async def paper_list(call: Call) -> web.StreamResponse:
    """GET /paper."""
    query = call.query
    assert isinstance(query, shapes.PaperQuery), "the table names this query"
    before = int(query.cursor) if query.cursor is not None else None
    first, last = _day(query.first, "from"), _day(query.last, "to")
    found, following = await paper.listed(
        call.hub, call.system, first=first, last=last, before=before, limit=query.limit
    )
    items = [_line(one) for one in found]
    return answer(shapes.PaperList(items=items, next=None if following is None else str(following)))


async def side_by_side(call: Call) -> web.StreamResponse:
    """GET /inbox/{delivery_id}/duplicates."""
    first, *others = await duplicates.beside(call.hub, call.system, call.id("delivery_id"))
    return answer(shapes.Duplicates(delivery=_shown(first), others=[_shown(one) for one in others]))


async def assign(call: Call) -> web.StreamResponse:
    """POST /inbox/{delivery_id}/assign."""
    delivery_id = call.id("delivery_id")
    said = await call.json(shapes.AssignedTo)
    await second_system.assign(call.hub, call.system, delivery_id, said.system)
    return answer(shapes.Assigned(delivery_id=delivery_id, system=said.system))


def _agency(call: Call) -> str | None:
    query = call.query
    assert isinstance(query, shapes.GroupQuery), "the table names this query"
    return query.agency


def _name(call: Call) -> str:
    return call.request.match_info["name"]


def _entry(said: shapes.PaperSaid) -> paper.Issued | paper.Returned:
    issued, returned = _day(said.issued_on, "issued_on"), _day(said.returned_on, "returned_on")
    if returned is not None and issued is None and said.copies is None:
        return paper.Returned(said.recipient, returned, said.by)
    if issued is None or said.copies is None or returned is not None:
        raise Refusal(Fault.SCHEMA_INVALID, "either `copies` and `issued_on`, or `returned_on` alone")
    return paper.Issued(said.recipient, said.copies, issued, said.by, said.envelopes, said.note)


def _day(text: str, where: str) -> date | None:
    day = dates.parse_day(text) if text else None
    if text and (day is None or not FIRST_DAY <= day <= LAST_DAY):
        raise Refusal(Fault.SCHEMA_INVALID, "not a day of the calendar", where=where)
    return day


def _group(hub: Hub, one: Group) -> shapes.GroupShown:
    today = clock.local(hub.clock.now()).date()
    members = []
    for member in one.members:
        agency = hub.directory.agency(member.code)
        members.append(
            shapes.MemberShown(
                code=member.code,
                name=agency.name if agency is not None else "",
                role=member.role,
                mode=member.mode,
                state=agency.state_on(today) if agency is not None else "closed",
                successors=list(agency.successors) if agency is not None else [],
            )
        )
    return shapes.GroupShown(
        agency=one.organ_id, name=one.name, note=one.note, updated_at=one.updated_at, members=members
    )


def _line(one: paper.Line) -> shapes.PaperLine:
    fields = {name: getattr(one, name) for name in one.__slots__ if name not in {"seq", "promulgated"}}
    return shapes.PaperLine(**fields, date=one.promulgated)


def _shown(one: duplicates.Entry) -> shapes.EntryShown:
    renamed = {"promulgated": "date", "entered_at": "received_at"}
    fields = {renamed.get(name, name): getattr(one, name) for name in one.__slots__ if name != "files"}
    return shapes.EntryShown(**fields, files=list(one.files))
