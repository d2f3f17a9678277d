"""What two persons decide, on pages: the list, one of them with what it would change, the yes and the no.

Whoever is signed in has given a password: that is the proof of a person here.  law: R-193 CB Đ5.4
"""

from __future__ import annotations

import re
from typing import Any

from aiohttp import web

from agency_registry.edit import RegistryError
from edxml.faults import Fault, Refusal
from hub.flow import deciding, two_persons
from hub.web.pages import Visit

PLACE = "/console/confirmations"
_NUMBER = re.compile(r"[0-9a-f-]{36}|proposal-[0-9]{1,9}")
_SECRET = ("secret", "password")


async def overview(visit: Visit) -> web.StreamResponse:
    """The list; `?all` shows decided ones, too."""
    everything = "all" in visit.request.query
    rows = await deciding.listed(visit.hub, everything=everything)
    return visit.page(
        "console/confirmations.html", rows=rows, everything=everything, needed=two_persons.are_needed(visit.hub)
    )


async def one(visit: Visit) -> web.StreamResponse:
    """One of them."""
    return await _show(visit)


async def decide(visit: Visit) -> web.StreamResponse:
    """A yes or a no of whoever is signed in."""
    number, action = _number(visit), visit.request.match_info["action"]
    if action not in {"approve", "refuse"}:
        raise Refusal(Fault.NOT_FOUND)
    assert visit.person is not None, "the guard lets nobody else through"
    reason = visit.form.get("reason", "")
    try:
        if action == "approve":
            answer = await deciding.approve(visit.hub, number, visit.person.name)
        else:
            answer = await deciding.refuse(visit.hub, number, visit.person.name, reason)
    except Refusal as refusal:
        if refusal.fault is Fault.NOT_FOUND:
            raise
        fault = refusal.fault
        detail = visit.say(refusal.detail_vi or refusal.detail, refusal.detail)
        text = f"{visit.say(fault.title_vi, fault.title_en)}. {detail[:1].upper()}{detail[1:]}"
        return await _show(visit, problem=text, status=fault.http_status, reason=reason[:500])
    except RegistryError as wrong:
        vietnamese, _, english = wrong.reason.partition(" / ")
        return await _show(visit, problem=visit.say(vietnamese, english), status=409, reason=reason[:500])
    told = [(name, str(answer[name])) for name in ("system_id", "name", *_SECRET) if answer.get(name)]
    if not set(_SECRET) & set(answer):
        return visit.go(f"{PLACE}/{number}")
    return await _show(visit, told=told)  # shown this once: another address would have to keep it


async def _show(
    visit: Visit,
    *,
    problem: str = "",
    status: int = 200,
    reason: str = "",
    told: list[tuple[str, str]] | None = None,
) -> web.Response:
    found = await deciding.show(visit.hub, _number(visit))
    return visit.page(
        "console/confirmation.html",
        status=status,
        one=found,
        lines=[_line(each) for each in found["change"]["lines"]],
        more=found["change"]["total"] - len(found["change"]["lines"]),
        needed=two_persons.are_needed(visit.hub),
        problem=problem,
        reason=reason,
        told=told or [],
    )


def _line(each: dict[str, Any]) -> dict[str, Any]:
    """One thing that changes: its facts side by side."""
    facts = dict.fromkeys([*each["before"], *each["after"]])
    rows = [(name, _text(each["before"].get(name)), _text(each["after"].get(name))) for name in facts]
    return {"kind": each["kind"], "of": each["of"], "rows": [row for row in rows if row[1] != row[2]]}


def _text(value: object) -> str:
    if value in (None, "", [], {}):
        return "–"
    return " ".join(map(str, value)) if isinstance(value, list) else str(value)


def _number(visit: Visit) -> str:
    text = visit.request.match_info["number"]
    if _NUMBER.fullmatch(text) is None:
        raise Refusal(Fault.NOT_FOUND)
    return text
