"""Waiting for what happens elsewhere, on a machine that may be busy."""

from __future__ import annotations

import asyncio
import inspect
import resource
from collections.abc import Awaitable, Callable
from typing import TypeVar

T = TypeVar("T")

SECONDS = 60
"""Longer than any machine needs; what never happens still fails its test."""


async def until(question: Callable[[], T | Awaitable[T]], seconds: float = SECONDS) -> T:
    """The first true answer to `question`; TimeoutError when there is none in time."""
    async with asyncio.timeout(seconds):
        while True:
            answer = question()
            if inspect.isawaitable(answer):
                answer = await answer
            if answer:
                return answer
            await asyncio.sleep(0.02)


def children_seconds() -> float:
    """CPU time of all child processes that have ended: what a command costs, whatever else the machine does."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
