"""An office system that is pushed to: stores what it gets once for each `webhook-id`, and says its digest."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping
from typing import Any

from aiohttp import web

from connectors.testing import http_peer
from connectors.testing.peer import Arrival, Mode

KEY = b"an office's own shared secret"


class Peer(http_peer.HttpPeer):
    modes = http_peer.HttpPeer.modes | {Mode.REFUSES, Mode.WRONG_DIGEST}

    def __init__(self) -> None:
        super().__init__()
        self.stored: dict[str, str] = {}

    def settings(self) -> Mapping[str, Any]:
        return {"endpoint": f"{self.url}/van-ban", "secret": "whsec_" + base64.b64encode(KEY).decode()}

    async def received(self) -> list[Arrival]:
        return [Arrival(item_id, sha256) for item_id, sha256 in self.stored.items()]

    async def answer(self, request: web.Request) -> web.StreamResponse:
        sha256 = await http_peer.read(request)
        item_id, at = request.headers["webhook-id"], request.headers["webhook-timestamp"]
        right = hmac.new(KEY, f"{item_id}.{at}.{sha256}".encode(), hashlib.sha256).digest()
        if request.headers["webhook-signature"] != f"v1,{base64.b64encode(right).decode()}":
            return web.json_response({"code": "signature"}, status=401)
        known = self.stored.setdefault(item_id, sha256)
        return web.json_response({"sha256": known}, status=200)

    async def refuse(self, request: web.Request) -> web.StreamResponse:
        await http_peer.read(request)
        return web.json_response({"code": "not_ours", "reason": "Không phải văn bản của chúng tôi"}, status=422)

    async def wrong_digest(self, request: web.Request) -> web.StreamResponse:
        await http_peer.read(request)
        return web.json_response({"sha256": "0" * 64})
