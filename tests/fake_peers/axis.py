"""An axis that answers what a test tells it to, over real HTTP: for the oddities no real hub would show."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json

from aiohttp import web

OK = {"status": "OK", "ErrorCode": "0", "ErrorDesc": "Thanh cong"}


class FakeAxis:
    """Keeps what it was sent. `script[method]` = answers given in turn, the last one again and again.

    An answer is a dict (JSON), bytes or str (body), (HTTP status, body), a number of seconds to be silent, or a
    function of the request.
    """

    def __init__(self, secret: str = "s3cret") -> None:
        self.secret = secret
        self.script: dict[str, list] = {}
        self.calls: list[tuple[str, dict[str, str], bytes]] = []
        self.offers: dict[str, list[tuple[str, bytes]]] = {"edoc": [], "status": []}
        self.marks: list[tuple[str, str, str]] = []
        self.badly_signed = 0
        self.url = ""
        self.port = 0
        self._runner: web.AppRunner | None = None

    async def start(self) -> None:
        app = web.Application(client_max_size=1 << 30)
        app.router.add_route("*", "/{method}", self._answer)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self.port)
        await site.start()
        self.port = self._runner.addresses[0][1]
        self.url = f"http://127.0.0.1:{self.port}"

    async def stop(self) -> None:
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    def said(self, method: str) -> list[dict[str, str]]:
        """The headers of each call of a method, without their prefix."""
        return [fields for name, fields, _ in self.calls if name == method]

    async def read(self, request: web.Request) -> bytes:
        """The body of a call."""
        return await request.read()

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        body = await self.read(request)
        prefix = "XroadVnpt-"
        fields = {k[len(prefix) :]: v for k, v in request.headers.items() if k.startswith(prefix)}
        text = fields["sign-header"]
        good = hmac.new(self.secret.encode(), text.encode(), hashlib.sha256).hexdigest()
        signed = json.loads(text)
        if fields["hash-header"] != good or any(request.headers[name] != value for name, value in signed.items()):
            self.badly_signed += 1
        self.calls.append((method, fields, body))
        waiting = self.script.get(method)
        answer = (waiting.pop(0) if len(waiting) > 1 else waiting[0]) if waiting else self._usual(method, fields)
        if callable(answer):
            answer = answer(fields, body)
        if isinstance(answer, float | int):
            await asyncio.sleep(answer)
            return web.Response(text="late")
        status = 200
        if isinstance(answer, tuple):
            status, answer = answer
        if isinstance(answer, dict):
            answer = json.dumps(answer)
        return web.Response(status=status, body=answer.encode() if isinstance(answer, str) else answer)

    def _usual(self, method: str, fields: dict[str, str]):
        if method == "sendEdoc":
            return {**OK, "DocId": f"doc-{len(self.calls)}"}
        if method == "getReceivedEdocList":
            done = {doc_id for doc_id, _, _ in self.marks}
            offers = [(doc_id, data) for doc_id, data in self.offers[fields["messagetype"]] if doc_id not in done]
            return {**OK, "data": [{"docId": doc_id, "status": "initial"} for doc_id, _ in offers]}
        content = {doc_id: data for offers in self.offers.values() for doc_id, data in offers}
        if method == "downloadEdoc":
            return content.get(fields["docId"], b"")
        if method == "getEdoc":
            return {**OK, "data": base64.b64encode(content[fields["docId"]]).decode()}
        if method == "updateStatus":
            self.marks.append((fields["docId"], fields["status"], fields.get("description", "")))
            return OK
        return (404, "<html>404</html>")
