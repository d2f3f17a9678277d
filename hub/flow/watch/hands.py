"""Whether the hub's clock can be believed: somebody may have put its hands forward or back."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

SLACK: Final = timedelta(seconds=10)
"""The clock may differ by this from the time that has passed: slewing and rounding never do."""

BELIEVED_AFTER_SECONDS: Final = 300.0
"""A clock whose hands were moved is believed when it has gone on like that for so long, or is put right again."""


class Hands:
    """Compares the clock with the time that has passed.

    While it is in doubt nobody is called and nothing is given up: a wrong hour would call for everything at once.
    """

    def __init__(self, now: datetime, running: float) -> None:
        """now: what the clock shows; running: seconds of a clock whose hands nobody can move."""
        self._began = now - timedelta(seconds=running)
        self._doubted: tuple[datetime, float] | None = None

    def moved(self, now: datetime, running: float) -> timedelta:
        """How far the hands were moved, as long as that is in doubt; nothing once the clock is believed."""
        began = now - timedelta(seconds=running)
        moved = began - self._began
        if abs(moved) <= SLACK:
            self._began, self._doubted = began, None
            return timedelta()
        if self._doubted is None or abs(began - self._doubted[0]) > SLACK:
            self._doubted = began, running
        if running - self._doubted[1] >= BELIEVED_AFTER_SECONDS:
            self._began, self._doubted = began, None
            return timedelta()
        return moved
