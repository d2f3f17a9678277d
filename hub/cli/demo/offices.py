"""The software of the agencies: clients that know only an address and a secret, and speak real HTTP."""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote

from connectors import base, vxp
from edxml import model
from hub.cli.client_send import Form
from hub.cli.demo import papers
from hub.cli.demo.cast import Role
from hub.cli.errors import CommandError
from hub.cli.http_client import API, Client

T = TypeVar("T")

PATIENCE_SECONDS = 20.0
"""How long an office waits for what must come; on an idle machine it comes in a fraction of a second."""

_PAUSE_SECONDS = 0.05


class NothingCameError(Exception):
    """What had to arrive did not; the text says who waited for what."""


TROUBLE = (NothingCameError, CommandError, base.PeerTroubleError, KeyError, IndexError)
"""What an office meets when a hub does not keep its word, odd answers included."""


@dataclass(frozen=True, slots=True)
class Taken:
    """One package an office has fetched and acknowledged. receipt: '' where the door gives none."""

    data: bytes
    package: model.Package
    files: list[bytes]
    delivery_id: str = ""
    package_id: str = ""
    receipt: str = ""

    @property
    def sha256(self) -> str:
        """Digest of the bytes that arrived."""
        return hashlib.sha256(self.data).hexdigest()


class NativeOffice:
    """An office system on the native API, /api/v1: the same client as the commands `truc send`, `inbox`, `get`."""

    def __init__(self, role: Role, url: str, system_id: str, secret: str) -> None:
        self.role = role
        self._client = Client(url, system_id, secret)

    async def send(self, data: bytes) -> dict[str, Any]:
        """POST one package. Raises CommandError when it is refused."""
        return await _away(lambda: self._client.upload(f"{API}/packages", [data], "application/xml", len(data)))

    async def try_out(self, data: bytes) -> dict[str, Any]:
        """What the hub would say of a package; nothing is stored. Raises CommandError."""
        return await _away(lambda: self._client.upload(f"{API}/packages/dry-run", [data], "application/xml", len(data)))

    async def send_files(self, envelope: dict[str, Any], files: list[Path]) -> dict[str, Any]:
        """POST files with their metadata; the hub writes the package. Raises CommandError."""
        form = Form(envelope, files)
        return await _away(lambda: self._client.upload(f"{API}/packages", form.pieces(), form.content_type, form.size))

    async def listed(self, document_id: str, *, kind: str = "new", code: str = "") -> dict[str, Any] | None:
        """The line of the inbox for this document (or this status about it), None when there is none now."""
        page = await self.get("/inbox", {"limit": 200})
        for item in page["items"]:
            if item["document_id"] == document_id and item["kind"] == kind and item["status_code"] == code:
                line: dict[str, Any] = item
                return line
        return None

    async def wait_for(self, document_id: str, *, kind: str = "new", code: str = "") -> dict[str, Any]:
        """The same, once it has come. Raises NothingCameError."""
        until = time.monotonic() + PATIENCE_SECONDS
        while (item := await self.listed(document_id, kind=kind, code=code)) is None:
            _still(until, self.role, f"{kind} {code} {document_id}")
            await asyncio.sleep(_PAUSE_SECONDS)
        return item

    async def wait_for_verdict(self, package_id: str, verdict: str) -> dict[str, Any]:
        """The verdicts of a package once they are this, or as they are when patience ends."""
        until = time.monotonic() + 3 * PATIENCE_SECONDS
        while True:
            found = await self.get(f"/packages/{package_id}/verdicts")
            if found["verdict"] == verdict or time.monotonic() > until:
                return found
            await asyncio.sleep(_PAUSE_SECONDS)

    async def wait_for_delivery(self, package_id: str) -> None:
        """Until each copy of a package of one's own is delivered. Raises NothingCameError."""
        until = time.monotonic() + PATIENCE_SECONDS
        while any(one["status"] != "delivered" for one in (await self.get(f"/packages/{package_id}"))["deliveries"]):
            _still(until, self.role, f"the receipt of delivery for {package_id}")
            await asyncio.sleep(_PAUSE_SECONDS)

    async def take(self, document_id: str, *, kind: str = "new", code: str = "") -> Taken:
        """List, lease, fetch, acknowledge by digest."""
        item = await self.wait_for(document_id, kind=kind, code=code)
        place = f"{API}/inbox/{item['delivery_id']}"
        lease = await _away(lambda: self._client.post(f"{place}/lease", {}))
        content = f"{API}/packages/{item['package_id']}/content"
        data = await _away(lambda: b"".join(self._client.download(content)))
        digest = hashlib.sha256(data).hexdigest()
        done = await _away(lambda: self._client.post(f"{place}/ack", {"lease": lease["lease"], "sha256": digest}))
        package, files = await _away(lambda: papers.open_package(data))
        return Taken(data, package, files, item["delivery_id"], item["package_id"], done["receipt"])

    async def say(self, taken: Taken, code: str, **words: str | bool) -> dict[str, Any]:
        """Report a status about a document that was taken."""
        return await _away(
            lambda: self._client.post(f"{API}/inbox/{taken.delivery_id}/status", {"code": code, **words})
        )

    async def withdraw(self, package_id: str, reason: str, kind: str) -> dict[str, Any]:
        """Ask for a document of one's own back."""
        path = f"{API}/packages/{package_id}/withdraw"
        return await _away(lambda: self._client.post(path, {"reason": reason, "kind": kind}))

    async def post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """POST anything below /api/v1."""
        return await _away(lambda: self._client.post(API + quote(path), body))

    async def put(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """PUT anything below /api/v1."""
        return await _away(lambda: self._client.put(API + quote(path), body))

    async def get(self, path: str, query: dict[str, object] | None = None) -> dict[str, Any]:
        """GET anything below /api/v1."""
        return await _away(lambda: self._client.get(API + path, query))


class VxpOffice:
    """An office system that speaks the national axis's protocol, signed as its SDK signs, with a hub or the axis.

    It does as such systems do: it fetches everything that waits and keeps it.
    """

    def __init__(self, role: Role, client: vxp.Connector) -> None:
        self.role = role
        self._client = client
        self._kept: list[Taken] = []
        self._turn = asyncio.Lock()

    async def send(self, data: bytes, message_type: str = "edoc") -> base.Outcome:
        """Hand one package in (sendEdoc)."""
        package, _ = await _away(lambda: papers.open_package(data))

        async def pieces() -> AsyncGenerator[bytes, None]:
            yield data

        return await self._client.deliver(
            base.Parcel(
                "item", "package", message_type, package.document_id, package.sender_id, package.recipient_ids, 0,
                len(data), hashlib.sha256(data).hexdigest(), pieces,
            )
        )  # fmt: skip

    async def take(self, document_id: str, *, business: int = 0, code: str = "") -> Taken:
        """List, fetch and mark `done` until this document (or this status about it) is among what came."""
        until = time.monotonic() + PATIENCE_SECONDS
        while True:
            await self._fetch("status" if code else "edoc")
            for taken in self._kept:
                if _is(taken.package, document_id, business, code):
                    self._kept.remove(taken)
                    return taken
            _still(until, self.role, f"{code or 'edoc'} {document_id}")
            await asyncio.sleep(_PAUSE_SECONDS)

    async def say(self, taken: Taken, code: str, text: str = "") -> base.Outcome:
        """Send a status message about a document that was taken."""
        return await self.send(papers.status(self.role, taken.package, code, text), "status")

    async def copies(self, document_id: str) -> int:
        """How many documents of this id lie here, untaken, after one more look."""
        await self._fetch("edoc")
        return sum(_is(taken.package, document_id, 0, "") for taken in self._kept)

    async def _fetch(self, message_type: str) -> None:
        async with self._turn:
            async for offered in self._client.collect(message_type):
                data = b"".join([piece async for piece in offered.body()])
                await offered.confirm(base.Taken())
                package, files = await _away(lambda data=data: papers.open_package(data))  # type: ignore[misc]
                self._kept.append(Taken(data, package, files))


async def _away(work: Callable[[], T]) -> T:
    return await asyncio.to_thread(work)


def _is(package: model.Package, document_id: str, business: int, code: str) -> bool:
    if package.status is not None:
        return package.status.code == code and package.status.response_for.document_id == document_id
    return not code and package.document_id == document_id and int(package.business.type) == business


def _still(until: float, role: Role, what: str) -> None:
    if time.monotonic() > until:
        message = f"{role.short}: {what} did not arrive within {PATIENCE_SECONDS:.0f} s"
        raise NothingCameError(message)
