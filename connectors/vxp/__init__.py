"""A hub that speaks the national axis's client protocol: the axis itself, or another Truc.

Everything is asked for, the peer never calls. Sending: `sendEdoc` with the bytes streamed; the answer's DocId is the
proof that the peer has them. Fetching: `getReceivedEdocList`, then `downloadEdoc` (`getEdoc` where that is missing),
then `updateStatus`. Whatever is not the protocol's own JSON is trouble or doubt, never an answer: a proxy's error
page, a null, an answer of success without a DocId.
"""

from __future__ import annotations

import asyncio
import contextlib
import zlib
from collections.abc import AsyncIterator, Mapping
from typing import Any
from urllib.parse import urlsplit

import aiohttp
from pydantic import Field, SecretStr, field_validator

from connectors import base
from connectors.calling import answers
from connectors.vxp import lists, wire

DEFINITE = frozenset({"10", "18", "19", "21", "22", "23"})
"""ErrorCodes that say no to these bytes; 15 is a matter of our credential, 20 and unknown ones may pass."""

LIST_BYTES = 256 * 1024 * 1024
"""Longest list of everything that waits, or that was sent; any other answer has answers.ANSWER_BYTES."""

_LISTS = frozenset({"getReceivedEdocList", "getSentEdocList"})

_TROUBLE = (aiohttp.ClientError, OSError, zlib.error, asyncio.IncompleteReadError)  # OSError includes TimeoutError


class Settings(base.Settings):
    """How the peer is reached."""

    endpoint: str = Field(description="Address of the hub; the method's name is appended to it")
    system_id: str = Field(min_length=1, description="Our systemid there")
    secret: SecretStr = Field(description="The secret that belongs to it, used as text")
    download: bool = Field(True, description="Fetch with downloadEdoc first; off for hubs that only know getEdoc")

    poll_seconds: int = Field(30, ge=1, description="How often it is asked for what waits, in seconds")

    @field_validator("endpoint")
    @classmethod
    def _http(cls, text: str) -> str:
        parts = urlsplit(text)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            message = "must be an http or https address"
            raise ValueError(message)
        return text.rstrip("/")


