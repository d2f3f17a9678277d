"""A hub with the native API: gives tokens, keeps what it is sent, once for the same bytes, and offers what it has."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Mapping
from typing import Any

from aiohttp import web

from connectors.testing import http_peer
from connectors.testing.peer import Arrival, Mode, Offer, OfferState

PROBLEM = "application/problem+json"


class Peer(http_peer.HttpPeer):
    modes = http_peer.HttpPeer.modes | {Mode.REFUSES, Mode.WRONG_DIGEST}
    collect_modes = http_peer.HttpPeer.modes - {Mode.CUT_BEFORE_ANSWER, Mode.SLOW_READER}
    collects = True

    def __init__(self) -> None:
        super().__init__()
        self.secret = "khoá-thử-4711-của-đại-lý"
        self.taken: dict[str, str] = {}  # sha256 -> package id
        self.offered: list[tuple[str, str, bytes]] = []  # delivery id, message type, bytes
        self.marks: dict[str, tuple[OfferState, str]] = {}
        self.leases: dict[str, str] = {}

    def settings(self) -> Mapping[str, Any]:
        return {"url": self.url, "system_id": "so-noi-vu", "secret": self.secret}

    async def received(self) -> list[Arrival]:
        return [Arrival("", sha256) for sha256 in self.taken]

    async def offer(self, data: bytes, message_type: str = "edoc") -> None:
        self.offered.append((str(uuid.uuid4()), message_type, data))

    async def offers(self) -> list[Offer]:
        return [
            Offer(hashlib.sha256(data).hexdigest(), *self.marks.get(item, (OfferState.WAITING, "")))
            for item, _, data in self.offered
        ]

    async def answer(self, request: web.Request) -> web.StreamResponse:
        words = request.path.removeprefix("/api/v1/").split("/")
        if words == ["token"]:
            return await self._token(request)
        if request.headers.get("Authorization") != "Bearer t-1":
            return _problem(401, "auth_required")
        if words == ["packages"]:
            return self._taken(await http_peer.read(request))
        if words == ["inbox"]:
            return web.json_response({"items": self._lines(), "next": None})
        if words[0] == "packages":
            return web.Response(body=self._data(words[1]), content_type="application/xml")
        return await self._received(words[1], words[2], await request.json() if words[2] != "lease" else {})

    async def refuse(self, request: web.Request) -> web.StreamResponse:
        if request.path.endswith("/token"):
            return await self._token(request)
        await http_peer.read(request)
        return _problem(422, "org_unknown")

    async def wrong_digest(self, request: web.Request) -> web.StreamResponse:
        if request.path.endswith("/token"):
            return await self._token(request)
        await http_peer.read(request)
        return web.json_response({"package_id": str(uuid.uuid4()), "sha256": "0" * 64}, status=201)

    async def _token(self, request: web.Request) -> web.StreamResponse:
        if (await request.post()).get("client_secret") != self.secret:
            return web.json_response({"error": "invalid_client"}, status=401)
        return web.json_response({"access_token": "t-1", "token_type": "Bearer", "expires_in": 900})

    def _taken(self, sha256: str) -> web.StreamResponse:
        known = sha256 in self.taken
        package_id = self.taken.setdefault(sha256, str(uuid.uuid4()))
        said = {"package_id": package_id, "sha256": sha256, "receipt": "e.y.J", "document_id": "1", "warnings": []}
        return web.json_response(said, status=200 if known else 201)

    def _lines(self) -> list[dict[str, Any]]:
        return [
            {
                "delivery_id": item, "package_id": item, "recipient": "000.00.02.H99", "size": len(data),
                "kind": "status" if message_type == "status" else "new", "sha256": hashlib.sha256(data).hexdigest(),
            }
            for item, message_type, data in self.offered
            if item not in self.marks
        ]  # fmt: skip

    def _data(self, item: str) -> bytes:
        return next(data for one, _, data in self.offered if one == item)

    async def _received(self, item: str, word: str, said: dict[str, Any]) -> web.StreamResponse:
        if word == "lease":
            self.leases[item] = str(uuid.uuid4())
            return web.json_response({"lease": self.leases[item], "content": f"/api/v1/packages/{item}/content"})
        if word == "ack":
            if item not in self.marks and said["lease"] != self.leases.get(item):
                return _problem(409, "lease_lost")
            self.marks.setdefault(item, (OfferState.TAKEN, ""))
            return web.json_response({"receipt": "e.y.J"})
        self.marks[item] = (OfferState.REJECTED, str(said.get("reason") or said.get("text")))
        return web.json_response({"package_id": item}, status=201)


def _problem(status: int, code: str) -> web.Response:
    said = {"type": f"/api/docs#{code}", "title": "Không nhận", "status": status, "code": code, "retry": "never"}
    return web.json_response(said, status=status, content_type=PROBLEM)
