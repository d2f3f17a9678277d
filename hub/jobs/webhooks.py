"""The loop that tells systems of their events, with a guarded session of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connectors import base, outgoing
from hub import log
from hub.flow import outward
from hub.flow.webhooks.sending import Sender

if TYPE_CHECKING:
    from hub.context import Hub


async def run(hub: Hub) -> None:
    """Tell for as long as the hub runs; never returns."""
    guard, seconds = outward.guard(hub.settings), float(hub.settings.webhooks.timeout_seconds)
    async with outgoing.session(guard, timeout_seconds=seconds) as http:
        await Sender(hub, base.Tools(http, hub.clock.now, log.get(), seconds, permits=guard.permits)).run()
