"""The receiving script of hub/README.md is the one that runs here."""

from __future__ import annotations

import asyncio
import json
import re
import socket
import sys
from pathlib import Path

import patience
import pytest

from connectors import base, outgoing
from edxml.testing import make_package
from hub import log
from hub.flow.webhooks import hooks, sending

README = Path(__file__).parents[4] / "hub" / "README.md"


@pytest.fixture
def sections():
    return {"outgoing": {"allow": ["127.0.0.0/8"]}}


async def test_the_script_of_the_readme_is_told_every_event_once(hub, sender, stc, tmp_path):
    script = re.search(r"```python\n(.*?)```", README.read_text("utf-8"), re.DOTALL)[1]
    (tmp_path / "receive.py").write_text(script, "utf-8")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    made, secret = await hooks.create(hub, sender.system, f"http://127.0.0.1:{port}/", ("package.accepted",), 0)
    environment = {"SECRET": secret, "PORT": str(port)}
    process = await asyncio.create_subprocess_exec(
        sys.executable, str(tmp_path / "receive.py"), env=environment,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    sent = [await sender.give(make_package(to=("000.00.02.H99",))) for _ in range(2)]

    async with outgoing.session(outgoing.Guard(["127.0.0.0/8"]), timeout_seconds=10) as http:
        loop = sending.Sender(hub, base.Tools(http, hub.clock.now, log.get(), 10))

        async def told():
            await hooks.resume(hub, sender.system, made.id)
            await loop.turn()
            await loop.idle()
            return (await hooks.one(hub, sender.system, made.id)).cursor > 0

        await patience.until(told)
    lines = [json.loads(await process.stdout.readline()) for _ in sent]
    process.terminate()
    await process.wait()

    assert [line["data"]["package_id"] for line in lines] == [one.package_id for one in sent]
