"""Wrong passwords, counted per (name, address) and per address: each wait is twice the one before."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass
from datetime import datetime, timedelta

FREE_OF_ONE = 5
"""Wrong passwords of one name at one address before the first wait."""

FREE_OF_ADDRESS = 30
"""The same for all names together: a whole office may sit behind one address."""

FIRST_WAIT = timedelta(seconds=30)
LONGEST_WAIT = timedelta(minutes=15)
FORGOTTEN_AFTER = timedelta(hours=1)
_REMEMBERED = 10_000


@dataclass(slots=True)
class _Record:
    failures: int
    until: datetime
    last: datetime


class Attempts:
    """Remembers in memory; a restart forgets, which takes an operator's hand."""

    def __init__(self) -> None:
        self._records: OrderedDict[Hashable, _Record] = OrderedDict()

    def wait(self, name: str, address: str, now: datetime) -> timedelta | None:
        """How long this name must wait at this address; None = it may try."""
        waits = [self._records[key].until - now for key, _ in _keys(name, address) if key in self._records]
        longest = max(waits, default=timedelta())
        return longest if longest > timedelta() else None

    def failed(self, name: str, address: str, now: datetime) -> None:
        """Count a wrong password."""
        for key, free in _keys(name, address):
            record = self._records.pop(key, None)
            if record is None or now - record.last > FORGOTTEN_AFTER:
                record = _Record(0, now, now)
            record.failures += 1
            record.last = now
            excess = record.failures - free
            if excess >= 0:
                record.until = now + min(LONGEST_WAIT, FIRST_WAIT * 2 ** min(excess, 10))
            self._records[key] = record
        while len(self._records) > _REMEMBERED:
            self._records.popitem(last=False)

    def succeeded(self, name: str, address: str) -> None:
        """Forget the wrong passwords of this name at this address."""
        self._records.pop(_keys(name, address)[0][0], None)


def _keys(name: str, address: str) -> tuple[tuple[Hashable, int], tuple[Hashable, int]]:
    return ((name, address), FREE_OF_ONE), (address, FREE_OF_ADDRESS)
