"""A shared folder with its layout, and a connector at it."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest
from connector_parts import Log, outgoing_session

from connectors import base
from connectors.folder import Connector, Settings

FOLDERS = ("out", "in", "status", "sent", "refused")


@pytest.fixture
def office(tmp_path):
    """The shared folder."""
    root = tmp_path / "share"
    for name in FOLDERS:
        (root / name).mkdir(parents=True)
    return root


@pytest.fixture
async def at_folder(office):
    """Makes connectors at the folder; closed when the test ends."""
    opened = []
    async with outgoing_session() as (http, _):

        def make(*, timeout_seconds=5, **settings):
            given = {"path": str(office), "settle_seconds": 0.05, "look_seconds": 0.05} | settings
            tools = base.Tools(http, lambda: datetime.now(UTC), Log(), timeout_seconds, lambda code: f"Cơ quan {code}")
            opened.append(Connector(Settings.model_validate(given), tools))
            return opened[-1]

        yield make
        await asyncio.gather(*(one.close() for one in opened))


@pytest.fixture
async def connector(at_folder):
    return at_folder()
