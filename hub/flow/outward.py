"""The background loops that call others: the dispatcher and the collector, each with a guarded session of its own."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from connectors import base, outgoing
from hub import log
from hub.context import Hub
from hub.flow import dispatch
from hub.flow.collecting import keeping
from hub.settings import Settings

Work = Callable[[Hub, base.Tools, asyncio.Event], Awaitable[None]]


async def deliver(hub: Hub) -> None:
    """Hand over until cancelled; attempts under way get a while to finish."""
    await _run(hub, dispatch.run)


async def fetch(hub: Hub) -> None:
    """Collect from the national axis and every system that offers something, until cancelled."""
    await _run(hub, keeping.run)


async def _run(hub: Hub, work: Work) -> None:
    settings = hub.settings
    stop = asyncio.Event()

    def name_of(code: str) -> str:
        agency = hub.directory.agency(code)
        return agency.name if agency is not None else code

    allowed, seconds = guard(settings), settings.dispatch.timeout_seconds
    async with outgoing.session(allowed, timeout_seconds=seconds) as http:
        tools = base.Tools(http, hub.clock.now, log.get(), seconds, name_of, allowed.permits)
        task = asyncio.ensure_future(work(hub, tools, stop))
        try:
            await asyncio.shield(task)
        except asyncio.CancelledError:
            stop.set()
            await asyncio.wait({task}, timeout=2 * dispatch.GRACE_SECONDS)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            raise


def guard(settings: Settings) -> outgoing.Guard:
    """Which addresses the hub may call: never its own listeners."""
    own = [(listen.address, listen.port) for listen in settings.listen if _is_address(listen.address)]
    return outgoing.Guard(settings.outgoing.allow, own)


def _is_address(host: str) -> bool:
    try:
        outgoing.plain(host)
    except ValueError:
        return False
    return True
