"""The two doors as a load driver uses them: send one package; list, fetch and acknowledge what waits."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import urlencode

from edxml.testing import make_package
from hub.cli.bench.wire import Connection

SENDER = "000.00.01.H99"
_MARK = "0" * 32
_EDOC = {"servicetype": "eDoc", "messagetype": "edoc", "Content-Type": "application/json"}


def receiver(number: int) -> str:
    """The organ id of the receiving agency with this number."""
    return f"{number + 1:03}.00.02.H99"


class Mold:
    """Packages with one document for one recipient that differ in their DocumentId, made without writing XML again."""

    def __init__(self, document: bytes, to: str) -> None:
        """document: the PDF they all carry."""
        data = make_package(SENDER, (to,), document_id=_MARK, attachments=[("van-ban.pdf", document)])
        head, tail = data.split(_MARK.encode(), 1)
        self.ends = head, tail.replace(_MARK.encode(), b"1" * 32)
        """What stands before and behind the DocumentId."""

    def pour(self) -> tuple[bytes, bytes, bytes]:
        """One package in three pieces."""
        return self.ends[0], uuid.uuid4().hex.encode(), self.ends[1]


@dataclass(frozen=True, slots=True)
class Offer:
    """One waiting thing: its id at the door and the package behind it ('' where the door does not say)."""

    id: str
    package_id: str = ""


class Door(Protocol):
    """What load and chaos need of a door."""

    async def send(self, line: Connection, pieces: tuple[bytes, ...]) -> str:
        """Hand one package in; the receipt or transport id. Raises RuntimeError when it was not accepted."""

    async def offers(self, line: Connection) -> list[Offer]:
        """What waits now."""

    async def fetch(self, line: Connection, offer: Offer) -> bytes | None:
        """Its content; None when somebody else was faster."""

    async def confirm(self, line: Connection, offer: Offer, content: bytes) -> bool:
        """Say that the content is stored; False when another receiver took it over. Raises RuntimeError."""


async def receive(door: Door, line: Connection) -> list[str]:
    """Fetch and acknowledge everything one list offers; the DocumentIds."""
    taken = []
    for offer in await door.offers(line):
        content = await door.fetch(line, offer)
        if content is None:
            continue
        if await door.confirm(line, offer, content):
            taken.append(document_id(content))
    return taken


def document_id(content: bytes) -> str:
    """The DocumentId of a package made by a Mold."""
    at = content.find(b"DocumentId>") + 11
    return content[at : content.find(b"<", at)].decode()


@dataclass(frozen=True, slots=True)
class Credential:
    """A system and its secret."""

    system_id: str
    secret: str


class NativeDoor:
    """`/api/v1` with a bearer token."""

    def __init__(self) -> None:
        self._token = ""
        self._leases: dict[tuple[int, str], str] = {}

    async def sign_in(self, line: Connection, who: Credential) -> None:
        """Get a token for all further calls."""
        form = {"grant_type": "client_credentials", "client_id": who.system_id, "client_secret": who.secret}
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        status, body = await line.request("POST", "/api/v1/token", [urlencode(form).encode()], headers)
        _expect(status == 200, status, body)
        self._token = json.loads(body)["access_token"]

    async def send(self, line: Connection, pieces: tuple[bytes, ...]) -> str:
        headers = {**self._bearer(), "Content-Type": "application/xml"}
        status, body = await line.request("POST", "/api/v1/packages", pieces, headers)
        _expect(status in (200, 201), status, body)
        receipt: str = json.loads(body)["receipt"]
        return receipt

    async def offers(self, line: Connection) -> list[Offer]:
        status, body = await line.request("GET", "/api/v1/inbox?limit=50&wait=1", (), self._bearer())
        _expect(status == 200, status, body)
        return [Offer(item["delivery_id"], item["package_id"]) for item in json.loads(body)["items"]]

    async def fetch(self, line: Connection, offer: Offer) -> bytes | None:
        status, body = await line.request("POST", f"/api/v1/inbox/{offer.id}/lease", (), self._bearer())
        if status == 409:
            return None
        _expect(status == 200, status, body)
        self._leases[id(line), offer.id] = json.loads(body)["lease"]
        status, content = await line.request("GET", f"/api/v1/packages/{offer.package_id}/content", (), self._bearer())
        _expect(status == 200, status, content)
        return content

    async def confirm(self, line: Connection, offer: Offer, content: bytes) -> bool:
        digest = hashlib.sha256(content).hexdigest()
        answer = json.dumps({"lease": self._leases.pop((id(line), offer.id)), "sha256": digest}).encode()
        headers = {**self._bearer(), "Content-Type": "application/json"}
        status, body = await line.request("POST", f"/api/v1/inbox/{offer.id}/ack", [answer], headers)
        _expect(status in (200, 409), status, body)
        return status == 200

    def _bearer(self) -> Mapping[str, str]:
        return {"Authorization": f"Bearer {self._token}"}


class VxpDoor:
    """The national axis's client protocol, signed as its SDK signs."""

    def __init__(self, who: Credential) -> None:
        self._who = who

    async def send(self, line: Connection, pieces: tuple[bytes, ...]) -> str:
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
        answer = json.loads(body)
        _expect(answer["status"] == "OK", 200, body)
        doc_id: str = answer["DocId"]
        return doc_id

    async def offers(self, line: Connection) -> list[Offer]:
        _, body = await line.request("POST", "/getReceivedEdocList", (), self._signed(_EDOC))
        answer = json.loads(body)
        _expect(answer["status"] == "OK", 200, body)
        return [Offer(item["docId"]) for item in answer["data"]]

    async def fetch(self, line: Connection, offer: Offer) -> bytes | None:
        _, body = await line.request("POST", "/getEdoc", [b"{}"], self._signed({"docId": offer.id, **_EDOC}))
        answer = json.loads(body)
        _expect(answer["status"] == "OK", 200, body)
        return base64.b64decode(answer["data"])

    async def confirm(self, line: Connection, offer: Offer, content: bytes) -> bool:  # noqa: ARG002 - no digest on this wire
        done = self._signed({"docId": offer.id, **_EDOC, "status": "done"})
        _, body = await line.request("POST", "/updateStatus", [b"{}"], done)
        _expect(json.loads(body)["status"] == "OK", 200, body)
        return True

    def signed_call(self) -> dict[str, str]:
        """The headers of a call without further values, for documents."""
        return self._signed(_EDOC)

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
