"""What the log of calls keeps of one call at a door: ids, codes, sizes and times; never content, no secret.

A request carries whose call it is (SYSTEM), as soon as that is known, or claimed with a registered id. An answer
carries what only its maker knows: CODE, the slug of the fault; PACKAGE, the id; PLACE, where the body was wrong.
"""

from __future__ import annotations

import re
import time
import uuid
from typing import TYPE_CHECKING

from aiohttp import web

from hub.store.calls import Call

if TYPE_CHECKING:
    from hub.context import Hub
    from hub.http.openapi import Operation
    from hub.http.vxp_auth import Call as Signed

_ABOUT_AN_ITEM = ("getEdoc", "downloadEdoc", "updateStatus")  # others carry the docId of an earlier call

SYSTEM = web.RequestKey("system_id", str)
CODE = web.ResponseKey("code", str)
PACKAGE = web.ResponseKey("package_id", str)
PLACE = web.ResponseKey("place", str)

_FIELDS = re.compile(r"[a-z0-9_.]{1,100}")
"""What can be a path of our own field names."""


def native(hub: Hub, operation: Operation, request: web.Request, response: web.StreamResponse, began: float) -> None:
    """A call of the native API; of nobody known nothing is kept. began: of the monotonic clock."""
    system_id = request.get(SYSTEM)
    if system_id is None:
        return
    location = response.headers.get("Location", "")
    hub.calls.note(
        Call(
            system_id,
            hub.clock.now(),
            "api",
            operation.id,
            status=response.status,
            code=response.get(CODE, ""),
            package_id=_id(response.get(PACKAGE) or request.match_info.get("package_id") or location[-36:]),
            delivery_id=_id(request.match_info.get("delivery_id", "")),
            ms=_ms(began),
            size=_size(request, response),
            detail=response.get(PLACE, ""),
        )
    )


def vxp(hub: Hub, call: Signed, name: str, request: web.Request, response: web.StreamResponse, began: float) -> None:
    """A call of the VXP door by a system that has proven itself."""
    item = _id(call.get("docid")) if name in _ABOUT_AN_ITEM else None
    hub.calls.note(
        Call(
            call.system.id,
            hub.clock.now(),
            "vxp",
            name,
            status=response.status,
            code=response.get(CODE, ""),
            package_id=_id(response.get(PACKAGE)),
            ms=_ms(began),
            size=_size(request, response),
            detail=f"docId {item}" if item else "",
        )
    )


def place(where: str | None) -> str:
    """A path of our own field names as it may be kept; '' for anything else."""
    return where if where and _FIELDS.fullmatch(where) else ""


def _ms(began: float) -> int:
    return round((time.monotonic() - began) * 1000)


def _size(request: web.Request, response: web.StreamResponse) -> int:
    """Bytes of the body that came, else of the one that leaves."""
    came = request.content.total_bytes if request.body_exists else 0
    left = response.content_length if isinstance(response, web.Response) else response.body_length
    return came or left or 0


def _id(text: object) -> str | None:
    """A UUID in its usual form; None for anything else."""
    try:
        return str(uuid.UUID(str(text))) if text and len(str(text)) == 36 else None
    except ValueError:
        return None
