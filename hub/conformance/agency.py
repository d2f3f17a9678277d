"""A made-up agency of the sandbox: it sends, fetches, answers, refuses and takes back, over the native door."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp

_PIECE = 1 << 18


@dataclass(slots=True)
class Agency:
    """One agency with a system of its own, straight at the hub: the faulty line lies before the others only."""

    url: str
    code: str
    system_id: str
    secret: str = field(repr=False)
    session: aiohttp.ClientSession = field(repr=False)
    token: str = field(default="", repr=False)

    async def send(self, package: bytes | Path) -> dict[str, Any]:
        """Hand a package in; what the hub answers: package_id, document_id, sha256, …"""
        data = package if isinstance(package, bytes) else _pieces(package)
        headers = {"Content-Type": "application/xml"}
        return await self._json("POST", "/packages", data=data, headers=headers)

    async def package(self, package_id: str) -> dict[str, Any]:
        """What is known of a package it sent."""
        return await self._json("GET", f"/packages/{package_id}")

    async def timeline(self, package_id: str) -> list[dict[str, Any]]:
        """What happened to it, oldest first."""
        found: list[dict[str, Any]] = (await self._json("GET", f"/packages/{package_id}/timeline"))["events"]
        return found

    async def withdraw(self, package_id: str, reason: str) -> dict[str, Any]:
        """Want it back."""
        return await self._json("POST", f"/packages/{package_id}/withdraw", json={"reason": reason, "kind": "recall"})

    async def waiting(self) -> list[dict[str, Any]]:
        """The lines of its inbox."""
        found: list[dict[str, Any]] = (await self._json("GET", "/inbox", params={"limit": "200"}))["items"]
        return found

    async def take(self, item: dict[str, Any]) -> bytes:
        """Fetch one package of the inbox and acknowledge it."""
        place = f"/inbox/{item['delivery_id']}"
        lease = await self._json("POST", f"{place}/lease")
        data = await self._bytes("GET", f"/packages/{item['package_id']}/content")
        said = {"lease": lease["lease"], "sha256": hashlib.sha256(data).hexdigest()}
        await self._json("POST", f"{place}/ack", json=said)
        return data

    async def say(self, delivery_id: str, code: str, **words: Any) -> None:
        """Tell the sender what became of its document."""
        await self._json("POST", f"/inbox/{delivery_id}/status", json={"code": code, **words})

    async def _json(self, method: str, path: str, **more: Any) -> dict[str, Any]:
        async with await self._call(method, path, **more) as answer:
            found: dict[str, Any] = await answer.json(content_type=None)
            return found

    async def _bytes(self, method: str, path: str) -> bytes:
        async with await self._call(method, path) as answer:
            return await answer.read()

    async def _call(self, method: str, path: str, **more: Any) -> aiohttp.ClientResponse:
        if not self.token:
            form = {"grant_type": "client_credentials", "client_id": self.system_id, "client_secret": self.secret}
            async with self.session.post(f"{self.url}/api/v1/token", data=form) as answer:
                answer.raise_for_status()
                self.token = (await answer.json())["access_token"]
        headers = {"Authorization": f"Bearer {self.token}", **more.pop("headers", {})}
        answer = await self.session.request(method, f"{self.url}/api/v1{path}", headers=headers, **more)
        if answer.status >= 400:
            said = (await answer.text())[:300]
            answer.release()
            message = f"{method} {path}: {answer.status} {said}"
            raise aiohttp.ClientPayloadError(message)
        return answer


async def _pieces(path: Path) -> AsyncIterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            yield piece
