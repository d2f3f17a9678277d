"""A hub of the national axis's protocol: keeps what it is sent, once for the same bytes, and offers what it has."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Any

from aiohttp import web

from connectors.testing import http_peer
from connectors.testing.peer import Arrival, Mode, Offer, OfferState

OK = {"status": "OK", "ErrorCode": "0", "ErrorDesc": "Thanh cong"}
PREFIX = "XroadVnpt-"
_STATES = {"done": OfferState.TAKEN, "fail": OfferState.REJECTED}


class Peer(http_peer.HttpPeer):
    modes = http_peer.HttpPeer.modes | {Mode.REFUSES}
    collect_modes = http_peer.HttpPeer.modes - {Mode.CUT_BEFORE_ANSWER, Mode.SLOW_READER}
    collects = True

    def __init__(self) -> None:
        super().__init__()
        self.secret = "chìa-khoá-thử-nghiệm-4711"
        self.taken: dict[str, str] = {}  # sha256 -> DocId
        self.offered: list[tuple[str, bytes]] = []
        self.marks: dict[int, tuple[OfferState, str]] = {}

    def settings(self) -> Mapping[str, Any]:
        return {"endpoint": self.url, "system_id": "00.01.H99", "secret": self.secret}

    async def received(self) -> list[Arrival]:
        return [Arrival("", sha256) for sha256 in self.taken]

    async def offer(self, data: bytes, message_type: str = "edoc") -> None:
        self.offered.append((message_type, data))

    async def offers(self) -> list[Offer]:
        return [
            Offer(hashlib.sha256(data).hexdigest(), *self.marks.get(number, (OfferState.WAITING, "")))
            for number, (_, data) in enumerate(self.offered)
        ]

    async def answer(self, request: web.Request) -> web.StreamResponse:
        fields = {k[len(PREFIX) :]: v for k, v in request.headers.items() if k.startswith(PREFIX)}
        signed = hmac.new(self.secret.encode(), fields["sign-header"].encode(), hashlib.sha256).hexdigest()
        if signed != fields["hash-header"]:
            return web.json_response({"status": "FAIL", "ErrorCode": "15", "ErrorDesc": "sai khoa"})
        return await getattr(self, f"_{request.match_info['path']}")(request, fields)

    async def refuse(self, request: web.Request) -> web.StreamResponse:
        await http_peer.read(request)
        return web.json_response({"status": "FAIL", "ErrorCode": "18", "ErrorDesc": "Không có đơn vị nhận"})

    async def _sendEdoc(self, request: web.Request, _: Mapping[str, str]) -> web.StreamResponse:  # noqa: N802
        sha256 = await http_peer.read(request, b"\r\n")
        doc_id = self.taken.setdefault(sha256, f"doc-{len(self.taken)}")
        return web.json_response({**OK, "DocId": doc_id})

    async def _getReceivedEdocList(self, _: web.Request, fields: Mapping[str, str]) -> web.StreamResponse:  # noqa: N802
        waiting = [
            {"docId": f"offer-{number}", "status": "initial"}
            for number, (kind, _) in enumerate(self.offered)
            if kind == fields["messagetype"] and number not in self.marks
        ]
        return web.json_response({**OK, "data": waiting}, dumps=json.dumps)

    async def _downloadEdoc(self, _: web.Request, fields: Mapping[str, str]) -> web.StreamResponse:  # noqa: N802
        return web.Response(body=self.offered[_number(fields)][1])

    async def _updateStatus(self, _: web.Request, fields: Mapping[str, str]) -> web.StreamResponse:  # noqa: N802
        self.marks[_number(fields)] = (_STATES[fields["status"]], fields.get("description", ""))
        return web.json_response(OK)


def _number(fields: Mapping[str, str]) -> int:
    return int(fields["docId"].removeprefix("offer-"))
