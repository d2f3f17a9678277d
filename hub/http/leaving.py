"""How a hub that stops takes leave: an answer that has begun may finish, a long poll is told to come again."""

from __future__ import annotations

import asyncio
from typing import Any

from aiohttp import web
from aiohttp.typedefs import Handler

RETRY_SECONDS = 2


class Leaving:
    """The safe requests (GET, HEAD) of one application that have not begun to answer."""

    def __init__(self) -> None:
        self._waiting: set[asyncio.Task[Any]] = set()
        self._dropped: set[asyncio.Task[Any]] = set()

    def join(self, app: web.Application) -> None:
        """Watch the requests of `app`; when its runner shuts down, those that only wait are ended."""
        app.middlewares.insert(0, self._middleware())
        app.on_response_prepare.append(self._begun)
        app.on_shutdown.append(self._hurry)

    def _middleware(self) -> Any:
        @web.middleware
        async def leaving(request: web.Request, handler: Handler) -> web.StreamResponse:
            task = asyncio.current_task()
            if request.method not in {"GET", "HEAD"} or task is None:
                return await handler(request)
            self._waiting.add(task)
            try:
                return await handler(request)
            except asyncio.CancelledError:
                if task not in self._dropped:
                    raise
                task.uncancel()
                return web.Response(status=503, headers={"Retry-After": str(RETRY_SECONDS), "Connection": "close"})
            finally:
                self._waiting.discard(task)
                self._dropped.discard(task)

        return leaving

    async def _begun(self, _request: web.BaseRequest, _response: web.StreamResponse) -> None:
        task = asyncio.current_task()
        if task is not None:
            self._waiting.discard(task)

    async def _hurry(self, _app: web.Application) -> None:
        for task in list(self._waiting):
            self._dropped.add(task)
            task.cancel()
