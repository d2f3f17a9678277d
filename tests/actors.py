"""Actors: office systems that speak the native API over real HTTP, for whole stories told in tests.

An actor knows only what an outside programmer knows: the address, its system id and its secret.
"""

from __future__ import annotations

import asyncio
import hashlib
import io
import json
from dataclasses import dataclass, field
from typing import Any, Self

import aiohttp

TOTAL_SECONDS = 120


@dataclass(frozen=True)
class Heard:
    """One answer: status, headers and bytes as they came."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def code(self) -> str:
        """The code of a problem."""
        assert self.headers["content-type"].startswith("application/problem+json"), (self.status, self.body[:300])
        problem = self.json
        assert problem["status"] == self.status
        return problem["code"]

    def expect(self, *statuses: int) -> Any:
        """The JSON of an answer with one of these statuses; anything else fails the test with its text."""
        assert self.status in (statuses or (200,)), (self.status, self.body[:1000].decode(errors="replace"))
        return self.json


@dataclass
class Office:
    """A system of one or more agencies, speaking the native API."""

    url: str
    system_id: str
    secret: str
    codes: tuple[str, ...] = ()
    session: aiohttp.ClientSession = field(default=None)  # type: ignore[assignment]
    token: str = ""

    @property
    def code(self) -> str:
        """The organ id of its first agency."""
        return self.codes[0]

    async def __aenter__(self) -> Self:
        timeout = aiohttp.ClientTimeout(total=TOTAL_SECONDS)
        self.session = aiohttp.ClientSession(timeout=timeout, auto_decompress=False)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.session.close()

    async def sign_in(self) -> str:
        """Buy a token with the secret."""
        form = {"grant_type": "client_credentials", "client_id": self.system_id, "client_secret": self.secret}
        async with self.session.post(f"{self.url}/api/v1/token", data=form) as response:
            assert response.status == 200, await response.text()
            self.token = (await response.json())["access_token"]
        return self.token

    async def call(self, method: str, path: str, *, headers: dict[str, str] | None = None, **more: Any) -> Heard:
        """One call below /api/v1, signed in first when need be."""
        if not self.token:
            await self.sign_in()
        sent = {"Authorization": f"Bearer {self.token}", **(headers or {})}
        address = self.url + (path if path.startswith("/api/") else f"/api/v1{path}")
        async with self.session.request(method, address, headers=sent, **more) as response:
            body = await response.read()
            return Heard(response.status, {name.lower(): value for name, value in response.headers.items()}, body)

    async def get(self, path: str, **more: Any) -> Heard:
        return await self.call("GET", path, **more)

    async def post(self, path: str, **more: Any) -> Heard:
        return await self.call("POST", path, **more)

    # ------------------------------------------------------------------------------------------- sending

    async def offer(self, package: bytes, **more: Any) -> Heard:
        """Send a package and hear whatever the hub says."""
        headers = {"Content-Type": "application/xml", **more.pop("headers", {})}
        return await self.post("/packages", data=io.BytesIO(package), headers=headers, **more)

    async def send(self, package: bytes) -> dict[str, Any]:
        """Send a package that the hub takes; its answer."""
        return (await self.offer(package)).expect(200, 201)

    async def send_files(self, metadata: dict[str, Any], *files: tuple[str, bytes]) -> Heard:
        """Send metadata and files; the hub writes the package."""
        form = aiohttp.FormData()
        form.add_field("metadata", json.dumps(metadata, ensure_ascii=False), content_type="application/json")
        for name, data in files:
            form.add_field("files", data, filename=name, content_type="application/octet-stream")
        return await self.post("/packages", data=form)

    async def withdraw(self, package_id: str, reason: str = "Gửi nhầm", **more: Any) -> dict[str, Any]:
        """Have a package back; what became of each copy."""
        return (await self.post(f"/packages/{package_id}/withdraw", json={"reason": reason, **more})).expect(200)

    # ----------------------------------------------------------------------------------------- receiving

    async def inbox(self, *, wait: int = 0, **query: Any) -> list[dict[str, Any]]:
        """The first page of what waits."""
        return (await self.get("/inbox", params={"wait": str(wait), **query})).expect(200)["items"]

    async def lease(self, delivery_id: str) -> dict[str, Any]:
        return (await self.post(f"/inbox/{delivery_id}/lease")).expect(200)

    async def content(self, package_id: str, **more: Any) -> bytes:
        heard = await self.get(f"/packages/{package_id}/content", **more)
        assert heard.status in (200, 206), (heard.status, heard.body[:500])
        return heard.body

    async def ack(self, delivery_id: str, lease: str, data: bytes) -> dict[str, Any]:
        said = {"lease": lease, "sha256": hashlib.sha256(data).hexdigest()}
        return (await self.post(f"/inbox/{delivery_id}/ack", json=said)).expect(200)

    async def receive(self, *, wait: int = 10) -> tuple[dict[str, Any], bytes, str]:
        """Take the first waiting delivery whole: lease, fetch, acknowledge. Its inbox line, the bytes, the receipt."""
        items = await self.inbox(wait=wait)
        assert items, f"nothing waits for {self.system_id}"
        lease = await self.lease(items[0]["delivery_id"])
        data = await self.content(items[0]["package_id"])
        receipt = (await self.ack(items[0]["delivery_id"], lease["lease"], data))["receipt"]
        return items[0], data, receipt

    async def receive_all(self) -> list[tuple[dict[str, Any], bytes]]:
        """Everything that waits now."""
        found = []
        while await self.inbox():
            item, data, _ = await self.receive(wait=0)
            found.append((item, data))
        return found

    async def say(self, delivery_id: str, code: str, **more: Any) -> Heard:
        """Tell the sender what became of a document."""
        return await self.post(f"/inbox/{delivery_id}/status", json={"code": code, **more})

    # ------------------------------------------------------------------------------------------ watching

    async def package(self, package_id: str) -> dict[str, Any]:
        return (await self.get(f"/packages/{package_id}")).expect(200)

    async def timeline(self, package_id: str) -> list[dict[str, Any]]:
        return (await self.get(f"/packages/{package_id}/timeline")).expect(200)["events"]

    async def receipt(self, package_id: str) -> str:
        heard = await self.get(f"/packages/{package_id}/receipt")
        assert heard.status == 200, heard.body[:500]
        assert heard.headers["content-type"] == "application/jose"
        return heard.body.decode("ascii")

    async def events(self) -> list[dict[str, Any]]:
        """All own events so far."""
        found: list[dict[str, Any]] = []
        cursor = "0"
        while True:
            page = (await self.get("/events", params={"cursor": cursor, "limit": "200"})).expect(200)
            found += page["items"]
            if page["next"] is None:
                return found
            cursor = page["next"]

    async def until(self, package_id: str, recipient: str, status: str, *, seconds: float = 60) -> dict[str, Any]:
        """The package once one recipient's delivery has this status."""
        async with asyncio.timeout(seconds):
            while True:
                shown = await self.package(package_id)
                if any(one["recipient"] == recipient and one["status"] == status for one in shown["deliveries"]):
                    return shown
                await asyncio.sleep(0.05)
