"""The agencies and how they change, the caller's own events, and what outsiders need to verify receipts."""

from __future__ import annotations

import base64
from datetime import datetime
from typing import Any

from aiohttp import web
from cryptography.hazmat.primitives.serialization import Encoding

from agency_registry import edit
from agency_registry.agency import Agency
from hub.flow import feed
from hub.http import api_shapes as shapes
from hub.http.api_call import Call, answer
from hub.store import state


async def agencies(call: Call) -> web.StreamResponse:
    """GET /agencies."""
    query = call.query
    assert isinstance(query, shapes.AgencyQuery), "the table names this query"
    rows = await call.hub.db.read(
        lambda connection: edit.list_agencies(
            connection, text=query.q or "", limit=query.limit + 1, after=query.cursor or ""
        )
    )
    items = [_agency(call, row) for row in rows[: query.limit]]
    following = items[-1].organ_id if len(rows) > query.limit else None
    return answer(shapes.AgencyPage(version=call.hub.directory.version, items=items, next=following))


async def changes(call: Call) -> web.StreamResponse:
    """GET /agencies/changes."""
    query = call.query
    assert isinstance(query, shapes.ChangesQuery), "the table names this query"
    rows = await call.hub.db.read(
        lambda connection: (
            edit.changes_since(connection, query.since, limit=query.limit),
            edit.current_version(connection),
        )
    )
    found: list[dict[str, Any]] = rows[0]
    items = [shapes.AgencyChange(**{**row, "at": datetime.fromisoformat(row["at"])}) for row in found]
    last = items[-1].version if items else query.since
    more = len(items) >= query.limit and last < rows[1]
    return answer(shapes.AgencyChanges(version=rows[1], items=items, next=str(last) if more else None))


async def events(call: Call) -> web.StreamResponse:
    """GET /events."""
    query = call.query
    assert isinstance(query, shapes.Paging), "the table names this query"
    found, following = await feed.own(call.hub, call.system, after=int(query.cursor or 0), limit=query.limit)
    items = [
        shapes.OwnEvent(
            seq=one.event.seq,
            at=one.event.at,
            type=one.event.type,
            actor=one.event.actor,
            recipient=one.event.recipient,
            detail=one.event.detail,
            package_id=one.package_id,
            delivery_id=one.delivery_id,
        )
        for one in found
    ]
    return answer(shapes.EventPage(items=items, next=None if following is None else str(following)))


async def origin(call: Call) -> web.StreamResponse:
    """GET /.well-known/truc.json."""
    keys = call.hub.keys
    name = await call.hub.db.read(lambda connection: state.get(connection, "log.origin"))
    certificates = [
        base64.b64encode(certificate.public_bytes(Encoding.DER)).decode("ascii")
        for certificate in keys.receipt_certificates
    ]
    return answer(
        shapes.Origin(
            log_origin=name or "",
            checkpoint_key=base64.b64encode(keys.checkpoint_public_bytes()).decode("ascii"),
            receipt_certificates=certificates,
        )
    )


def _agency(call: Call, row: dict[str, Any]) -> shapes.AgencyShown:
    known: Agency | None = call.hub.directory.agency(row["organ_id"])
    system = call.hub.directory.system_of(known) if known is not None else None
    fields = {name: row[name] for name in shapes.AgencyShown.model_fields if name != "connected"}
    return shapes.AgencyShown(**fields, connected=system is not None and system.state == "active")