class Connector(base.Connector):
    """The client side."""

    settings_type = Settings
    collects = True
    settings: Settings

    async def deliver(self, parcel: base.Parcel) -> base.Outcome:
        """Call sendEdoc. A repeat of the same bytes gets the same DocId from a hub that keeps its promises."""
        fields = {
            "from": parcel.sender,
            "servicetype": "eDoc",
            "messagetype": parcel.message_type,
            "hash-file": wire.hash_file(parcel.sha256),
        }
        body = _Body(parcel)
        length = {"Content-Length": str(parcel.size + len(_Body.END))}
        try:
            said = await self._call("sendEdoc", fields, wire.BYTES, body=body.pieces(), more=length)
        except ValueError as cause:  # WireError too
            return base.Deferred(str(cause), untouched=not body.begun)
        except _TROUBLE as cause:
            return base.Deferred(answers.trouble(cause), untouched=not body.begun)
        if not said.ok:
            return self._declined(said)
        doc_id = wire.identifier(said.word("DocId"))
        if not doc_id:
            return base.Deferred("the answer says OK and names no DocId: it may have arrived", peer=False)
        return base.Delivered(doc_id, {"answer": said.text[:200]} if said.text else {})

    async def collect(self, message_type: str) -> AsyncIterator[base.Incoming]:
        """Everything listed for us, in the peer's order."""
        fields = {"servicetype": "eDoc", "messagetype": message_type}
        try:
            said = await self._call("getReceivedEdocList", fields)
        except (ValueError, *_TROUBLE) as cause:
            raise base.PeerTroubleError(answers.trouble(cause)) from cause
        if not said.ok:
            message = f"getReceivedEdocList: {said.code} {said.text}"
            raise base.PeerTroubleError(message)
        if not isinstance(said.fields.get("data"), list) and await self._counted(message_type):
            message = "getReceivedEdocList names nothing, and something waits by its count"
            raise base.PeerTroubleError(message)
        seen: set[str] = set()
        for row in said.listed():
            doc_id = str(row.get("docId") or "").strip()
            if not doc_id or wire.ascii_text(doc_id) != doc_id or len(doc_id) > wire.LONGEST_ID:
                yield Unnamed(row, message_type)
            elif doc_id not in seen and str(row.get("status") or "initial") not in _ENDED:
                seen.add(doc_id)
                yield Offered(self, doc_id, message_type)

    async def _counted(self, message_type: str) -> int:
        """How many wait by the count; 0 where the peer has no such method: then its empty list is believed."""
        method = "countReceiveEdoc" if message_type == "edoc" else "countReceiveStatus"
        try:
            said = await self._call(method, {"servicetype": "eDoc", "messagetype": message_type})
            return int(said.word("count") or 0) if said.ok else 0
        except (ValueError, *_TROUBLE):
            return 0

    async def check(self) -> str | None:
        """Ask for the list of statuses: proves address, credential and clock."""
        try:
            said = await self._call("getReceivedEdocList", {"servicetype": "eDoc", "messagetype": "status"})
        except (ValueError, *_TROUBLE) as cause:
            return answers.trouble(cause)
        return None if said.ok else f"{said.code} {said.text}"

    async def bounces(self) -> tuple[base.Bounce, ...]:
        """The rows of getSentEdocList that failed, on the way or at the receiver."""
        fields = {"servicetype": "eDoc", "messagetype": "edoc"}
        try:
            said = await self._call("getSentEdocList", fields)
        except (ValueError, *_TROUBLE) as cause:
            raise base.PeerTroubleError(answers.trouble(cause)) from cause
        found = []
        for row in said.rows():
            for side in ("send", "receive"):
                if str(row.get(f"{side}Status") or "").lower() == "fail" and row.get("senderDocId"):
                    code = answers.plain(str(row.get("toCode") or ""))
                    reason = answers.plain(str(row.get(f"{side}StatusDesc") or "fail"))
                    found.append(base.Bounce(wire.identifier(row["senderDocId"]), code, reason))
                    break
        return tuple(found)

    async def remembered(self, message_type: str) -> frozenset[str]:
        """The DocIds that getSentEdocList names."""
        return frozenset(wire.identifier(row.get("senderDocId")) for row in await self._sent(message_type)) - {""}

    async def forgotten(self, message_type: str, remote_id: str) -> bool:
        """Whether getSentEdocList, asked for this very DocId, has no row of it. Null or broken lists prove nothing."""
        if not wire.is_exact(remote_id):
            return False  # it cannot be asked for by the whole of its id
        named = {wire.identifier(row.get("senderDocId")) for row in await self._sent(message_type, docId=remote_id)}
        if "" in named:
            message = "getSentEdocList: its rows name nothing"
            raise base.PeerTroubleError(message)
        return remote_id not in named

    async def _sent(self, message_type: str, **more: str) -> list[Mapping[str, Any]]:
        """The rows of getSentEdocList; anything but a list is trouble."""
        fields = {"servicetype": "eDoc", "messagetype": message_type, **more}
        try:
            said = await self._call("getSentEdocList", fields)
        except (ValueError, *_TROUBLE) as cause:
            raise base.PeerTroubleError(answers.trouble(cause)) from cause
        if not said.ok or not isinstance(said.fields.get("data"), list):
            message = f"getSentEdocList: {said.code} {said.text or 'no list'}"
            raise base.PeerTroubleError(message)
        return said.listed()

    async def update(self, doc_id: str, status: str, description: str = "") -> None:
        """Call updateStatus. Raises PeerTroubleError."""
        fields = {"docId": doc_id, "status": status}
        if description:
            fields["description"] = wire.ascii_text(description)
        try:
            said = await self._call("updateStatus", fields)
        except (ValueError, *_TROUBLE) as cause:
            raise base.PeerTroubleError(answers.trouble(cause)) from cause
        if not said.ok:
            message = f"updateStatus {status}: {said.code} {said.text}"
            raise base.PeerTroubleError(message)

    async def rows(self, method: str) -> AsyncIterator[lists.Row]:
        """The rows of one of the axis's lists of organisations, as they arrive.

        Raises PeerTroubleError, possibly after the last row: until the end the rows are a rumour.
        """
        stream = lists.ListStream()
        url = f"{self.settings.endpoint}/{method}"
        try:
            signed = self._headers({}, wire.JSON)
            async with self.tools.http.post(url, headers=signed, data=b"{}", allow_redirects=False) as response:
                async for piece in response.content.iter_chunked(1 << 18):
                    for row in stream.feed(piece):
                        yield row
                said = stream.close(response.status)
        except (ValueError, *_TROUBLE) as cause:
            message = f"{method}: {answers.trouble(cause)}"
            raise base.PeerTroubleError(message) from cause
        if not said.ok:
            message = f"{method}: {said.code} {said.text}"
            raise base.PeerTroubleError(message)

    async def bytes_of(self, doc_id: str) -> AsyncIterator[bytes]:
        """The package, by downloadEdoc if the peer has it, else by getEdoc.

        Raises PeerTroubleError, also for what is no XML from its first letter on, and for nothing at all.
        """
        begun = False
        try:
            if self.settings.download:
                async for piece in self._download(doc_id):
                    begun = True
                    yield piece
            if not begun:
                async for piece in self._get(doc_id):
                    if not begun and _is_no_package(piece):
                        message = "getEdoc: its data is no XML"
                        raise wire.WireError(message)
                    begun = True
                    yield piece
            if not begun:
                message = "getEdoc: its data is empty"
                raise wire.WireError(message)
        except (ValueError, *_TROUBLE) as cause:
            raise base.PeerTroubleError(answers.trouble(cause)) from cause

    async def _download(self, doc_id: str) -> AsyncIterator[bytes]:
        """Raw bytes; nothing at all when this peer has no such method or answers with anything but edXML."""
        signed = self._headers({"docId": doc_id, "filePath": "."}, wire.JSON)
        url = f"{self.settings.endpoint}/downloadEdoc"
        async with self.tools.http.get(url, headers=signed, allow_redirects=False) as response:
            if response.status != 200:
                return
            first = True
            async for piece in response.content.iter_chunked(1 << 18):
                if first and _is_no_package(piece):
                    return
                first = False
                yield piece

    async def _get(self, doc_id: str) -> AsyncIterator[bytes]:
        signed = self._headers({"docId": doc_id}, wire.JSON)
        stream = wire.DataStream()
        url = f"{self.settings.endpoint}/getEdoc"
        async with self.tools.http.post(url, headers=signed, data=b"{}", allow_redirects=False) as response:
            async for piece in response.content.iter_chunked(1 << 18):
                if decoded := stream.feed(piece):
                    yield decoded
            said = stream.close(response.status)
        if not said.ok:
            message = f"getEdoc: {said.code} {said.text}"
            raise wire.WireError(message)

    def _declined(self, said: wire.Answer) -> base.Outcome:
        if said.code in DEFINITE:
            return base.Refused(said.text or f"ErrorCode {said.code}", said.code)
        return base.Deferred(f"ErrorCode {said.code or '?'}: {said.text}"[:300])

    async def _call(
        self,
        method: str,
        fields: dict[str, str],
        content_type: str = wire.JSON,
        *,
        body: AsyncIterator[bytes] | None = None,
        more: dict[str, str] | None = None,
    ) -> wire.Answer:
        signed = self._headers(fields, content_type)
        url = f"{self.settings.endpoint}/{method}"
        data = b"" if body is None else body
        async with self.tools.http.post(
            url, headers=signed | (more or {}), data=data, allow_redirects=False
        ) as response:
            most = LIST_BYTES if method in _LISTS and response.status == 200 else answers.ANSWER_BYTES
            said = await answers.read(response, self.tools.now(), most)
            return wire.answer(said.status, said.body)

    def _headers(self, fields: dict[str, str], content_type: str) -> dict[str, str]:
        secret = self.settings.secret.get_secret_value()
        return wire.headers(self.settings.system_id, secret, self.tools.now(), content_type, fields)


