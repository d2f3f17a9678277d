"""An agent beside an office's folder, from the agent.toml that its page tells to write."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

import credentials
from journeys.law.town import Party

from agency_registry import edit
from connectors import base, outgoing
from connectors.agent import running, settings
from hub import clock, log

TOML = """[agent]
codes = ["{code}"]
poll_seconds = 1

[hub]
kind = "truc"
url = "{url}"
system_id = "{system_id}"
private_key_file = "khoa.pem"
poll_seconds = 1

[office]
kind = "folder"
path = "{share}"
settle_seconds = 0.05
look_seconds = 0.05
"""


@contextlib.asynccontextmanager
async def beside(folder: Path, party: Party, share: Path) -> AsyncIterator[running.Agent]:
    """The agent of a party's system, running until the block ends."""
    key = credentials.KEYS["ES256"]()
    await party.town.change(
        lambda connection: edit.add_key(connection, party.native.system_id, credentials.public_pem(key))
    )
    said = TOML.format(code=party.code, url=party.native.url, system_id=party.native.system_id, share=share)
    read = settings.load(_laid(folder, said, key.as_pem(private=True)))
    stop = asyncio.Event()
    guard = outgoing.Guard(read.whole.outgoing.allow)
    async with outgoing.session(guard, timeout_seconds=20) as http:

        def tools_of(side: str, name_of=str) -> base.Tools:
            return base.Tools(http, clock.Clock().now, log.get().bind(side=side), 20, name_of)

        async with running.opened(read, tools_of, "truc-agent/test") as agent:
            task = asyncio.create_task(agent.run(stop))
            try:
                yield agent
            finally:
                stop.set()
                await task


def _laid(folder: Path, said: str, key: bytes) -> Path:
    """The agent's folder with its settings and its key."""
    folder.mkdir()
    (folder / "khoa.pem").write_bytes(key)
    file = folder / "agent.toml"
    file.write_text(said, encoding="utf-8")
    return file
