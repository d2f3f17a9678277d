"""A real hub in a temporary folder, served on a loopback port, and a province of agencies and systems in it: fixtures.

A conftest.py takes what its folder needs from here.
"""

from __future__ import annotations

import asyncio
import functools
import shutil
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from sqlalchemy import update
from vxp_client import Sdk

from agency_registry import edit, tables
from hub import app, key_making
from hub.context import Hub
from hub.http import server
from hub.sections import Listen
from hub.settings import Settings, from_mapping

PREFIX = "H99"
CALLERS = ThreadPoolExecutor(32, thread_name_prefix="caller")  # their own: a hub without verifiers uses the loop's


@dataclass
class Office:
    """One connected system of the province."""

    hub: Hub
    url: str
    system_id: str
    secret: str
    codes: tuple[str, ...]
    opened: list[Sdk]

    def sdk(self, **options) -> Sdk:
        """A fresh SDK object of this system, with its own timestamp; closed when the test ends."""
        options.setdefault("endpoint", self.url)
        options.setdefault("secret", self.secret)
        made = Sdk(system_id=self.system_id, **options)
        self.opened.append(made)
        return made

    async def do(self, method: str, *args, sdk: Sdk | None = None, **more):
        """One call by a fresh SDK object (or the given one), away from the event loop."""
        call = functools.partial(getattr(sdk or self.sdk(), method), *args, **more)
        return await asyncio.get_running_loop().run_in_executor(CALLERS, call)

    async def waiting(self, message_type: str = "edoc", **filters) -> list[dict]:
        """What getReceivedEdocList shows."""
        return (await self.do("getReceivedEdocList", message_type, **filters)).json["data"]

    async def sent(self, **more) -> list[dict]:
        """What getSentEdocList shows."""
        return (await self.do("getSentEdocList", **more)).json["data"]


@dataclass
class Province:
    """A running hub and what is registered in it."""

    hub: Hub
    url: str
    opened: list[Sdk] = field(default_factory=list)

    async def change(self, work):
        """Change the registry and let the hub see it."""
        result = await self.hub.db.write(work)
        await self.hub.reload()
        return result

    async def agencies(self, *codes: str, **more) -> None:
        def work(connection):
            for code in codes:
                edit.add_agency(connection, code, f"Cơ quan {code}", **more)

        await self.change(work)

    async def system(self, name: str, codes, *, secret: str | None = None, **more) -> Office:
        """A registered system for these agencies; `secret` replaces the one it was given."""
        keys = self.hub.keys
        codes = (codes,) if isinstance(codes, str) else tuple(codes)

        def work(connection):
            made = edit.add_system(connection, name=name, organ_ids=codes, wrap=keys.wrap, **more)
            if secret is None:
                return made
            row = tables.system_secrets
            connection.execute(update(row).where(row.c.system_id == made[0]).values(wrapped=keys.wrap(secret.encode())))
            return made[0], secret

        system_id, known = await self.change(work)
        return Office(self.hub, self.url, system_id, known, codes, self.opened)


def settings_in(folder: Path, **sections) -> Settings:
    """Settings of a new hub folder with fresh keys; sections as in hub.toml."""
    folder.mkdir(parents=True, exist_ok=True)
    key_making.create(folder / "keys", "000.00.00.H99", "TEST")
    for purpose in ("state", "public", "tsa"):
        (folder / "trust" / purpose).mkdir(parents=True, exist_ok=True)
    return settings_of(folder, **sections)


def settings_of(folder: Path, **sections) -> Settings:
    """The settings of a hub folder that is there; sections as in hub.toml."""
    values = {
        "hub": {"organ_id": "000.00.00.H99", "prefixes": [PREFIX], "test_mode": True},
        "listen": [{"port": 0, "doors": ["vxp"]}],
        **sections,
    }
    return from_mapping(values, folder / "hub.toml")


@pytest.fixture
def sections() -> dict:
    """Settings that differ from the default; a test module overrides this fixture."""
    return {}


@pytest.fixture(scope="session")
def new_folder(tmp_path_factory) -> Path:
    """A hub's folder with keys and empty tables, made once: tests copy it."""
    folder = tmp_path_factory.mktemp("new") / "D"

    async def make() -> None:
        await app.close_hub(await app.open_hub(settings_in(folder)))

    asyncio.run(make())
    return folder


@pytest.fixture
async def hub(new_folder, tmp_path, sections):
    """An open hub, without listeners."""
    folder = Path(shutil.copytree(new_folder, tmp_path / "D"))
    opened = await app.open_hub(settings_of(folder, **sections))
    yield opened
    await app.close_hub(opened)


@pytest.fixture
async def url(hub):
    """The address of the hub, served by the real application."""
    running = server.runner(server.build(hub, Listen(port=0, doors=hub.settings.listen[0].doors)), 1)
    await running.setup()
    site = server.site(hub.settings, Listen(port=0), running)
    await site.start()
    yield f"http://127.0.0.1:{running.addresses[0][1]}"
    await running.cleanup()


@pytest.fixture
async def province(hub, url):
    """A hub without agencies yet."""
    made = Province(hub, url)
    yield made
    for sdk in made.opened:
        sdk.close()


@pytest.fixture
async def snv(province) -> Office:
    """Sở Nội vụ: the usual sender."""
    await province.agencies("000.00.01.H99")
    return await province.system("snv", "000.00.01.H99")


@pytest.fixture
async def stc(province) -> Office:
    """Sở Tài chính: the usual recipient."""
    await province.agencies("000.00.02.H99")
    return await province.system("stc", "000.00.02.H99")
