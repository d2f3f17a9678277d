"""A hub whose clock is moved by hand, its watchdog, and what it raised."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, update

from edxml.testing import make_package
from hub import clock
from hub.flow.watch import turns
from hub.jobs.watch import Watchdog
from hub.store import deliveries, tables

A, B = "000.00.01.H99", "000.00.02.H99"


class Watched:
    """A hub under watch."""

    def __init__(self, hub, sender, recipient) -> None:
        self.hub, self.sender, self.recipient = hub, sender, recipient
        self.dog = Watchdog(hub)

    async def give(self, *to: str, **more):
        return await self.sender.give(make_package(A, to or (B,), **more))

    async def row(self, sent):
        return (await self.hub.db.read(lambda connection: deliveries.of_package(connection, sent.package_id)))[0]

    async def set(self, sent, **values) -> None:
        """Write facts as whoever learns them does: the watchdog is asked to look again now."""
        at = clock.to_text(self.hub.clock.now())
        change = update(tables.deliveries).where(tables.deliveries.c.package_id == sent.package_id)
        await self.hub.db.write(lambda connection: connection.execute(change.values(watch_at=at, **values)))

    async def look(self, **step) -> turns.Turn:
        self.hub.clock.advance(timedelta(**step))
        return await turns.turn(self.hub, 100)

    async def alarms(self, *, every: bool = False) -> list[str]:
        """kind/audience[/mark] of those that stand, or of all that ever did."""
        rows = await self.hub.db.read(lambda connection: connection.execute(select(tables.alarms)).all())
        return sorted(
            "/".join(part for part in (row.kind, row.audience, row.mark) if part)
            for row in rows
            if every or row.cleared_at is None
        )

    async def events(self) -> list[dict]:
        wanted = select(tables.events.c.detail).where(tables.events.c.type == "alarm.raised")
        rows = await self.hub.db.read(lambda connection: list(connection.execute(wanted).scalars()))
        return [json.loads(text) for text in rows]


@pytest.fixture
def hub(hub):
    hub.clock = clock.FakeClock(datetime(2026, 11, 23, 8, 0, tzinfo=clock.VIETNAM))
    return hub


@pytest.fixture
def watched(hub, sender, recipient) -> Watched:
    return Watched(hub, sender, recipient)
