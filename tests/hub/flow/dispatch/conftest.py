"""A hub whose clock stands still, and its dispatcher."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from dispatching import World
from fake_peers.office import Office

from hub import clock


@pytest.fixture
def sections():
    return {"dispatch": {"backoff_seconds": [60, 300], "push_slots": 2, "timeout_seconds": 15, "give_up_hours": 2}}


@pytest.fixture
async def hub(hub):
    """The hub with a clock that stands still."""
    hub.clock = clock.FakeClock(datetime(2026, 11, 23, 2, 0, tzinfo=UTC))
    return hub


@pytest.fixture
async def world(hub, province, sender):
    made = World(hub, province, sender)
    yield made
    await made.dispatcher.close()
    Office.known.clear()
