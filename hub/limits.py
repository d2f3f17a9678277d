"""What one caller may do in a time: a rate limiter, and the count of its wrong secrets.

Both live in memory and are bounded; a restart forgets them, which takes an operator's hand.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Generic, TypeVar

V = TypeVar("V")

REMEMBERED = 50_000
"""Most keys remembered; the one that was quiet the longest is forgotten first."""


@dataclass(frozen=True, slots=True)
class Rate:
    """So many in so many seconds; all of them may come at once."""

    count: int
    seconds: float


class TooManyError(Exception):
    """A limit is used up. name: of the limit in the settings. wait_seconds: when to come again, above zero."""

    def __init__(self, name: str, rate: Rate, wait_seconds: float) -> None:
        super().__init__(name)
        self.name = name
        self.rate = rate
        self.wait_seconds = wait_seconds


class Memory(Generic[V]):
    """A bounded mapping that forgets what was not touched for the longest time."""

    def __init__(self) -> None:
        self._kept: OrderedDict[Hashable, V] = OrderedDict()

    def get(self, key: Hashable) -> V | None:
        """What was put last under the key."""
        return self._kept.get(key)

    def put(self, key: Hashable, value: V) -> None:
        """Remember it."""
        self._kept[key] = value
        self._kept.move_to_end(key)
        while len(self._kept) > REMEMBERED:
            self._kept.popitem(last=False)

    def pop(self, key: Hashable) -> V | None:
        """Forget it."""
        return self._kept.pop(key, None)


class Limiter:
    """The generic cell rate algorithm (GCRA): one number per key, the moment at which the key is at rest again."""

    def __init__(self, moment: Callable[[], float] = time.monotonic) -> None:
        self._moment = moment
        self._rests = Memory[float]()

    def wait(self, key: Hashable, rate: Rate, cost: float = 1.0) -> float:
        """Count `cost` against the key and give 0.0; or, when the rate is used up, count nothing and give the seconds.

        A cost beyond the whole rate is taken from a key at rest, which is then busy for longer.
        """
        now = self._moment()
        rest = max(self._rests.get(key) or now, now)
        later = rest + cost * rate.seconds / rate.count
        if rest > now and later - now > rate.seconds:
            return min(later - now - rate.seconds, rest - now)
        self._rests.put(key, later)
        return 0.0

    def add(self, key: Hashable, rate: Rate, cost: float) -> None:
        """Count what has happened already."""
        now = self._moment()
        self._rests.put(key, max(self._rests.get(key) or now, now) + cost * rate.seconds / rate.count)

    def left(self, key: Hashable, rate: Rate) -> int:
        """How many of the rate are left now."""
        now = self._moment()
        busy = max((self._rests.get(key) or now) - now, 0.0)
        return max(0, int(rate.count * (1 - busy / rate.seconds)))


class Lockout:
    """Counts wrong secrets of (system, address); a system is never locked out for other addresses.  law: S-05

    failures: so many and the pair waits. seconds: as long, from the last failure; older ones do not count.
    """

    def __init__(self, failures: int, seconds: int) -> None:
        self.failures = failures
        self._seconds = timedelta(seconds=seconds)
        self._seen = Memory[tuple[int, datetime]]()

    def remaining(self, system_id: str, address: str, now: datetime) -> int:
        """Seconds until this pair may try again; 0 when it may."""
        count, last = self._seen.get((system_id, address)) or (0, now)
        if count < self.failures or now - last >= self._seconds:
            return 0
        return int((last + self._seconds - now).total_seconds()) + 1

    def failed(self, system_id: str, address: str, now: datetime) -> bool:
        """One more failure; whether it is the one that locks out."""
        count, last = self._seen.get((system_id, address)) or (0, now)
        count = count + 1 if now - last < self._seconds else 1
        self._seen.put((system_id, address), (count, now))
        return count == self.failures

    def succeeded(self, system_id: str, address: str) -> None:
        """Forget the failures."""
        self._seen.pop((system_id, address))
