"""A certification authority on loopback: serves lists and OCSP of a TestCA over real HTTP, well or badly."""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from datetime import datetime
from typing import Self

from aiohttp import web

from edxml.testing import TestCA


class Authority:
    """Lists at /crl/*.crl and OCSP at /ocsp. `ca` names this address in its certificates.

    manner: well | slow | endless | redirect | garbage | foreign (answers of another authority) | error | packed.
    at: the moment its answers are of; None = the authority's own. asked: requests by path, whatever came of them.
    """

    def __init__(self, **options) -> None:
        self.manner = "well"
        self.at: datetime | None = None
        self.asked: Counter[str] = Counter()
        self.agents: set[str] = set()
        self.slow_seconds = 30.0
        self._options = options
        self._runner: web.AppRunner | None = None
        self._port = 0
        self._stopping = asyncio.Event()

    async def __aenter__(self) -> Self:
        await self.start()
        self.address = f"http://127.0.0.1:{self._port}"
        self.ca = TestCA(address=self.address, **self._options)
        self.other = TestCA(address=self.address, **self._options)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def start(self) -> None:
        """Answer (again), at the same port."""
        self._stopping.clear()
        app = web.Application(client_max_size=1 << 20)
        app.router.add_route("*", "/{path:.*}", self._answer)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1, access_log=None)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self._port, reuse_address=True)
        await site.start()
        self._port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        """Nobody listens."""
        self._stopping.set()
        runner, self._runner = self._runner, None
        if runner is not None:
            await runner.cleanup()

    @property
    def calls(self) -> int:
        return sum(self.asked.values())

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        self.asked[request.path] += 1
        self.agents.add(request.headers.get("User-Agent", ""))
        match self.manner:
            case "slow":
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._stopping.wait(), self.slow_seconds)
                return web.Response(status=503)
            case "endless":
                return await self._endless(request)
            case "redirect":
                return web.Response(status=302, headers={"Location": f"{self.address}/elsewhere"})
            case "garbage":
                return web.Response(body=b"<html>maintenance</html>")
            case "error":
                return web.Response(status=500)
            case "packed":
                return web.Response(body=b"\x1f\x8b" + bytes(1000), headers={"Content-Encoding": "gzip"})
        return web.Response(body=self._content(request.path, await request.read()))

    def _content(self, path: str, body: bytes) -> bytes:
        ca = self.other if self.manner == "foreign" else self.ca
        if path == "/ocsp":
            return ca.answer_ocsp(body, self.at)
        for issuer in (ca.root, ca.intermediate):
            if path == f"/crl/{issuer.name}.crl":
                return ca.crl_for(issuer, self.at)
        raise web.HTTPNotFound

    async def _endless(self, request: web.Request) -> web.StreamResponse:
        answer = web.StreamResponse()
        await answer.prepare(request)
        with contextlib.suppress(ConnectionError, asyncio.CancelledError):
            while not self._stopping.is_set():
                await answer.write(bytes(1 << 16))
        return answer
