"""How much one system may ask of the hub, so that one that floods never delays the others.

Limits are the hub's settings of these names, or the system's own (`truc system set ... --quota`). What is refused for
them is counted nowhere else: no row, no signature, no line of the log for each.
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from hub.limits import Rate, TooManyError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from agency_registry.agency import System
    from hub.context import Hub

CALL_SECONDS = 10
"""So many seconds' worth of calls may come at once."""


def call(hub: Hub, system: System, door: str) -> None:
    """Count one call of a system at a door. Raises TooManyError."""
    per_second = _limit(hub, system, "requests_per_second")
    _take(hub, ("calls", door, system.id), "requests_per_second", Rate(per_second * CALL_SECONDS, CALL_SECONDS))


@contextlib.contextmanager
def sending(hub: Hub, system: System, announced_bytes: int | None, came_bytes: Callable[[], int]) -> Iterator[None]:
    """Count one package on its way in and its bytes. Raises TooManyError before any of them is read.

    announced_bytes: None when the sender does not say; then `came_bytes` is asked at the end, and a system that has
    used up its day begins no other package.
    """
    _take(hub, ("packages", system.id), "packages_per_minute", Rate(_limit(hub, system, "packages_per_minute"), 60))
    key, rate = ("bytes", system.id), Rate(_limit(hub, system, "bytes_per_day"), 86_400)
    _take(hub, key, "bytes_per_day", rate, announced_bytes or 0)
    try:
        yield
    finally:
        if announced_bytes is None:
            hub.limiter.add(key, rate, came_bytes())


def may_record_refusal(hub: Hub, system_id: str) -> bool:
    """Whether one more refused package gets its own signed row; else it is counted for the next alarm."""
    if hub.limiter.wait(("refusals", system_id), Rate(hub.settings.limits.refusals_per_minute, 60)):
        hub.unrecorded[system_id] += 1
        return False
    return True


def _limit(hub: Hub, system: System, name: str) -> int:
    own = system.quotas.get(name)
    return own if own is not None else int(getattr(hub.settings.limits, name))


def _take(hub: Hub, key: tuple[str, ...], name: str, rate: Rate, cost: float = 1.0) -> None:
    seconds = hub.limiter.wait(key, rate, cost)
    if seconds:
        raise TooManyError(name, rate, seconds)
