"""Callers that go away at the worst moment, and crashes between two steps."""

from __future__ import annotations

import asyncio

from sqlalchemy import select

from edxml.testing import make_package
from hub.flow.arrival import Arrival
from hub.store import tables

from .test_intake import A, B


async def test_nothing_is_cleaned_up_while_a_thread_still_works_on_it(sender, recipient, monkeypatch):
    """A closed file's number is given to the next file opened: writing on would damage a stranger's bytes."""
    hub = sender.hub
    working: set[Arrival] = set()
    torn = []

    def watched(name):
        real = getattr(Arrival, name)

        def work(self, *args):
            working.add(self)
            try:
                return real(self, *args)
            finally:
                working.discard(self)

        monkeypatch.setattr(Arrival, name, work)

    for name in ("feed", "finish", "seal", "opened"):
        watched(name)
    discard = Arrival.discard

    def discarded(self):
        torn.extend([self] if self in working else [])
        discard(self)

    monkeypatch.setattr(Arrival, "discard", discarded)
    data = make_package(A, (B,), size=6_000_000)
    for turn in range(60):
        task = asyncio.create_task(sender.give(data + b"\n" * turn, piece=3_000_000))
        for _ in range(3):  # and again while it cleans up
            await asyncio.sleep(turn * 0.0004)
            task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    await asyncio.sleep(0.1)
    known = await hub.db.read(lambda connection: set(connection.execute(select(tables.packages.c.id)).scalars()))

    assert torn == []
    assert set(hub.blobs.list_ids()) == known
    assert list(hub.scratch.iterdir()) == []
