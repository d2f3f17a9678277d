"""How long a connection may stand still: who sends or reads slower than any real line is let go.

A thousand callers that send one byte a second hold a thousand connections for ever otherwise. The time of a request's
head is bounded by the library (`keepalive_timeout`); its body and the reading of an answer are bounded here.
"""

from __future__ import annotations

import asyncio
from typing import Any

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError
from aiohttp.web_protocol import RequestHandler
from prometheus_client import Counter

LOOK_SECONDS = 15.0
BYTES_PER_LOOK = 2048
"""Less than this in LOOK_SECONDS is standing still."""

STRIKES = 3
"""How often a connection is seen standing still, one look after the other, before it is cut."""


_UNREADABLE = Counter("hub_unreadable_requests_total", "Requests that were not HTTP, or beyond its limits")


class Runner(web.AppRunner):
    """An application's runner with connections of a kind of our own."""

    def __init__(self, app: web.Application, kind: type[Connection], **options: Any) -> None:
        super().__init__(app, **options)
        self._kind = kind

    async def _make_server(self) -> web.Server:
        made = await super()._make_server()
        return _Server(
            self._kind,
            made.request_handler,
            request_factory=made.request_factory,
            handler_cancellation=made.handler_cancellation,
            loop=made._loop,  # noqa: SLF001 - handed on to the same class
            **made._kwargs,  # noqa: SLF001
        )


class _Server(web.Server):
    def __init__(self, kind: type[Connection], *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._kind = kind

    def __call__(self) -> RequestHandler:
        return self._kind(self, loop=self._loop, **self._kwargs)


class Connection(RequestHandler):
    """A connection that is looked at every LOOK_SECONDS."""

    __slots__ = ("_look", "_moved", "_strikes", "_unsent")

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._moved = 0
        self._strikes = 0
        self._unsent = 0
        self._look: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin to look."""
        super().connection_made(transport)
        self._look = self._loop.call_later(LOOK_SECONDS, self._watch)

    def data_received(self, data: bytes) -> None:
        """Count what came."""
        self._moved += len(data)
        super().data_received(data)

    def log_exception(self, *args: Any, **options: Any) -> None:
        """Requests that are no HTTP are counted: one line each, with a stack, would let anybody fill the log."""
        if isinstance(options.get("exc_info"), HttpProcessingError):
            _UNREADABLE.inc()
        else:
            super().log_exception(*args, **options)

    def connection_lost(self, exc: BaseException | None) -> None:
        """Look no more."""
        if self._look is not None:
            self._look.cancel()
        super().connection_lost(exc)

    def _watch(self) -> None:
        if self.transport is None:
            return
        self._strikes = self._strikes + 1 if self._sends_nothing() or self._reads_nothing() else 0
        self._moved, self._unsent = 0, self.transport.get_write_buffer_size()
        if self._strikes >= STRIKES:
            self.transport.abort()
            return
        self._look = self._loop.call_later(LOOK_SECONDS, self._watch)

    def _sends_nothing(self) -> bool:
        """A body is on its way and we would take it, yet hardly anything comes."""
        request = self._current_request
        if request is None or self._reading_paused or self._buffer_paused or request.content.is_eof():
            return False
        return self._moved < BYTES_PER_LOOK

    def _reads_nothing(self) -> bool:
        """We wait to go on sending, and hardly anything was taken since the last look."""
        assert self.transport is not None, "only an open connection is watched"
        taken = self._unsent - self.transport.get_write_buffer_size()
        return self.writing_paused and self._unsent > 0 and taken < BYTES_PER_LOOK
