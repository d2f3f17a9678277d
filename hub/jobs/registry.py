"""The registry turns over at midnight: agencies open and close by their dates without anybody's command."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from hub import clock

if TYPE_CHECKING:
    from hub.context import Hub

LOOK_SECONDS = 60


async def follow(hub: Hub) -> None:
    """Read the registry again on the day an agency opens or closes by its dates; never returns."""
    while True:
        await asyncio.sleep(LOOK_SECONDS)
        turn = hub.directory.good_until
        if turn is not None and clock.local(hub.clock.now()).date() >= turn:
            await hub.reload()
