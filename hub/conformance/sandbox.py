"""The sandbox: a real hub with TEST keys in a temporary folder, made-up agencies in it, and the system under check."""

from __future__ import annotations

import contextlib
import socket
import tempfile
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import aiohttp

from agency_registry import edit
from hub import app, key_making, settings
from hub.conformance.agency import Agency
from hub.conformance.line import Line
from hub.flow import registry
from hub.keys import Keys
from hub.store import heartbeats

PREFIX: Final = "H99"
SUBJECT: Final = ("000.00.11.H99", "000.00.12.H99")
"""The two agencies that the system under check speaks for."""

_OTHERS: Final = ("000.00.21.H99", "000.00.22.H99")
_NAMES: Final = {
    "000.00.00.H99": "Trục thử nghiệm tuân thủ",
    SUBJECT[0]: "Sở Kiểm thử tỉnh Thử Nghiệm",
    SUBJECT[1]: "Chi cục Kiểm thử tỉnh Thử Nghiệm",
    _OTHERS[0]: "Văn phòng UBND tỉnh Thử Nghiệm",
    _OTHERS[1]: "Sở Đối chiếu tỉnh Thử Nghiệm",
}


@dataclass(frozen=True, slots=True)
class Credentials:
    """What the system under check is told. url: behind the faulty line."""

    url: str
    system_id: str
    secret: str = field(repr=False)

    def environment(self) -> dict[str, str]:
        """For a command that is started with it; the VXP endpoint is the same address."""
        return {
            "TRUC_URL": self.url,
            "TRUC_VXP_ENDPOINT": self.url,
            "TRUC_SYSTEM_ID": self.system_id,
            "TRUC_SECRET": self.secret,
            "TRUC_ORGAN_IDS": ",".join(SUBJECT),
        }


@dataclass(slots=True)
class Sandbox:
    """A running hub and everybody around it. sender, other: the made-up agencies."""

    folder: Path
    port: int
    line: Line
    running: app.Running
    session: aiohttp.ClientSession
    credentials: Credentials
    sender: Agency
    other: Agency

    @property
    def keys(self) -> Keys:
        """The sandbox's own keys, marked TEST."""
        return self.running.hub.keys

    async def restart(self) -> None:
        """Stop the hub and start it anew at the same place; what the system holds open is cut."""
        await self.running.stop()
        self.line.cut_all()
        self.running = await _started(self.folder, self.port)

    async def clock_seconds(self) -> int | None:
        """How far the clock of the system under check is from the hub's, where it ever told."""
        found = await self.running.hub.db.read(
            lambda connection: heartbeats.get(connection, self.credentials.system_id)
        )
        return None if found is None or found.clock_at is None else int(found.clock_seconds)


@contextlib.asynccontextmanager
async def opened() -> AsyncIterator[Sandbox]:
    """Make it, run it, and let nothing of it stay."""
    async with contextlib.AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="truc-check-")))
        port = _free_port()
        _prepare(folder, port)
        running = await _started(folder, port)
        line = Line("127.0.0.1", port)
        await line.start()
        stack.push_async_callback(line.stop)
        timeout = aiohttp.ClientTimeout(total=None, sock_connect=10, sock_read=120)
        session = await stack.enter_async_context(aiohttp.ClientSession(timeout=timeout))
        for code, name in _NAMES.items():
            await registry.change(running.hub, lambda c, code=code, name=name: edit.add_agency(c, code, name))  # type: ignore[misc]
        url = f"http://127.0.0.1:{port}"
        others = []
        for code in _OTHERS:
            system_id, secret = await _system(running, f"co-quan-{code[7:9]}", (code,))
            others.append(Agency(url, code, system_id, secret, session))
        credentials = Credentials(line.url, *await _system(running, "he-thong-kiem-thu", SUBJECT))
        made = Sandbox(folder, port, line, running, session, credentials, *others)
        try:
            yield made
        finally:
            await made.running.stop()


def _prepare(folder: Path, port: int) -> None:
    key_making.create(folder / "keys", "000.00.00.H99", "truc connector check")
    for purpose in ("state", "public", "tsa"):
        (folder / "trust" / purpose).mkdir(parents=True)
    (folder / "hub.toml").write_text(
        f"""[hub]
organ_id = "000.00.00.H99"
prefixes = ["{PREFIX}"]
test_mode = true

[[listen]]
address = "127.0.0.1"
port = {port}
doors = ["vxp", "api"]

[intake]
verify_processes = 1
lease_seconds = 20

[outgoing]
allow = ["127.0.0.0/8"]
""",
        encoding="utf-8",
    )


async def _started(folder: Path, port: int) -> app.Running:
    running = app.Running(settings.load(folder / "hub.toml"))
    await running.start()
    assert running.urls, f"it listens at {port}"
    return running


async def _system(running: app.Running, name: str, codes: tuple[str, ...]) -> tuple[str, str]:
    made: tuple[str, str] = await registry.change(
        running.hub,
        lambda connection: edit.add_system(connection, name=name, organ_ids=codes, wrap=running.hub.keys.wrap),
    )
    return made


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
