"""A connector whose peer offers packages to be fetched: as a test says, also badly."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from typing import Any

from connectors import base


class Shelf:
    """What one peer offers, and what it was told; found by its name."""

    known: dict[str, Shelf] = {}  # noqa: RUF012 - a test makes its own

    def __init__(self, name: str) -> None:
        self.offers: dict[str, dict[str, bytes]] = {"edoc": {}, "status": {}}
        self.beside: dict[str, Mapping[str, Any]] = {}
        self.confirmed: list[tuple[str, base.Taken]] = []
        self.rejected: list[tuple[str, base.Declined]] = []
        self.listed = 0
        self.made = 0
        self.mood = ""  # hangs | fails | deaf | broken body
        self.bell = asyncio.Event()
        Shelf.known[name] = self


class Settings(base.Settings):
    """Which shelf."""

    name: str
    poll_seconds: int = 3600


class Connector(base.Connector):
    """Asks the shelf."""

    settings_type = Settings
    collects = True
    settings: Settings

    def __init__(self, settings: Settings, tools: base.Tools) -> None:
        super().__init__(settings, tools)
        self.shelf = Shelf.known[settings.name]
        self.shelf.made += 1

    async def deliver(self, parcel: base.Parcel) -> base.Outcome:  # noqa: ARG002
        return base.Parked()

    async def collect(self, message_type: str) -> AsyncIterator[base.Incoming]:
        shelf = self.shelf
        shelf.listed += 1
        if shelf.mood == "hangs":
            await asyncio.sleep(3600)
        if shelf.mood == "fails":
            raise ZeroDivisionError
        for remote_id in list(shelf.offers[message_type]):
            yield Offered(shelf, remote_id, message_type)

    async def news(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self.shelf.bell.wait()
        except TimeoutError:
            return
        self.shelf.bell.clear()


class SignedConnector(Connector):
    """The same by a way that proves nothing."""

    signed_only = True


class Offered(base.Incoming):
    """One package on the shelf."""

    def __init__(self, shelf: Shelf, remote_id: str, message_type: str) -> None:
        self.remote_id, self.message_type, self.shelf = remote_id, message_type, shelf
        self.sending = shelf.beside.get(remote_id, {})

    async def body(self) -> AsyncIterator[bytes]:
        data = self.shelf.offers[self.message_type][self.remote_id]
        yield data[:100]
        if self.shelf.mood == "broken body":
            raise OSError("the share is gone")
        yield data[100:]

    async def confirm(self, taken: base.Taken) -> None:
        if self.shelf.mood == "deaf":
            raise base.PeerTroubleError("it does not listen")
        self.shelf.confirmed.append((self.remote_id, taken))
        self.shelf.offers[self.message_type].pop(self.remote_id, None)

    async def reject(self, declined: base.Declined) -> None:
        self.shelf.rejected.append((self.remote_id, declined))
        self.shelf.offers[self.message_type].pop(self.remote_id, None)