class Offered(base.Incoming):
    """One listed item."""

    def __init__(self, connector: Connector, doc_id: str, message_type: str) -> None:
        self._connector = connector
        self.remote_id = doc_id
        self.message_type = message_type

    def body(self) -> AsyncIterator[bytes]:
        return self._connector.bytes_of(self.remote_id)

    async def confirm(self, taken: base.Taken) -> None:  # noqa: ARG002 - this protocol has no place for it
        await self._connector.update(self.remote_id, "done")

    async def reject(self, declined: base.Declined) -> None:
        reason = f"{declined.code}: {declined.detail or declined.title_en}"
        await self._connector.update(self.remote_id, "fail", reason)


class Unnamed(base.Incoming):
    """A row of the list that names nothing to be fetched: told as trouble, never passed over in silence."""

    def __init__(self, row: Mapping[str, Any], message_type: str) -> None:
        words = " ".join(str(row.get(name) or "?") for name in ("from", "created_time"))
        self.remote_id = wire.ascii_text(f"no docId: {words}", wire.LONGEST_ID)
        self.message_type = message_type

    async def body(self) -> AsyncIterator[bytes]:
        """Nothing can be fetched."""
        message = "a row of the list names no document"
        raise base.PeerTroubleError(message)
        yield b""

    async def confirm(self, taken: base.Taken) -> None:
        """Nothing was taken."""

    async def reject(self, declined: base.Declined) -> None:
        """Nobody can be told."""


_ENDED = frozenset({"done", "fail"})


class _Body:
    """The bytes of one parcel as the SDK sends them; knows whether any was asked for."""

    END = b"\r\n"  # the SDK adds it, so a hub of this protocol takes it off

    def __init__(self, parcel: base.Parcel) -> None:
        self._parcel = parcel
        self.begun = False

    async def pieces(self) -> AsyncIterator[bytes]:
        self.begun = True
        async with contextlib.aclosing(self._parcel.open()) as source:
            async for piece in source:
                yield piece
        yield self.END


def _is_no_package(start: bytes) -> bool:
    """An answer of the protocol, a page of some proxy or anything else that is no XML."""
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):  # UTF-16: the reader says what it thinks of it
        return False
    head = start.lstrip(b"\xef\xbb\xbf \t\r\n")[:15].lower()
    return not head.startswith(b"<") or head.startswith((b"<html", b"<!doctype html"))
