"""An office that is called: packages are pushed to it, and a web hook tells another one what happens.

It checks each signature by itself, as the README of the connectors and Standard Webhooks have it; nothing here uses
the hub's own code for that.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from hub.cli.demo.offices import PATIENCE_SECONDS, NothingCameError

_PAUSE_SECONDS = 0.05
_MOST_BYTES = 64 << 20


@dataclass(frozen=True, slots=True)
class Call:
    """One call. path: where; message_id: its webhook-id; proven: it was signed with a secret of ours."""

    path: str
    message_id: str
    proven: bool
    data: bytes
    headers: Mapping[str, str]

    @property
    def event(self) -> dict[str, Any]:
        """The event a web hook told."""
        found: dict[str, Any] = json.loads(self.data)
        return found


@dataclass(slots=True)
class Called:
    """The server of an office that is called.

    busy: how many packages are still answered 503 first; push_secret, hook_secrets: what its callers share with it.
    """

    push_secret: str = field(default_factory=lambda: _secret(secrets.token_bytes(32)), repr=False)
    hook_secrets: list[str] = field(default_factory=list, repr=False)
    calls: list[Call] = field(default_factory=list)
    kept: dict[str, bytes] = field(default_factory=dict)
    busy: int = 0
    url: str = ""
    _runner: web.AppRunner | None = None

    async def start(self) -> None:
        """Answer on a port of its own."""
        app = web.Application(client_max_size=_MOST_BYTES)
        app.add_routes([web.post("/van-ban", self._package), web.post("/tin", self._event)])
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    async def stop(self) -> None:
        """Nobody answers there any more."""
        runner, self._runner = self._runner, None
        if runner is not None:
            await runner.cleanup()

    async def package(self, document_id: str) -> Call:
        """The call that brought this document, once it was kept. Raises NothingCameError."""
        return await self._wait(
            lambda call: call.message_id in self.kept and _facts(call).get("document_id") == document_id, document_id
        )

    async def told(self, package_id: str, event_type: str) -> Call:
        """The call that told of this event. Raises NothingCameError."""
        return await self._wait(
            lambda call: (
                call.path == "/tin"
                and call.event["type"] == event_type
                and call.event["data"].get("package_id") == package_id
            ),
            f"{event_type} {package_id}",
        )

    async def _wait(self, right: Any, what: str) -> Call:
        until = time.monotonic() + PATIENCE_SECONDS
        while True:
            for call in self.calls:
                if right(call):
                    return call
            if time.monotonic() > until:
                message = f"nobody called about {what} within {PATIENCE_SECONDS:.0f} s"
                raise NothingCameError(message)
            await asyncio.sleep(_PAUSE_SECONDS)

    async def _package(self, request: web.Request) -> web.Response:
        data = await request.read()
        digest = hashlib.sha256(data).hexdigest()
        call = self._noted(request, data, digest.encode(), [self.push_secret])
        if not call.proven:
            return web.json_response({"reason": "wrong signature"}, status=401)
        if self.busy:
            self.busy -= 1
            return web.json_response({"reason": "busy"}, status=503)
        self.kept.setdefault(call.message_id, data)
        return web.json_response({"sha256": digest, "id": f"YT-{len(self.kept)}"})

    async def _event(self, request: web.Request) -> web.Response:
        data = await request.read()
        call = self._noted(request, data, data, self.hook_secrets)
        return web.Response(status=204 if call.proven else 401)

    def _noted(self, request: web.Request, data: bytes, content: bytes, keys: list[str]) -> Call:
        headers = {name.lower(): value for name, value in request.headers.items()}
        message_id = headers.get("webhook-id", "")
        call = Call(request.path, message_id, any(is_signed(headers, content, key) for key in keys), data, headers)
        self.calls.append(call)
        return call


def is_signed(headers: Mapping[str, str], content: bytes, secret: str) -> bool:
    """Whether one of the signatures is of this secret, and not older than five minutes."""
    at = headers.get("webhook-timestamp", "")
    if not at.isdecimal() or abs(time.time() - int(at)) > 300:
        return False
    signed = f"{headers.get('webhook-id', '')}.{at}.".encode() + content
    mac = hmac.new(base64.b64decode(secret.removeprefix("whsec_")), signed, hashlib.sha256).digest()
    right = "v1," + base64.b64encode(mac).decode()
    return any(hmac.compare_digest(right, one) for one in headers.get("webhook-signature", "").split())


def _facts(call: Call) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(call.headers.get("truc-parcel", "{}"))
    return found


def _secret(key: bytes) -> str:
    return "whsec_" + base64.b64encode(key).decode()
