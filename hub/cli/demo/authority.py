"""A made-up certification authority on loopback: revocation lists and OCSP over plain HTTP, as real ones serve them."""

from __future__ import annotations

from aiohttp import web

from edxml.testing import TestCA


class Authority:
    """One authority with its server, which can be away for a while."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._port = 0
        self._runner: web.AppRunner | None = None
        self.ca: TestCA

    async def open(self) -> TestCA:
        """Answer for the first time: from now on its certificates name this address."""
        await self.start()
        self.ca = TestCA(name=self._name, address=f"http://127.0.0.1:{self._port}")
        return self.ca

    async def start(self) -> None:
        """Answer, at the same port as before."""
        app = web.Application(client_max_size=1 << 16)
        app.add_routes([web.get("/crl/{name}.crl", self._list), web.post("/ocsp", self._ocsp)])
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self._port, reuse_address=True).start()
        self._port = int(self._runner.addresses[0][1])

    async def stop(self) -> None:
        """Nobody answers there any more."""
        runner, self._runner = self._runner, None
        if runner is not None:
            await runner.cleanup()

    async def _list(self, request: web.Request) -> web.Response:
        for issuer in (self.ca.root, self.ca.intermediate):
            if issuer.name == request.match_info["name"]:
                return web.Response(body=self.ca.crl_for(issuer), content_type="application/pkix-crl")
        raise web.HTTPNotFound

    async def _ocsp(self, request: web.Request) -> web.Response:
        try:
            body = self.ca.answer_ocsp(await request.read())
        except ValueError as wrong:
            raise web.HTTPBadRequest from wrong
        return web.Response(body=body, content_type="application/ocsp-response")
