"""A peer that is called over HTTP: every kind of trouble such a peer can be, for connectors that speak it."""

from __future__ import annotations

import abc
import asyncio
import hashlib
import socket
import traceback
from pathlib import Path
from typing import ClassVar

from aiohttp import web

from connectors.testing.peer import BeyondPeerError, Mode, Peer

_PAGE = "<!doctype html><html><head><title>Đăng nhập</title></head><body>Vui lòng đăng nhập</body></html>"
_MISTAKES = (ArithmeticError, AssertionError, AttributeError, LookupError, NameError, TypeError, ValueError)
_STATUS = {Mode.ERROR_500: 500, Mode.ERROR_503: 503, Mode.ERROR_429: 429, Mode.BROKEN: 507}


class HttpPeer(Peer):
    """Listens on loopback at `url`. A subclass answers when it behaves, and knows how to say no.

    Add `Mode.WRONG_DIGEST` and `Mode.REFUSES` to `modes` where `wrong_digest` and `refuse` are overridden.
    """

    modes: ClassVar[frozenset[Mode]] = frozenset(
        {Mode.UNREACHABLE, Mode.HALF_OPEN, Mode.ERROR_500, Mode.ERROR_503, Mode.ERROR_429, Mode.HTML_200, Mode.EMPTY,
         Mode.CUT_BEFORE_ANSWER, Mode.ENDLESS_ANSWER, Mode.SLOW_READER}
    )  # fmt: skip

    def __init__(self) -> None:
        self.port = 0
        self.mode: Mode | None = None
        self._mistakes: list[str] = []
        self._runner: web.AppRunner | None = None
        self._place: socket.socket | None = None

    @property
    def url(self) -> str:
        """Its address; the same through every trouble."""
        return f"http://127.0.0.1:{self.port}"

    @abc.abstractmethod
    async def answer(self, request: web.Request) -> web.StreamResponse:
        """What it does and says when it behaves."""

    async def refuse(self, request: web.Request) -> web.StreamResponse:
        """A definite no."""
        raise BeyondPeerError(request.path)

    async def wrong_digest(self, request: web.Request) -> web.StreamResponse:
        """Success, with the digest of other bytes."""
        raise BeyondPeerError(request.path)

    async def start(self) -> None:
        await self._listen()

    async def stop(self) -> None:
        await self._vanish()
        if self._place is not None:
            self._place.close()
            self._place = None

    async def misbehave(self, mode: Mode | None) -> None:
        was, self.mode = self.mode, mode
        if mode == Mode.UNREACHABLE:
            await self._vanish()
        elif was == Mode.UNREACHABLE:
            await self._listen()

    def mistakes(self) -> list[str]:
        return self._mistakes

    async def _listen(self) -> None:
        if self._place is not None:
            self._place.close()
            self._place = None
        app = web.Application(client_max_size=1 << 40)
        app.router.add_route("*", "/{path:.*}", self._handle)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1, access_log=None)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self.port).start()
        self.port = int(self._runner.addresses[0][1])

    async def _vanish(self) -> None:
        """Cut everything, and keep the port so that nobody else answers on it."""
        if self._runner is None:
            return
        await self._runner.cleanup()
        self._runner = None
        self._place = socket.socket()
        self._place.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._place.bind(("127.0.0.1", self.port))

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        mode = self.mode
        if mode == Mode.HALF_OPEN:
            await asyncio.Event().wait()
        if mode == Mode.SLOW_READER:
            await _read_slowly(request)
        if mode == Mode.REFUSES:
            return await self.refuse(request)
        if mode == Mode.WRONG_DIGEST:
            return await self.wrong_digest(request)
        if mode in (None, Mode.SLOW_READER):
            return await self._answer(request)
        if mode == Mode.CUT_BEFORE_ANSWER:
            await self._answer(request)
            if request.transport is not None:
                request.transport.abort()
            return web.Response()
        await read(request)
        return await self._nonsense(request, mode)

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        try:
            return await self.answer(request)
        except _MISTAKES as cause:
            place = traceback.extract_tb(cause.__traceback__)[-1]
            self._mistakes.append(f"{type(cause).__name__}: {cause} ({Path(place.filename).name}:{place.lineno})")
            raise

    async def _nonsense(self, request: web.Request, mode: Mode | None) -> web.StreamResponse:
        if mode == Mode.EMPTY:
            return web.Response()
        if mode == Mode.ENDLESS_ANSWER:
            return await _endless(request)
        status = 200 if mode is None else _STATUS.get(mode, 200)
        headers = {"Retry-After": "1000000"} if mode in (Mode.ERROR_429, Mode.ERROR_503) else {}
        return web.Response(status=status, text=_PAGE, content_type="text/html", headers=headers)


async def read(request: web.Request, cut_end: bytes = b"") -> str:
    """Read the whole body and forget it: hex SHA-256. cut_end: what the protocol adds behind the bytes."""
    digest, kept = hashlib.sha256(), b""
    async for piece in request.content.iter_chunked(1 << 18):
        kept += piece
        if len(kept) > len(cut_end):
            digest.update(kept[: len(kept) - len(cut_end)])
            kept = kept[len(kept) - len(cut_end) :]
    if kept != cut_end:
        digest.update(kept)
    return digest.hexdigest()


async def _read_slowly(request: web.Request) -> None:
    async for _ in request.content.iter_chunked(512):
        await asyncio.sleep(0.2)


async def _endless(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Type": "application/json"})
    await response.prepare(request)
    while True:
        await response.write(b" " * (1 << 16))
        await asyncio.sleep(0)
