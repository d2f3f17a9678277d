"""Connected systems on pages: the list, one with its calls, and its connector's settings as a form."""

from __future__ import annotations

import re
from typing import Any

from aiohttp import web

import connectors
from agency_registry.edit import RegistryError
from edxml.faults import Fault, Refusal
from hub import admin_confirming
from hub.console import packages
from hub.flow import calls, connector_settings, systems, two_persons
from hub.flow.connector_settings import SettingsRefusedError, Wrong
from hub.web.pages import Visit

PATH = "/console/systems"
CALLS = 50
_ID = re.compile(r"[^/\x00-\x1f]{1,64}")


async def overview(visit: Visit) -> web.StreamResponse:
    """GET /console/systems: those in trouble first."""
    found = await systems.listed(visit.hub)
    rows = sorted(found, key=lambda one: (not one.trouble, str(one.facts["name"])))
    return visit.page("console/systems.html", rows=rows)


async def one(visit: Visit) -> web.StreamResponse:
    """GET /console/systems/{system_id}."""
    return await _page(visit)


async def log(visit: Visit) -> web.StreamResponse:
    """GET /console/systems/{system_id}/calls: its log of calls."""
    query = visit.request.query
    view = await systems.one(visit.hub, _id(visit))
    before, place = query.get("before", ""), f"{PATH}/{view.facts['system_id']}/calls"
    wanted = calls.Wanted(
        str(view.facts["system_id"]),
        package_id=query.get("package") or None,
        delivery_id=query.get("delivery") or None,
        only_faults="faults" in query,
        before=int(before) if before.isascii() and before.isdigit() and len(before) <= 18 else None,
        limit=CALLS,
    )
    found, following = await calls.listed(visit.hub, wanted)
    return visit.page(
        "console/system_calls.html", one=view, calls=found, wanted=wanted, place=place, following=following
    )


async def save(visit: Visit) -> web.StreamResponse:
    """POST /console/systems/{system_id}: the settings of its connector, by the command everybody uses."""
    system = visit.hub.directory.system(_id(visit))
    assert visit.person is not None, "the guard lets nobody else through"
    if system is None:
        raise Refusal(Fault.NOT_FOUND)
    reason = " ".join(visit.form.get("reason", "").split())[:500]
    try:
        values = connector_settings.given(system.connector, visit.form, system.settings)
        sealed = connector_settings.sealed(visit.hub, system.connector, values)
        _require(reason)
        gone = dict.fromkeys(set(system.settings) - set(sealed))
        said = {"system_id": system.id, "settings": {**sealed, **gone}, "reason": reason, "operator": visit.person.name}
        answer = await admin_confirming.run(visit.hub, "system.set", said, visit.person.name)
    except connectors.UnknownKindError:
        raise Refusal(Fault.NOT_FOUND) from None
    except SettingsRefusedError as refused:
        return await _page(visit, problems=refused.problems, status=422)
    except RegistryError as wrong:
        vietnamese, _, english = wrong.reason.partition(" / ")
        return await _page(visit, problems=(Wrong("", vietnamese, english),), status=409)
    if "confirmation" in answer:
        return visit.go(f"/console/confirmations/{answer['confirmation']}")
    return visit.go(f"{PATH}/{system.id}?done=settings#settings")


def _require(reason: str) -> None:
    if not reason:
        fault = Fault.REASON_REQUIRED
        raise SettingsRefusedError("", [Wrong("reason", fault.title_vi, fault.title_en)])


async def _page(visit: Visit, *, problems: tuple[Wrong, ...] = (), status: int = 200) -> web.Response:
    hub = visit.hub
    view = await systems.one(hub, _id(visit))
    system = hub.directory.system(str(view.facts["system_id"]))
    assert system is not None, "it was found a moment ago"
    found, _ = await calls.listed(hub, calls.Wanted(system.id, limit=10))
    try:
        fields, present = (
            connector_settings.fields(system.connector),
            connector_settings.texts(system.connector, system.settings),
        )
    except connectors.UnknownKindError:
        fields, present = (), {}
    typed = {field.name: visit.form[field.name] for field in fields if field.name in visit.form and not field.secret}
    done = visit.request.query.get("done") == "settings" and visit.request.method == "GET"
    return visit.page(
        "console/system.html",
        status=status,
        one=view,
        name_of=lambda code: packages.name_of(hub, code),
        calls=found,
        fields=fields,
        values={**present, **typed},
        kept=set(system.settings),
        problems=_by_name(visit, problems),
        reason=visit.form.get("reason", "")[:500],
        two=two_persons.are_needed(hub),
        done=visit.say("Đã lưu thiết lập.", "The settings are saved.") if done else "",
    )


def _by_name(visit: Visit, problems: tuple[Wrong, ...]) -> dict[str, Any]:
    return {one.name: visit.say(one.vi, one.en) for one in reversed(problems)}


def _id(visit: Visit) -> str:
    text = visit.request.match_info["system_id"]
    if _ID.fullmatch(text) is None:
        raise Refusal(Fault.NOT_FOUND)
    return text
