"""When an authority that gave no answer is asked again: later each time, never all at once, never never."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

FIRST_SECONDS = 5.0
LONGEST_SECONDS = 300.0
JITTER = 0.2
MOST = 10_000
"""Names kept in mind; a host is one, and so is each question that was not answered."""


@dataclass(slots=True)
class _Rest:
    failures: int
    until: datetime


class Rests:
    """What is left in peace, by name, and until when. In memory: after a restart everybody is asked afresh.

    now: the hub's clock. chance: gives 0 to 1; the waiting time is spread by it, so that hubs do not call in step.
    """

    def __init__(self, now: Callable[[], datetime], chance: Callable[[], float] = random.random) -> None:
        self._now = now
        self._chance = chance
        self._rests: dict[str, _Rest] = {}

    def is_resting(self, name: str) -> bool:
        """Whether nobody should ask now. A clock that was set back does not make it longer than the longest rest."""
        rest = self._rests.get(name)
        left = rest.until - self._now() if rest is not None else timedelta()
        return timedelta() < left <= timedelta(seconds=LONGEST_SECONDS * (1 + JITTER))

    def is_ailing(self, name: str) -> bool:
        """Whether the last time went wrong: worth a try, not worth anybody's wait."""
        return name in self._rests

    def failed(self, name: str) -> None:
        """Leave it in peace, twice as long as the last time; several failures at once are one."""
        if self.is_resting(name):
            return
        known = self._rests.get(name)
        failures = min(known.failures + 1 if known else 1, 16)
        seconds = min(FIRST_SECONDS * 2 ** (failures - 1), LONGEST_SECONDS)
        spread = 1 + JITTER * (2 * self._chance() - 1)
        self._make_room()
        self._rests[name] = _Rest(failures, self._now() + timedelta(seconds=seconds * spread))

    def answered(self, name: str) -> bool:
        """It answered; whether it had not before. One that comes and goes is trusted again only by halves."""
        known = self._rests.pop(name, None)
        if known is not None and known.failures > 1:
            self._rests[name] = _Rest(known.failures // 2, self._now())
        return known is not None

    def resting(self) -> list[str]:
        """Who is left in peace now."""
        return [name for name in self._rests if self.is_resting(name)]

    def _make_room(self) -> None:
        if len(self._rests) < MOST:
            return
        now = self._now()
        self._rests = {name: rest for name, rest in self._rests.items() if rest.until > now}
        while len(self._rests) >= MOST:
            del self._rests[next(iter(self._rests))]
