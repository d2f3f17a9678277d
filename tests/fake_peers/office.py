"""A connector whose peer does what a test says: answers, hangs, breaks off, or refuses."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from connectors import base

Behaviour = Callable[[base.Parcel], Awaitable[base.Outcome]]


class Office:
    """What one peer got, and how it behaves; found by its name."""

    known: dict[str, Office] = {}  # noqa: RUF012 - emptied by the fixture

    def __init__(self, name: str) -> None:
        self.got: list[tuple[base.Parcel, bytes]] = []
        self.now = 0
        self.most = 0
        self.behaviour: Behaviour = self.take
        Office.known[name] = self

    async def take(self, parcel: base.Parcel) -> base.Outcome:
        """Read all, say yes."""
        data = b"".join([piece async for piece in parcel.open()])
        self.got.append((parcel, data))
        return base.Delivered(f"id-{len(self.got)}")

    async def hang(self, parcel: base.Parcel) -> base.Outcome:
        """Take the first bytes and say nothing ever."""
        async for _ in parcel.open():
            await asyncio.sleep(3600)
        return base.Deferred("never reached")


class Settings(base.Settings):
    """Which office."""

    name: str


class Connector(base.Connector):
    """Asks the office."""

    settings_type = Settings
    settings: Settings

    async def deliver(self, parcel: base.Parcel) -> base.Outcome:
        office = Office.known[self.settings.name]
        office.now += 1
        office.most = max(office.most, office.now)
        try:
            return await office.behaviour(parcel)
        finally:
            office.now -= 1
