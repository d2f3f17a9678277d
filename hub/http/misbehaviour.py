"""How a toy axis misbehaves when it is told to (`truc break axis`): what real ones were seen to do, and what wires do.

Only a hub with the role `axis`, in test mode or in the demo, can do any of this; on others nothing is put before the
door. `html`: pages of a proxy instead of answers, also after the work was done. `slow`: every answer late. `duplicate`:
everything listed three times, and what was acknowledged offered again. `reorder`: lists shuffled, and half of the
documents held back behind the statuses about them. `corrupt`: cut content, nulls, failures in answers of success,
success without a DocId. `down`: the connection breaks off.
"""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

from aiohttp import web

from edxml.faults import Refusal
from hub import log
from hub.flow import items
from hub.http import vxp_replies as replies
from hub.http.vxp_replies import Failure

if TYPE_CHECKING:
    from aiohttp.typedefs import Handler

    from hub.context import Hub
    from hub.http.vxp_auth import Gate

PAGE = "<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>"
SLOW_SECONDS = 3.0
MOST_CUT = 1 << 20
"""Content beyond this is cut off here at the latest."""

_LISTS = frozenset({"getReceivedEdocList", "getSentEdocList"})
_CONTENT = frozenset({"getEdoc", "downloadEdoc"})
_EFFECTS = frozenset({"sendEdoc", "updateStatus"})


def possible(hub: Hub) -> bool:
    """Whether this hub may be told to misbehave: a toy axis, never one that serves somebody."""
    return hub.settings.hub.role == "axis" and hub.settings.hub.secrets_open


def around(hub: Hub, gate: Gate, name: str, usual: Handler) -> Handler:
    """The handler of one method, in whatever mood the hub is."""
    if not possible(hub):
        return usual

    async def moody(request: web.Request) -> web.StreamResponse:
        mode = hub.mood.now(hub.clock.running())
        if not mode:
            return await usual(request)
        log.get().info("misbehaving", mode=mode, method=name)
        return await _Trick(hub, gate, name, request, usual).play(mode)

    return moody


class _Trick:
    """One call to a hub in a mood."""

    def __init__(self, hub: Hub, gate: Gate, name: str, request: web.Request, usual: Handler) -> None:
        self._hub, self._gate, self._name = hub, gate, name
        self._request, self._usual = request, usual
        self._chance = hub.mood.chance

    async def play(self, mode: str) -> web.StreamResponse:
        answer: web.StreamResponse = await getattr(self, f"_{mode}")()
        return answer

    async def _html(self) -> web.StreamResponse:
        if self._name in _EFFECTS and self._chance.random() < 0.5:
            await self._usual(self._request)
        return web.Response(text=PAGE, content_type="text/html", status=self._chance.choice((200, 502)))

    async def _slow(self) -> web.StreamResponse:
        await asyncio.sleep(self._chance.uniform(0.2, SLOW_SECONDS))
        return await self._usual(self._request)

    async def _down(self) -> web.StreamResponse:
        if self._request.transport is not None:
            self._request.transport.abort()
        raise ConnectionResetError

    async def _duplicate(self) -> web.StreamResponse:
        if self._name == "updateStatus" and self._chance.random() < 0.5:
            return replies.success()  # and the item is offered again
        return await self._listed(lambda rows: rows * 3)

    async def _reorder(self) -> web.StreamResponse:
        late = self._request.headers.get("XroadVnpt-messagetype", "edoc").lower() == "edoc"
        received = self._name == "getReceivedEdocList"

        def shuffled(rows: list[Any]) -> list[Any]:
            kept = [row for row in rows if not (late and received) or self._chance.random() < 0.5]
            self._chance.shuffle(kept)
            return kept

        return await self._listed(shuffled)

    async def _corrupt(self) -> web.StreamResponse:
        if self._name in _CONTENT:
            return await self._cut()
        answer = await self._usual(self._request)
        trick = self._chance.randrange(4)
        if self._name == "sendEdoc":
            bad = ({"DocId": None}, {"DocId": ""}, {"status": "FAIL", "ErrorCode": "20"}, {})[trick]
            return replies.success(**bad) if trick < 3 else web.Response(body=b'{"status":"OK","Err')
        if self._name in _LISTS and trick < 3:
            return replies.success(**({"data": None}, {"data": [None, {"docId": None}]}, {})[trick])
        return answer

    async def _cut(self) -> web.StreamResponse:
        """A part of the content, as a line that breaks off leaves it; or a failure where an answer was expected."""
        try:
            call = await self._gate.admit(self._request)
            content = await items.fetch(self._hub, call.system, call.get("docid"))
        except (Refusal, Failure):
            return await self._usual(self._request)
        data = bytearray()
        async for piece in content.chunks():
            data += piece
            if len(data) > MOST_CUT:
                break
        cut = bytes(data[: self._chance.randrange(1, len(data))])
        if self._name == "downloadEdoc":
            return web.Response(body=self._chance.choice((cut, PAGE.encode(), b"")))
        return replies.success(**self._chance.choice(({"data": None}, {"data": ""}, {"data": cut.hex()})))

    async def _listed(self, change: Any) -> web.StreamResponse:
        answer = await self._usual(self._request)
        if self._name not in _LISTS or not isinstance(answer, web.Response) or not isinstance(answer.body, bytes):
            return answer
        said = json.loads(answer.body)
        if isinstance(said.get("data"), list):
            said["data"] = change(said["data"])
        return web.Response(body=replies.text(said), content_type="application/json")
