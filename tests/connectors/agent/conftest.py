"""An agent between a real hub and an office system that is a folder."""

from __future__ import annotations

import asyncio
import contextlib
import json
from dataclasses import dataclass
from pathlib import Path

import credentials
import pytest
from actors import Office
from province import hub, new_folder, province, url  # noqa: F401 - fixtures

from agency_registry import edit
from connectors import base, outgoing
from connectors.agent import running, settings
from hub import clock, log

SENDER, RECIPIENT, THIRD = "000.00.01.H99", "000.00.02.H99", "000.00.03.H99"


@pytest.fixture
def sections() -> dict:
    return {"listen": [{"port": 0, "doors": ["api", "vxp"]}], "intake": {"lease_seconds": 60}}


@dataclass
class Desk:
    """The office system beside the agent."""

    folder: Path

    def offer(self, name: str, data: bytes, message_type: str = "edoc", sending: dict | None = None) -> None:
        path = self.folder / "tray" / f"{name}.{message_type}.xml"
        path.parent.mkdir(exist_ok=True)
        if sending:
            path.with_suffix(".json").write_text(json.dumps(sending))
        beside = path.with_suffix(".part")
        beside.write_bytes(data)
        beside.replace(path)

    @property
    def arrivals(self) -> list[dict]:
        log_file = self.folder / "log.txt"
        return [json.loads(line) for line in log_file.read_text().splitlines()] if log_file.exists() else []

    def told(self, name: str, message_type: str = "edoc") -> list[dict]:
        file = self.folder / "told" / f"{name}.{message_type}.xml.json"
        return [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []

    def data(self, item_id: str) -> bytes:
        return (self.folder / "in" / f"{item_id}.xml").read_bytes()

    @contextlib.contextmanager
    def trouble(self, name: str):
        (self.folder / name).touch()
        try:
            yield
        finally:
            (self.folder / name).unlink(missing_ok=True)


@dataclass
class Beside:
    """The agent's folder and settings, and what surrounds it."""

    settings: settings.Settings
    desk: Desk
    clock: clock.Clock

    def opened(self, **replaced):
        """An agent in its folder, as a process would have it."""
        return _opened(self, replaced)

    async def once(self, **replaced) -> dict:
        async with self.opened(**replaced) as agent:
            return await agent.once()


@contextlib.asynccontextmanager
async def _opened(beside: Beside, replaced: dict):
    guard = outgoing.Guard(beside.settings.whole.outgoing.allow)
    async with outgoing.session(guard, timeout_seconds=20) as http:

        def tools_of(side: str, name_of=str) -> base.Tools:
            return base.Tools(http, beside.clock.now, log.get().bind(side=side), 20, name_of)

        async with running.opened(beside.settings, tools_of, "truc-agent/test") as agent:
            for name, connector in replaced.items():
                _replace(agent, name, connector)
            yield agent


def _replace(agent, name: str, change) -> None:
    """Have one side's connector changed by `change` (connector -> connector)."""
    coming, going = agent._directions
    if name == "hub":
        made = change(agent._hub)
        agent._hub = made
        object.__setattr__(coming, "source", made)
        coming.fetching._source = made
        going.handing_over._target = made
    else:
        made = change(going.source)
        object.__setattr__(going, "source", made)
        going.fetching._source = made
        coming.handing_over._target = made


@pytest.fixture
async def sender(province):  # noqa: F811
    await province.agencies(SENDER, RECIPIENT, THIRD)
    made = await province.system("sender", SENDER)
    async with Office(province.url, made.system_id, made.secret, (SENDER,)) as office:
        yield office


@pytest.fixture
def more_settings() -> dict:
    """Further sections and settings of the agent; a test module overrides this."""
    return {}


@pytest.fixture
async def beside(province, sender, tmp_path, more_settings) -> Beside:  # noqa: F811
    made = await province.system("recipient", RECIPIENT)
    key = credentials.KEYS["ES256"]()
    await province.change(lambda c: edit.add_key(c, made.system_id, credentials.public_pem(key)))
    folder = tmp_path / "agent"
    folder.mkdir(exist_ok=True)
    (folder / "key.pem").touch(0o600)
    (folder / "key.pem").write_text(key.as_pem(private=True).decode())
    desk = Desk(tmp_path / "desk")
    desk.folder.mkdir()
    values = {
        "agent": {"codes": [RECIPIENT], "poll_seconds": 1, "retry_seconds": [1], "heartbeat_seconds": 5,
                  **more_settings.get("agent", {})},
        "hub": {"kind": "truc", "url": province.url, "system_id": made.system_id, "private_key_file": "key.pem",
                "poll_seconds": 1},
        "office": {"kind": "fake_peers.desk", "folder": str(desk.folder)},
        **{name: value for name, value in more_settings.items() if name != "agent"},
    }  # fmt: skip
    return Beside(settings.from_mapping(values, folder / "agent.toml"), desk, clock.Clock())


@pytest.fixture
def run_agent(beside):
    """Run the agent in the background until the block ends."""

    @contextlib.asynccontextmanager
    async def running_agent(**replaced):
        stop = asyncio.Event()
        async with beside.opened(**replaced) as agent:
            task = asyncio.create_task(agent.run(stop))
            try:
                yield agent
            finally:
                stop.set()
                await task

    return running_agent
