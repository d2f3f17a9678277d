"""How fast the axis is given what waits for it: steadily, so that days of outage do not end in a flood."""

from __future__ import annotations

from collections.abc import Callable

BURST_SECONDS = 2.0
"""What was not used is saved up for so long: two seconds' worth may go at once."""


class Pace:
    """So many in a minute, evenly. `free` gives how many may go now, `spend` counts those that went.

    Urgent ones go in any case and are counted: the others wait a little longer for them.
    moment: seconds that only ever grow (`Clock.running`).
    """

    def __init__(self, per_minute: int, moment: Callable[[], float]) -> None:
        self._per_second = per_minute / 60
        self._most = max(1.0, self._per_second * BURST_SECONDS)
        self._moment = moment
        self._at = moment()
        self._saved = self._most

    def free(self) -> int:
        """How many may go now."""
        now = self._moment()
        self._saved = min(self._most, self._saved + max(0.0, now - self._at) * self._per_second)
        self._at = now
        return max(0, int(self._saved + 1e-9))

    def spend(self, count: int) -> None:
        """So many went; beyond what was free they are taken from the time to come, a burst's worth at most."""
        self._saved = max(self._saved - count, -self._most)

    def seconds(self) -> float:
        """Until the next one may go; 0 = now."""
        self.free()
        return max(0.0, (1.0 - self._saved) / self._per_second)
