"""Mistake: a thread is started as soon as the file is read."""

from __future__ import annotations

import contextlib
import json
import queue
import threading

import aiohttp
from pydantic import Field, SecretStr

from connectors import base

_QUEUE = queue.Queue()
threading.Thread(target=_QUEUE.get, daemon=True, name="sender").start()


class Settings(base.Settings):
    address: str = Field(description="Where packages are posted")
    token: SecretStr = Field(description="Bearer token that the other side gave us")


class Connector(base.Connector):
    settings_type = Settings

    async def deliver(self, parcel: base.Parcel) -> base.Outcome:
        begun = False

        async def pieces():
            nonlocal begun
            begun = True
            async with contextlib.aclosing(parcel.open()) as source:
                async for piece in source:
                    yield piece

        token = self.settings.token.get_secret_value()
        headers = {"Authorization": f"Bearer {token}", "Content-Length": str(parcel.size), "Item-Id": parcel.item_id}
        headers["Idempotency-Key"] = parcel.item_id
        try:
            async with self.tools.http.post(
                self.settings.address, data=pieces(), headers=headers, allow_redirects=False
            ) as answer:
                said = bytearray()
                async for some in answer.content.iter_any():
                    said += some
                    if len(said) > 65_536:
                        return base.Deferred("the answer is too long")
        except (aiohttp.ClientError, OSError) as cause:
            return base.Deferred(type(cause).__name__, untouched=not begun)
        return outcome(answer.status, bytes(said), parcel.sha256)


def outcome(status: int, said: bytes, sha256: str) -> base.Outcome:
    try:
        fields = json.loads(said)
    except ValueError:
        fields = {}
    if status == 200 and fields.get("sha256") == sha256:
        return base.Delivered(str(fields.get("id")))
    if status == 422 and fields:
        return base.Refused(str(fields.get("reason")))
    return base.Deferred(f"HTTP {status}")
