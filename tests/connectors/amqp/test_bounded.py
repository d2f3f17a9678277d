"""Every call of the broker ends in time, whatever the library does when it is asked to stop."""

from __future__ import annotations

import asyncio
import contextlib

import pytest

from connectors.amqp import link


async def stubborn() -> None:
    """Asked to stop it cleans up for ever, as the library does on a broker that died."""
    with contextlib.suppress(asyncio.CancelledError):
        await asyncio.Event().wait()
    await asyncio.Event().wait()


async def bounded(seconds: float) -> None:
    async with link._bounded("asking", seconds):
        await stubborn()


@pytest.mark.timeout(30)
async def test_a_clean_up_that_never_ends_is_given_up():
    with pytest.raises(link.BrokerTroubleError, match="did not answer within"):
        await bounded(0.2)

    assert asyncio.current_task().cancelling() == 0


@pytest.mark.timeout(30)
async def test_whoever_waits_may_still_be_cancelled():
    task = asyncio.create_task(bounded(60))
    await asyncio.sleep(0)
    task.cancel()
    await asyncio.sleep(0)
    task.cancel()

    with pytest.raises(asyncio.CancelledError):
        await task


@pytest.mark.timeout(30)
async def test_a_cancelled_attempt_ends_although_the_clean_up_does_not():
    task = asyncio.create_task(bounded(0.2))
    await asyncio.sleep(0)
    task.cancel()

    with pytest.raises(asyncio.CancelledError):
        await task


async def test_what_ends_in_time_is_left_alone():
    async with link._bounded("asking", 0.05):
        pass
    await asyncio.sleep(0.1)
