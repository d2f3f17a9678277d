"""The addresses of the console: overview, packages, deliveries of one destination, actions, alarms, legend."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlencode

from aiohttp import web

from edxml.faults import Fault, Refusal
from hub import clock
from hub.console import alarms, confirmations, packages, queue, reviews, systems
from hub.context import Hub
from hub.flow import operate
from hub.states import DeliveryStatus, PackageStatus
from hub.store import deliveries, keeping, overview
from hub.web import guard, login, words
from hub.web.pages import Visit

ROLES = ("operator",)
QUEUE_LINES = 100
PAGE_ROWS = 50
LONGEST_SEARCH = 200
_ACTIONS = {
    "hold": operate.hold,
    "release": operate.release,
    "resend": operate.resend,
    "cancel": operate.cancel,
}


def routes(hub: Hub) -> Iterable[web.AbstractRouteDef]:
    """Everything below /console, and signing in."""
    yield from login.routes(hub)
    for path, page in _PAGES.items():
        yield web.get(path, guard.guarded(hub, page, roles=ROLES))
    for path, page in _FORMS.items():
        yield web.post(path, guard.guarded(hub, page, roles=ROLES))
    yield web.get("/", guard.guarded(hub, _front, roles=None))
    yield web.route("*", "/console/{rest:.*}", guard.guarded(hub, guard.missing, roles=ROLES))


async def _front(visit: Visit) -> web.StreamResponse:
    return visit.go(login.START[visit.person.role] if visit.person is not None else guard.LOGIN)


async def _overview(visit: Visit) -> web.StreamResponse:
    return await _show_overview(visit)


async def _show_overview(visit: Visit, *, problem: str = "", status: int = 200, reason: str = "") -> web.Response:
    hub = visit.hub
    midnight = clock.local(hub.clock.now()).replace(hour=0, minute=0, second=0, microsecond=0)
    shaped = await queue.read(hub)
    rejected = await hub.db.read(lambda connection: overview.rejected_since(connection, midnight))
    rows = await hub.db.read(lambda connection: overview.newest(connection, limit=10))
    kept = await hub.db.read(keeping.by_status)
    response = visit.page(
        "console/overview.html",
        status=status,
        queue=shaped,
        lines=shaped.lines if "all" in visit.request.query else shaped.lines[:QUEUE_LINES],
        columns=queue.COLUMNS,
        slow_column=queue.SLOW_COLUMN,
        late_column=queue.LATE_COLUMN,
        rejected_today=rejected,
        kept=kept,
        intake_stopped=hub.intake_stopped,
        newest=await _listed(hub, rows),
        done=_done(visit),
        problem=problem,
        reason=reason,
        refreshing="refresh" in visit.request.query,
    )
    if "refresh" in visit.request.query:
        response.headers["Refresh"] = "30"
    return response


async def _package_list(visit: Visit) -> web.StreamResponse:
    hub, query = visit.hub, visit.request.query
    text = _readable(query.get("q", ""))
    status = query.get("status", "")
    status = status if status in set(PackageStatus) else ""
    if text:
        rows = await hub.db.read(lambda connection: overview.found(connection, text, PAGE_ROWS))
        if len(rows) == 1:
            return visit.go(f"/console/packages/{rows[0].id}")
        following = None
    else:
        before = _cursor(query.get("before"))
        rows = await hub.db.read(
            lambda connection: overview.newest(connection, before=before, status=status or None, limit=PAGE_ROWS + 1)
        )
        following = rows[PAGE_ROWS - 1].seq if len(rows) > PAGE_ROWS else None
    return visit.page(
        "console/packages.html",
        rows=await _listed(hub, rows[:PAGE_ROWS]),
        q=text,
        chosen=status,
        statuses=words.PACKAGE,
        is_first="before" not in query,
        following=_link("/console/packages", status=status, before=following) if following else "",
    )


async def _delivery_list(visit: Visit) -> web.StreamResponse:
    query = visit.request.query
    recipient, status = _readable(query.get("recipient", "")), query.get("status", "")
    if not recipient or status not in set(DeliveryStatus):
        raise Refusal(Fault.NOT_FOUND)
    after = _cursor(query.get("after"))
    rows = await visit.hub.db.read(
        lambda connection: overview.deliveries_at(connection, recipient, status, after=after, limit=PAGE_ROWS + 1)
    )
    following = rows[PAGE_ROWS - 1].seq if len(rows) > PAGE_ROWS else None
    place = {"recipient": recipient, "status": status}
    return visit.page(
        "console/deliveries.html",
        rows=rows[:PAGE_ROWS],
        number_of=packages.number_of,
        recipient=recipient,
        name=packages.name_of(visit.hub, recipient),
        waiting_as=status,
        is_first="after" not in query,
        first=_link("/console/deliveries", **place),
        following=_link("/console/deliveries", **place, after=following) if following else "",
    )


async def _package(visit: Visit) -> web.StreamResponse:
    return await _show_package(visit, _id(visit, "package_id"))


async def _show_package(
    visit: Visit, package_id: str, *, problem: str = "", at: str = "", reason: str = "", status: int = 200
) -> web.Response:
    hub = visit.hub
    shown = await packages.show(hub, package_id)
    return visit.page(
        "console/package.html",
        status=status,
        package=shown,
        has_log=lambda system_id: bool(system_id) and hub.directory.system(system_id) is not None,
        done=_done(visit),
        problem=problem,
        problem_at=at,
        reason=reason,
        at=visit.request.query.get("at", ""),
    )


async def _act(visit: Visit) -> web.StreamResponse:
    """One action on one delivery; a refusal is a sentence on the package's page, where the reason is kept."""
    package_id, delivery_id = _id(visit, "package_id"), _id(visit, "delivery_id")
    name = visit.request.match_info["action"]
    row = await visit.hub.db.read(lambda connection: deliveries.get(connection, delivery_id))
    if name not in _ACTIONS or row is None or row.package_id != package_id:
        raise Refusal(Fault.NOT_FOUND)
    reason = visit.form.get("reason", "")
    try:
        await _ACTIONS[name](visit.hub, delivery_id, _operator(visit), reason)
    except Refusal as refusal:
        text, status = _sentence(visit, refusal.fault), refusal.fault.http_status
        return await _show_package(visit, package_id, problem=text, at=delivery_id, reason=reason[:500], status=status)
    return visit.go(_link(f"/console/packages/{package_id}", done=name, at=delivery_id) + f"#d-{delivery_id}")


