"""The two doors as a load driver uses them: send one package; list, fetch and acknowledge what waits."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import urlencode

from edxml.testing import make_package
from hub.cli.bench.wire import Connection

SENDER = "000.00.01.H99"
RECEIVER = "000.00.02.H99"
_MARK = "0" * 32


class Mold:
    """Packages of one size that differ in their DocumentId, made without writing the XML each time."""

    def __init__(self, size: int) -> None:
        data = make_package(SENDER, (RECEIVER,), document_id=_MARK, attachments=[("tai-lieu.docx", os.urandom(size))])
        self._head, self._tail = data.split(_MARK.encode(), 1)

    def pour(self) -> tuple[bytes, bytes, bytes]:
        """One package in three pieces."""
        return self._head, uuid.uuid4().hex.encode(), self._tail


class Door(Protocol):
    """What the load loops need of a door."""

    async def send(self, line: Connection, pieces: tuple[bytes, ...]) -> None:
        """Hand one package in; raises RuntimeError when it was not accepted."""

    async def receive(self, line: Connection) -> list[str]:
        """Fetch and acknowledge everything one list offers; the DocumentIds."""


@dataclass(frozen=True, slots=True)
class Credential:
    """A system and its secret."""

    system_id: str
    secret: str


class NativeDoor:
    """`/api/v1` with a bearer token."""

    def __init__(self) -> None:
        self._token = ""

    async def sign_in(self, line: Connection, who: Credential) -> None:
        """Get a token for all further calls."""
        form = {"grant_type": "client_credentials", "client_id": who.system_id, "client_secret": who.secret}
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        status, body = await line.request("POST", "/api/v1/token", [urlencode(form).encode()], headers)
        _expect(status == 200, status, body)
        self._token = json.loads(body)["access_token"]

    async def send(self, line: Connection, pieces: tuple[bytes, ...]) -> None:
        headers = {**self._bearer(), "Content-Type": "application/xml"}
        status, body = await line.request("POST", "/api/v1/packages", pieces, headers)
        _expect(status == 201, status, body)

    async def receive(self, line: Connection) -> list[str]:
        status, body = await line.request("GET", "/api/v1/inbox?limit=50&wait=1", (), self._bearer())
        _expect(status == 200, status, body)
        taken = []
        for item in json.loads(body)["items"]:
            delivery = item["delivery_id"]
            status, body = await line.request("POST", f"/api/v1/inbox/{delivery}/lease", (), self._bearer())
            if status == 409:  # another receiver was faster
                continue
            lease = json.loads(body)["lease"]
            status, content = await line.request(
                "GET", f"/api/v1/packages/{item['package_id']}/content", (), self._bearer()
            )
            _expect(status == 200, status, content[:200])
            answer = json.dumps({"lease": lease, "sha256": hashlib.sha256(content).hexdigest()}).encode()
            headers = {**self._bearer(), "Content-Type": "application/json"}
            status, body = await line.request("POST", f"/api/v1/inbox/{delivery}/ack", [answer], headers)
            _expect(status == 200, status, body)
            taken.append(item["document_id"])
        return taken

    def _bearer(self) -> Mapping[str, str]:
        return {"Authorization": f"Bearer {self._token}"}


class VxpDoor:
    """The national axis's client protocol, signed as its SDK signs."""

    def __init__(self, who: Credential) -> None:
        self._who = who

    async def send(self, line: Connection, pieces: tuple[bytes, ...]) -> None:
        digest = hashlib.sha256()
        for piece in pieces:
            digest.update(piece)
        signed = self._signed(
            {
                "servicetype": "eDoc",
                "messagetype": "edoc",
                "from": SENDER,
                "hash-file": digest.hexdigest(),
                "Content-Type": "application/octet-stream",
            }
        )
        _, body = await line.request("POST", "/sendEdoc", (*pieces, b"\r\n"), signed)
        _expect(json.loads(body)["status"] == "OK", 200, body)

    async def receive(self, line: Connection) -> list[str]:
        kind = {"servicetype": "eDoc", "messagetype": "edoc", "Content-Type": "application/json"}
        _, body = await line.request("POST", "/getReceivedEdocList", (), self._signed(kind))
        taken = []
        for item in json.loads(body)["data"][:50]:
            named = {"docId": item["docId"], **kind}
            _, body = await line.request("POST", "/getEdoc", [b"{}"], self._signed(named))
            content = base64.b64decode(json.loads(body)["data"])
            _, body = await line.request("POST", "/updateStatus", [b"{}"], self._signed({**named, "status": "done"}))
            _expect(json.loads(body)["status"] == "OK", 200, body)
            at = content.find(b"DocumentId>") + 11
            taken.append(content[at : content.find(b"<", at)].decode())
        return taken

    def _signed(self, values: Mapping[str, str]) -> dict[str, str]:
        values = {"systemid": self._who.system_id, "timestamp": "21112026T080000+0001", **values}
        text = json.dumps({f"XroadVnpt-{name}": value for name, value in values.items()}, separators=(",", ":"))
        code = hmac.new(self._who.secret.encode(), text.encode(), hashlib.sha256).hexdigest()
        return {
            **{f"XroadVnpt-{name}": value for name, value in values.items()},
            "Content-Type": values["Content-Type"],
            "XroadVnpt-sign-header-key": ";".join(values),
            "XroadVnpt-sign-header": text,
            "XroadVnpt-hash-header": code,
        }


def _expect(holds: bool, status: int, body: bytes) -> None:
    if not holds:
        message = f"HTTP {status}: {body[:300]!r}"
        raise RuntimeError(message)
