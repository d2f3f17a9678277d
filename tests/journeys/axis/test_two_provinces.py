"""Two provinces exchange documents and statuses while the axis misbehaves in every way and every hub is killed.

`TRUC_AXIS_DOCUMENTS`, `TRUC_AXIS_KILLS` (of each hub) and `TRUC_AXIS_SEED` make it longer, or the same again.
"""

from __future__ import annotations

import asyncio
import json
import os
import random

import pytest
from patience import until

from hub.mood import Mood

from .country import country

DOCUMENTS = int(os.environ.get("TRUC_AXIS_DOCUMENTS", "40"))
KILLS = int(os.environ.get("TRUC_AXIS_KILLS", "2"))
SEED = int(os.environ.get("TRUC_AXIS_SEED", "0")) or random.SystemRandom().randrange(1, 1 << 31)
PATIENCE_SECONDS = 90
MOOD_SECONDS = 1.5 if KILLS <= 2 else 4.0


@pytest.mark.timeout(240 + 3 * DOCUMENTS + 60 * KILLS)
async def test_nothing_is_lost_or_doubled_whatever_the_axis_does_and_whoever_dies(tmp_path):
    """law: R-119."""
    print(f"TRUC_AXIS_SEED={SEED}")
    async with country(tmp_path, SEED) as world:
        north, south = world.offices["north"], world.offices["south"]
        quiet = asyncio.Event()
        async with asyncio.TaskGroup() as tasks:
            receiving = [tasks.create_task(office.receive()) for office in world.offices.values()]
            misbehaving = tasks.create_task(world.misbehave(MOOD_SECONDS, quiet))
            sending = [
                tasks.create_task(north.issue(south.code, DOCUMENTS // 2, 0.1)),
                tasks.create_task(south.issue(north.code, DOCUMENTS // 2, 0.1)),
            ]
            await asyncio.gather(world.kill_all(KILLS), *sending)
            await until(lambda: set(world.moods) == set(Mood.MODES))
            quiet.set()
            await misbehaving
            await world.mood(Mood.OFF, 1)
            await world.settle(PATIENCE_SECONDS)
            for office in world.offices.values():
                office.stopped.set()
            await asyncio.gather(*receiving)
    figures = {**world.ledger.figures(), "kills": {node.name: node.kills for node in world.nodes}, "seed": SEED}
    print(json.dumps(figures))

    assert figures["documents"] == DOCUMENTS // 2 * 2
    broken = ("lost", "doubled", "other_bytes", "statuses_lost", "statuses_doubled", "refused")
    assert {name: figures[name] for name in broken} == dict.fromkeys(broken, 0), (figures, world.ledger.refused[:5])
    assert set(world.moods) == set(Mood.MODES)
    for node in world.provinces.values():
        known = node.rows(
            "SELECT d.business_status, count(*) FROM deliveries d JOIN packages p ON p.id = d.package_id "
            "WHERE p.message_type = 'edoc' AND p.status = 'accepted' GROUP BY 1"
        )
        assert known == [("03", DOCUMENTS // 2 * 2)]