async def _intake(visit: Visit) -> web.StreamResponse:
    """Stop or start taking packages in; both want a reason here."""
    name, reason = visit.request.match_info["action"], visit.form.get("reason", "")
    if name not in {"stop", "start"}:
        raise Refusal(Fault.NOT_FOUND)
    if not reason.strip():
        fault = Fault.REASON_REQUIRED
        return await _show_overview(visit, problem=_sentence(visit, fault), status=fault.http_status)
    if name == "stop":
        await operate.stop_intake(visit.hub, _operator(visit), reason)
    else:
        await operate.start_intake(visit.hub, _operator(visit), " ".join(reason.split())[:500])
    return visit.go(_link("/console", done=name))


async def _legend(visit: Visit) -> web.StreamResponse:
    return visit.page("console/legend.html", words=words)


_PAGES = {
    "/console": _overview,
    "/console/packages": _package_list,
    "/console/packages/{package_id}": _package,
    "/console/deliveries": _delivery_list,
    "/console/alarms": alarms.show,
    "/console/confirmations": confirmations.overview,
    "/console/confirmations/{number}": confirmations.one,
    "/console/review": reviews.overview,
    "/console/review/{package_id}": reviews.one,
    "/console/systems": systems.overview,
    "/console/systems/{system_id}": systems.one,
    "/console/systems/{system_id}/calls": systems.log,
    "/console/legend": _legend,
}
_FORMS = {
    "/console/packages/{package_id}/deliveries/{delivery_id}/{action}": _act,
    "/console/intake/{action}": _intake,
    "/console/review/{package_id}/{action}": reviews.decide,
    "/console/confirmations/{number}/{action}": confirmations.decide,
    "/console/alarms/{number}": alarms.see_to,
    "/console/systems/{system_id}": systems.save,
}


async def _listed(hub: Hub, rows: Iterable[Any]) -> list[Mapping[str, Any]]:
    """Packages as a list shows them, each with its deliveries counted by status."""
    rows = list(rows)
    counts = await hub.db.read(lambda connection: overview.delivery_counts(connection, [row.id for row in rows]))
    return [
        {
            "row": row,
            "number": packages.number_of(row),
            "kind": packages.kind_of(row),
            "verdict": packages.verdict_of(row.verdict, unsigned=row.is_unsigned),
            "sender_name": packages.name_of(hub, row.sender),
            "counts": counts.get(row.id, {}),
        }
        for row in rows
    ]


def _operator(visit: Visit) -> str:
    assert visit.person is not None, "the guard lets nobody else through"
    return visit.person.name


def _sentence(visit: Visit, fault: Fault) -> str:
    return visit.say(f"{fault.title_vi}. {fault.remedy_vi}", f"{fault.title_en}. {fault.remedy_en}")


def _done(visit: Visit) -> str:
    pair = words.DONE.get(visit.request.query.get("done", ""))
    return visit.say(*pair) if pair and visit.request.method == "GET" else ""


def _id(visit: Visit, name: str) -> str:
    """A UUID of the address. Raises Refusal(NOT_FOUND) for anything else."""
    text = visit.request.match_info[name]
    try:
        if str(uuid.UUID(text)) == text:
            return text
    except ValueError:
        pass
    raise Refusal(Fault.NOT_FOUND)


def _readable(text: str) -> str:
    """What somebody typed into a search box, without what no id holds."""
    return "".join(sign for sign in text.strip()[:LONGEST_SEARCH] if sign.isprintable())


def _cursor(text: str | None) -> int | None:
    """A sequence number of the address; anything else is the first page."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) <= 18 else None


def _link(path: str, **query: object) -> str:
    kept = {name: value for name, value in query.items() if value not in (None, "")}
    return f"{path}?{urlencode(kept)}" if kept else path
