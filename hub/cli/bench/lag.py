"""How late the measured hub's event loop was, read from its /metrics."""

from __future__ import annotations

import re

from hub.cli.bench.wire import Connection

_BUCKET = re.compile(rb'^hub_event_loop_lag_seconds_bucket\{le="([^"]+)"\} ([0-9.e+]+)$', re.MULTILINE)
LIMIT_SECONDS = 0.05
"""What no block of the loop should exceed."""


async def read(line: Connection) -> dict[float, float]:
    """Ticks by the lag they did not exceed, in seconds, since the hub's start."""
    _, body = await line.request("GET", "/metrics")
    return {float(limit): float(count) for limit, count in _BUCKET.findall(body)}


def between(before: dict[float, float], after: dict[float, float]) -> dict[str, object]:
    """Figures of one stretch: how many ticks were later than the limit, and the bucket of the latest one (ms)."""
    counts = {limit: count - before.get(limit, 0.0) for limit, count in sorted(after.items())}
    total = max(counts.values(), default=0.0)
    worst = next((limit for limit, count in counts.items() if count >= total), float("inf"))
    share = next((limit for limit, count in counts.items() if count >= 0.99 * total), float("inf"))
    late = total - counts.get(LIMIT_SECONDS, 0.0)
    return {
        "loop_late_50ms": int(late),
        "loop_ticks": int(total),
        "loop_p99_within_ms": round(1000 * share),
        "loop_worst_within_ms": round(1000 * worst) if worst != float("inf") else -1,
    }
