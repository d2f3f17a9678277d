"""Time: one clock that tests can set, and the two texts a moment has.

Stored and compared: RFC 3339, UTC, always six decimals and `Z`, so that text order is time order.
Shown: +07:00, the legal time of Viet Nam, which has had no summer time since 1975.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta, timezone

VIETNAM = timezone(timedelta(hours=7), "+07")


class Clock:
    """The machine's clock."""

    def now(self) -> datetime:
        """The present moment, aware, UTC, to the microsecond."""
        return datetime.now(UTC)

    def running(self) -> float:
        """Seconds that have passed since some moment; nobody can put these hands forward or back."""
        return time.monotonic()


class FakeClock(Clock):
    """A clock that stands still until told: for tests and for the demo's past days."""

    def __init__(self, at: datetime) -> None:
        self.at = self._began = _aware(at).astimezone(UTC)

    def now(self) -> datetime:
        """The moment the clock was set to."""
        return self.at

    def set(self, at: datetime) -> None:
        """Put the hands on `at` (aware)."""
        self.at = _aware(at).astimezone(UTC)

    def advance(self, step: timedelta | None = None, *, seconds: float = 0) -> datetime:
        """Move on by `step` plus `seconds` and give the new moment."""
        self.at += (step or timedelta()) + timedelta(seconds=seconds)
        return self.at

    def running(self) -> float:
        """Seconds since it was made, without those by which only the hands were moved."""
        return (self.at - self._began).total_seconds()

    def move_hands(self, step: timedelta) -> datetime:
        """Put the hands forward or back while no time passes, as a wrong time server does."""
        self._began += step
        self.at += step
        return self.at


def to_text(moment: datetime) -> str:
    """The stored form, 27 characters: `2026-11-21T02:15:00.000000Z`. Raises ValueError on a naive time."""
    return _aware(moment).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def from_text(text: str) -> datetime:
    """The moment behind an RFC 3339 text of any offset, in UTC. Raises ValueError when the offset is missing."""
    return _aware(datetime.fromisoformat(text)).astimezone(UTC)


def local(moment: datetime) -> datetime:
    """The same moment on a Vietnamese clock (+07:00).  law: R-094 HN Đ12.3, R-102 NĐ30 Đ15.1"""
    return _aware(moment).astimezone(VIETNAM)


def local_text(moment: datetime) -> str:
    """The shown form: RFC 3339 with +07:00; decimals only when there are any."""
    return local(moment).isoformat()


def _aware(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        message = f"a time without an offset has no meaning here: {moment.isoformat()}"
        raise ValueError(message)
    return moment
