"""How a side is: when it may be called again after a failure, and what an operator should know of it."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

JITTER = 0.1
"""Share of a pause added at random, so that the agents of a province do not call all at once."""


@dataclass(slots=True)
class Health:
    """One side, asked for something or given something.

    problem: what its trouble is called. now: seconds of a clock that nobody sets. steps: pauses after failures, the
    last one repeats.
    """

    problem: str
    now: Callable[[], float]
    steps: Sequence[int]
    failures: int = 0
    until: float = 0.0
    reason: str = ""
    chance: Callable[[], float] = field(default=random.random, repr=False)

    @property
    def is_well(self) -> bool:
        """Whether its last answer was one."""
        return self.failures == 0

    @property
    def rest_seconds(self) -> float:
        """How long it is to be left alone."""
        return max(self.until - self.now(), 0.0)

    def failed(self, reason: str, rest_seconds: float | None = None) -> None:
        """It did not answer, or asked for rest."""
        self.failures += 1
        self.reason = reason
        self.until = self.now() + max(rest_seconds or 0.0, self.pause(self.failures))

    def heard(self) -> None:
        """It answered."""
        self.failures, self.until, self.reason = 0, 0.0, ""

    def pause(self, failures: int) -> float:
        """How long to wait after so many failures in a row, 1 or more."""
        step = self.steps[min(failures, len(self.steps)) - 1]
        return step * (1 + JITTER * self.chance())


@dataclass(slots=True)
class Problems:
    """What is wrong now, by a short code; said in the log when it begins and when it ends, and in each heartbeat."""

    found: dict[str, str] = field(default_factory=dict)

    def set(self, code: str, text: str) -> bool:
        """It is so; whether that is news."""
        news = code not in self.found
        self.found[code] = text[:300]
        return news

    def clear(self, code: str) -> bool:
        """It is over; whether that is news."""
        return self.found.pop(code, None) is not None
