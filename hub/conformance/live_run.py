"""A whole live check: the sandbox, the system under check, the scenarios in their order."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shlex
import signal
from collections.abc import AsyncIterator, Callable, Collection

from hub.conformance import live_receiving, live_trouble, sandbox
from hub.conformance.live import Door, Live, LiveScenario
from hub.conformance.report import Line
from hub.conformance.sandbox import Credentials

SCENARIOS: tuple[LiveScenario, ...] = (*live_receiving.SCENARIOS, *live_trouble.SCENARIOS)
_STOP_SECONDS = 10


async def checked(
    door: Door,
    only: Collection[str],
    *,
    patience_seconds: float,
    people_seconds: float,
    large_bytes: int,
    seed: str,
    command: str,
    announce: Callable[[Credentials], None],
) -> AsyncIterator[Line]:
    """Every scenario (or those of these ids) over one system.

    command: started with the credentials in its environment, ended at the end; "" = the system runs elsewhere.
    announce: is told the credentials before anything is sent.
    """
    async with sandbox.opened() as made, contextlib.AsyncExitStack() as stack:
        announce(made.credentials)
        if command:
            await stack.enter_async_context(_started(command, made.credentials))
        live = Live(made, door, patience_seconds, people_seconds, large_bytes, seed)
        if not only:
            await live_receiving.prepare(live)
        for scenario in SCENARIOS:
            if not only or scenario.id in only:
                yield await scenario.told(live)


@contextlib.asynccontextmanager
async def _started(command: str, credentials: Credentials) -> AsyncIterator[None]:
    """The system under check as a process of ours, with a group of its own."""
    environment = os.environ | credentials.environment()
    process = await asyncio.create_subprocess_exec(
        *shlex.split(command), env=environment, start_new_session=True, stdout=asyncio.subprocess.DEVNULL
    )
    try:
        yield
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(process.wait(), _STOP_SECONDS)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        await process.wait()
