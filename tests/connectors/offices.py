"""The offices that the connectors in `broken/` speak with: one for each way, honest, and able to misbehave."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from aiohttp import web

from connectors.testing import http_peer
from connectors.testing.peer import Arrival, Mode, Offer, OfferState, Peer


class Posted(http_peer.HttpPeer):
    """Takes what is posted, once for each key."""

    modes = http_peer.HttpPeer.modes | {Mode.WRONG_DIGEST, Mode.REFUSES}

    def __init__(self) -> None:
        super().__init__()
        self.token = "the-token-4711-of-this-office"
        self.taken: dict[str, Arrival] = {}

    def settings(self) -> Mapping[str, Any]:
        return {"address": f"{self.url}/in", "token": self.token}

    async def received(self) -> list[Arrival]:
        return list(self.taken.values())

    async def answer(self, request: web.Request) -> web.StreamResponse:
        sha256 = await http_peer.read(request)
        item_id = request.headers["Item-Id"]
        self.taken.setdefault(request.headers["Idempotency-Key"], Arrival(item_id, sha256))
        return web.json_response({"id": item_id, "sha256": sha256})

    async def refuse(self, request: web.Request) -> web.StreamResponse:
        await http_peer.read(request)
        return web.json_response({"reason": "Không nhận"}, status=422)

    async def wrong_digest(self, request: web.Request) -> web.StreamResponse:
        await http_peer.read(request)
        return web.json_response({"id": "1", "sha256": "0" * 64})


class Offering(Posted):
    """Also offers packages."""

    modes = http_peer.HttpPeer.modes | {Mode.WRONG_DIGEST}
    collect_modes = frozenset({Mode.UNREACHABLE, Mode.HALF_OPEN, Mode.ERROR_500, Mode.HTML_200, Mode.EMPTY})
    collects = True

    def __init__(self) -> None:
        super().__init__()
        self.offered: list[tuple[str, bytes]] = []
        self.marks: dict[str, tuple[OfferState, str]] = {}

    def settings(self) -> Mapping[str, Any]:
        return {"address": f"{self.url}/in"}

    async def offer(self, data: bytes, message_type: str = "edoc") -> None:
        self.offered.append((message_type, data))

    async def offers(self) -> list[Offer]:
        return [
            Offer(hashlib.sha256(data).hexdigest(), *self.marks.get(f"n{number}", (OfferState.WAITING, "")))
            for number, (_, data) in enumerate(self.offered)
        ]

    async def answer(self, request: web.Request) -> web.StreamResponse:
        _, _, what, name = f"/{request.match_info['path']}///".split("/")[:4]
        if what == "offers":
            names = [f"n{number}" for number, (kind, _) in enumerate(self.offered) if kind == name]
            return web.json_response({"offers": [one for one in names if one not in self.marks]})
        if what == "content":
            return web.Response(body=self.offered[int(name[1:])][1])
        if what in ("taken", "rejected"):
            self.marks[name] = (OfferState(what), await request.text())
            return web.json_response({})
        return await super().answer(request)


class Untold(Offering):
    """Offers documents and statuses in one list, and does not say which is which."""

    typed = False

    async def offer(self, data: bytes, message_type: str = "edoc") -> None:  # noqa: ARG002 - it does not tell
        await super().offer(data, "all")


class Mistaken(Posted):
    """Its author made a mistake in it."""

    async def answer(self, request: web.Request) -> web.StreamResponse:
        return web.json_response({"sha256": await http_peer.read(request), "known": self.takn})


class Shared(Peer):
    """A folder that somebody else looks into."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="office-"))

    async def start(self) -> None:
        self.folder.mkdir(exist_ok=True)

    async def stop(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)

    def settings(self) -> Mapping[str, Any]:
        return {"folder": str(self.folder)}

    async def received(self) -> list[Arrival]:
        return [
            Arrival(path.stem, hashlib.sha256(path.read_bytes()).hexdigest())
            for path in sorted(self.folder.glob("*.xml"))
        ]
