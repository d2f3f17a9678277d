"""When a delivery or an endpoint is tried again, and how long one attempt may take."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

JITTER = 0.05
"""Share of a waiting time added at random, so that a recovered agency is not flooded by all at once."""

MARGIN_SECONDS = 30
"""Between the end of an attempt and the moment somebody else may take the delivery."""

SLOWEST_BYTES_PER_SECOND = 65_536
"""A line slower than this does not get a large package through in one attempt."""


def wait_seconds(failures: int, steps: Sequence[int], chance: Callable[[], float] = random.random) -> float:
    """How long to wait after so many failures in a row, 1 or more; the last step repeats.

    chance: gives a number in [0, 1).
    """
    step = steps[min(max(failures, 1), len(steps)) - 1]
    return step * (1 + JITTER * chance())


def next_due(
    failures: int, now: datetime, steps: Sequence[int], chance: Callable[[], float] = random.random
) -> datetime:
    """The moment of the next attempt (aware UTC)."""
    return now + timedelta(seconds=wait_seconds(failures, steps, chance))


def hard_timeout_seconds(size: int, timeout_seconds: float) -> float:
    """The longest one attempt may take: connecting, sending `size` bytes over a slow line, waiting for the answer."""
    return 2 * timeout_seconds + size / SLOWEST_BYTES_PER_SECOND


def claim_until(attempts: int, size: int, now: datetime, steps: Sequence[int], timeout_seconds: float) -> datetime:
    """When a claimed delivery may be taken by somebody else: later than the attempt can last, and than its back-off."""
    attempt = hard_timeout_seconds(size, timeout_seconds) + MARGIN_SECONDS
    return now + timedelta(seconds=max(attempt, wait_seconds(attempts, steps)))
