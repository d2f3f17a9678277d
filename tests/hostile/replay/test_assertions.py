"""G-06 at the native token door: one signed assertion buys one token, at the same moment and after a restart."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
from pathlib import Path

import aiohttp
import credentials
import pytest
from credentials import assertion, assertion_form
from province import Province, settings_of

from agency_registry import edit
from hub import app
from hub.http import server
from hub.sections import Listen

HUB, SENDER = "000.00.00.H99", "000.00.01.H99"


@contextlib.asynccontextmanager
async def running(folder: Path):
    """The hub of a folder and the address of its token door; closed for good behind it."""
    hub = await app.open_hub(settings_of(folder, listen=[{"port": 0, "doors": ["api"]}]))
    runner = server.runner(server.build(hub, Listen(port=0, doors=["api"])), 1)
    await runner.setup()
    site = server.site(hub.settings, Listen(port=0), runner)
    await site.start()
    try:
        yield hub, f"http://127.0.0.1:{runner.addresses[0][1]}/api/v1/token"
    finally:
        await runner.cleanup()
        await app.close_hub(hub)


async def ask(url: str, text: str) -> int:
    async with aiohttp.ClientSession() as session, session.post(url, data=assertion_form(text)) as response:
        return response.status


@pytest.fixture
def folder(new_folder, tmp_path) -> Path:
    return Path(shutil.copytree(new_folder, tmp_path / "D"))


async def test_G06_an_assertion_is_remembered_across_a_restart(folder):  # noqa: N802 - the id of the case
    key = credentials.KEYS["ES256"]()
    async with running(folder) as (hub, url):
        province = Province(hub, url)
        await province.agencies(SENDER)
        await province.system("snv", SENDER)
        await province.change(lambda c: edit.add_key(c, "snv", credentials.public_pem(key)))
        text = assertion(key, "snv", HUB, now=hub.clock.now())
        at_once = await asyncio.gather(*(ask(url, text) for _ in range(20)))
        assert sorted(at_once) == [200] + [401] * 19

    async with running(folder) as (_, url):
        assert await ask(url, text) == 401, "used before the restart"
        assert await ask(url, assertion(key, "snv", HUB, now=hub.clock.now())) == 200
