"""All scenarios of this package, and running them over one connector."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import connectors
from connectors.testing import bench, collecting, delivering, doubting, standing
from connectors.testing.peer import Peer
from connectors.testing.scenario import Result, Scenario

ALL: tuple[Scenario, ...] = (
    *standing.SCENARIOS,
    *delivering.SCENARIOS,
    *doubting.SCENARIOS,
    *collecting.SCENARIOS,
)


def named(scenario_id: str) -> Scenario:
    """The scenario with this id. Raises KeyError."""
    return {one.id: one for one in ALL}[scenario_id]


async def run_one(
    kind: str, peer: Callable[[], Peer] | None, scenario: Scenario, folder: Path, *, large_bytes: int = 200_000_000
) -> Result:
    """One scenario over one connector, with a fresh peer. Raises connectors.UnknownKindError.

    large_bytes: size of the package that must not be held whole.
    """
    made = peer() if peer is not None else None
    return await bench.run(scenario, bench.Bench(kind, connectors.load(kind), made, folder, large_bytes=large_bytes))
