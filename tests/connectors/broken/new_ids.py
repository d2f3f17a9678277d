"""Mistake: a fresh id each time an offer is listed, so nobody can know that it was taken already."""

from __future__ import annotations

import json
import uuid
from collections.abc import AsyncIterator

import aiohttp
from pydantic import Field

from connectors import base


class Settings(base.Settings):
    address: str = Field(description="Where packages are posted and offered")


class Connector(base.Connector):
    settings_type = Settings
    collects = True

    async def deliver(self, parcel: base.Parcel) -> base.Outcome:
        begun = False

        async def pieces():
            nonlocal begun
            begun = True
            async for piece in parcel.open():
                yield piece

        headers = {"Item-Id": parcel.item_id, "Idempotency-Key": parcel.item_id, "Content-Length": str(parcel.size)}
        try:
            said = json.loads(await self.call("", data=pieces(), headers=headers))
        except (base.PeerTroubleError, ValueError) as cause:
            return base.Deferred(type(cause).__name__, untouched=not begun)
        return base.Delivered(said["id"]) if said["sha256"] == parcel.sha256 else base.Deferred("another digest")

    async def collect(self, message_type: str) -> AsyncIterator[base.Incoming]:
        try:
            listed = json.loads(await self.call(f"/offers/{message_type}"))["offers"]
        except (ValueError, KeyError, TypeError) as cause:
            raise base.PeerTroubleError("the list makes no sense") from cause
        for name in listed:
            yield Offered(self, name, message_type)

    async def call(self, path: str, **more) -> bytes:
        try:
            async with self.tools.http.post(self.settings.address + path, allow_redirects=False, **more) as answer:
                said = bytearray()
                async for some in answer.content.iter_any():
                    said += some
                    if len(said) > 1_000_000:
                        raise base.PeerTroubleError("the answer is too long")
                if answer.status != 200:
                    raise base.PeerTroubleError(f"HTTP {answer.status}")
                return bytes(said)
        except (aiohttp.ClientError, OSError) as cause:
            raise base.PeerTroubleError(type(cause).__name__) from cause


class Offered(base.Incoming):
    def __init__(self, connector: Connector, name: str, message_type: str) -> None:
        self.connector = connector
        self.name = name
        self.remote_id = str(uuid.uuid4())
        self.message_type = message_type

    async def body(self) -> AsyncIterator[bytes]:
        yield await self.connector.call(f"/content/{self.name}")

    async def confirm(self, taken: base.Taken) -> None:
        await self.connector.call(f"/taken/{self.name}")

    async def reject(self, declined: base.Declined) -> None:
        await self.connector.call(f"/rejected/{self.name}", data=f"{declined.code}: {declined.title_vi}")
