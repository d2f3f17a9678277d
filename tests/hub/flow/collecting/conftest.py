"""An axis that answers as it is told, and the collector of a hub."""

from __future__ import annotations

import pytest

from connectors import base, outgoing
from hub import log
from hub.flow import peers, routing
from hub.flow.collecting.collector import Collector

from .looking import MINISTRY


@pytest.fixture
def sections(tmp_path, axis):
    (tmp_path / "secret").write_text(axis.secret + "\n")
    return {
        "axis": {
            "endpoint": axis.url, "system_id": "00.01.H99", "secret_file": str(tmp_path / "secret"),
            "poll_seconds": 1,
        },
        "dispatch": {"timeout_seconds": 1, "backoff_seconds": [1]},
    }  # fmt: skip


@pytest.fixture
async def collector(hub, province, snv):
    """The collector of a hub whose office Sở Nội vụ may be written to by a ministry."""
    await province.agencies(MINISTRY, scope="national")
    async with outgoing.session(outgoing.Guard(["127.0.0.0/8"]), timeout_seconds=1) as http:
        tools = base.Tools(http, hub.clock.now, log.get(), 1)
        made = Collector(hub, tools, peers.find(hub, routing.AXIS))
        yield made
        await made.close()
