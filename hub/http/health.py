"""Is it alive, is it ready: two questions for supervisors and proxies, answered without login and without addresses."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Iterable

from aiohttp import web

from hub.context import Hub
from hub.store import state

CACHE_SECONDS = 2.0
CHECK_SECONDS = 5.0


class Readiness:
    """Whether packages can be taken in now: the database answers, the blob folder takes files, nobody is stopping."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._checked_at = float("-inf")
        self._checks: dict[str, str] = {}
        self.stopping = False

    async def checks(self) -> dict[str, str]:
        """`ok` or what is wrong, by part; asked at most every two seconds."""
        if time.monotonic() - self._checked_at > CACHE_SECONDS:
            self._checks = {"database": await self._database(), "blobs": await self._blobs()}
            self._checked_at = time.monotonic()
        return {**self._checks, "hub": "stopping" if self.stopping else "ok"}

    async def ready(self) -> bool:
        """Whether every check is `ok`."""
        return all(state == "ok" for state in (await self.checks()).values())

    def beside(self) -> dict[str, str]:
        """What does not keep the hub from working: whether the antivirus scanner answered when it was last asked."""
        return {"scanner": self._hub.scanner.state} if self._hub.scanner is not None else {}

    async def _database(self) -> str:
        try:
            async with asyncio.timeout(CHECK_SECONDS):
                await self._hub.db.read(lambda connection: state.get(connection, "log.origin"))
        except Exception as error:  # noqa: BLE001 - whatever it is, the answer is: not ready
            return f"down ({type(error).__name__})"
        return "ok"

    async def _blobs(self) -> str:
        folder = self._hub.blobs.folder
        writable = await asyncio.to_thread(os.access, folder, os.W_OK | os.X_OK)
        return "ok" if writable else "not writable"


READINESS = web.AppKey("readiness", Readiness)


def routes() -> Iterable[web.RouteDef]:
    """/health/live and /health/ready."""
    return [web.get("/health/live", _live), web.get("/health/ready", _ready)]


async def _live(_request: web.Request) -> web.Response:
    return web.json_response({"status": "live"}, headers=_FRESH)


async def _ready(request: web.Request) -> web.Response:
    readiness = request.app[READINESS]
    checks = await readiness.checks()
    good = all(state == "ok" for state in checks.values())
    body = {"status": "ready" if good else "not_ready", "checks": checks, **readiness.beside()}
    return web.json_response(body, status=200 if good else 503, headers=_FRESH)


_FRESH = {"Cache-Control": "no-store"}
