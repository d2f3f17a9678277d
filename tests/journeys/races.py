"""A hub in a process of its own that is killed while systems of every kind fetch and a sender has documents back.

One sender; four receiving systems: one agency, two agencies with one item for both, two with an item each, two that
the hub itself calls. Every client goes over real HTTP and may lose its answer.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import http.client
import random
import signal
import socket
import tomllib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import actors
import aiohttp
from aiohttp import web
from fake_peers.axis import FakeAxis
from province import CALLERS, PREFIX
from vxp_client import Sdk

from agency_registry import edit
from edxml import reader
from hub import app, key_making
from hub.cli.bench import province as served
from hub.flow import peers
from hub.settings import Settings, from_mapping

T = TypeVar("T")

HOME = f"000.00.00.{PREFIX}"
SENDER = f"000.00.01.{PREFIX}"
SYSTEMS = {
    "one": (f"000.00.02.{PREFIX}",),
    "two": (f"000.00.03.{PREFIX}", f"000.00.04.{PREFIX}"),
    "each": (f"000.00.05.{PREFIX}", f"000.00.06.{PREFIX}"),
    "pushed": (f"000.00.07.{PREFIX}", f"000.00.08.{PREFIX}"),
}
OWNER = {code: name for name, codes in SYSTEMS.items() for code in codes}
GONE = (OSError, aiohttp.ClientError, http.client.HTTPException)
"""What a client meets whose server dies."""

_SETTINGS = f"""
[hub]
organ_id = "{HOME}"
prefixes = ["{PREFIX}"]
test_mode = true

[[listen]]
port = 0
doors = ["vxp", "api"]

[outgoing]
allow = ["127.0.0.0/8"]

[intake]
verify_processes = 1

[dispatch]
backoff_seconds = [1]
timeout_seconds = 2
"""


@dataclass
class Ledger:
    """What the recipients themselves know: the second of the three parties.

    got: (document, agency) of which a byte arrived, for all agencies of a system that gets one item for them.
    asked: (document, agency) that was asked to give it back. answered: what it said to that.
    """

    got: set[tuple[str, str]] = field(default_factory=set)
    asked: set[tuple[str, str]] = field(default_factory=set)
    answered: dict[tuple[str, str], str] = field(default_factory=dict)


class Pushed(FakeAxis):
    """The office system that the hub calls: takes, breaks off in the middle, or answers with an error page.

    began: `hash-file` of every package of which a byte arrived, whether or not the rest did.
    """

    def __init__(self, chance: random.Random) -> None:
        super().__init__()
        self.chance = chance
        self.began: set[str] = set()

    async def read(self, request: web.Request) -> bytes:
        """The body, as far as it is taken; the first bytes are written down before the rest is asked for."""
        how = self.chance.choice(("take", "take", "break", "never"))
        if how == "never":
            self._leave(request)
        first = await request.content.readany()
        if first:
            self.began.add(request.headers["XroadVnpt-hash-file"])
        if how == "break":
            self._leave(request)
        return first + await request.read()

    def _leave(self, request: web.Request) -> None:
        if request.transport is not None:
            request.transport.abort()
        raise web.HTTPBadGateway

    def messages(self) -> list[bytes]:
        """What arrived whole since the last time."""
        calls, self.calls = self.calls, []
        return [body.removesuffix(b"\r\n") for method, _, body in calls if method == "sendEdoc"]


@dataclass
class Client:
    """A system at both doors."""

    native: actors.Office
    name: str

    @property
    def codes(self) -> tuple[str, ...]:
        return self.native.codes

    async def sdk(self, method: str, *args: Any, **more: str) -> Any:
        """One call of a fresh SDK object, away from the event loop."""

        def call() -> Any:
            sdk = Sdk(self.native.url, self.native.system_id, self.native.secret)
            with contextlib.closing(sdk):
                return getattr(sdk, method)(*args, **more)

        return await asyncio.get_running_loop().run_in_executor(CALLERS, call)

    async def stream(self, package_id: str, arrived: Callable[[], None], *, whole: bool) -> bytes | None:
        """The content; `arrived` is called for each piece. None = not given, or left after the first piece."""
        if not self.native.token:
            await self.native.sign_in()
        address = f"{self.native.url}/api/v1/packages/{package_id}/content"
        headers = {"Authorization": f"Bearer {self.native.token}"}
        data = b""
        async with self.native.session.get(address, headers=headers) as response:
            if response.status != 200:
                return None
            async for piece in response.content.iter_any():
                arrived()
                data += piece
                if not whole:
                    response.close()
                    return None
        return data


@dataclass
class World:
    """Everything that runs, and who has which bytes."""

    folder: Path
    port: int
    chance: random.Random
    office: Pushed
    clients: dict[str, Client]
    server: served.Server | None = None
    kills: int = 0
    ledger: Ledger = field(default_factory=Ledger)

    @property
    def sender(self) -> Client:
        return self.clients["sender"]

    @property
    def settings(self) -> Settings:
        return settings_in(self.folder)

    async def start(self) -> None:
        self.server = await served.start(self.folder, self.port)

    async def stop(self) -> None:
        if self.server is not None:
            await self.server.stop()
        self.server = None

    async def kill(self) -> None:
        """kill -9, and start again."""
        assert self.server is not None
        self.server.process.send_signal(signal.SIGKILL)
        await self.server.process.wait()
        self.kills += 1
        await self.start()

    async def surely(self, act: Callable[[], Awaitable[T]]) -> T:
        """Do it until there is an answer, however often the server dies meanwhile."""
        async with asyncio.timeout(120):
            while True:
                try:
                    return await act()
                except GONE:
                    await asyncio.sleep(0.05)

    # ------------------------------------------------------------------------------------------- what is received

    def takes_in(self, data: bytes, code: str) -> None:
        """Write down what a recipient got whole: a document's bytes, or a wish to have one back."""
        package = reader.read(data)
        if package.status is not None:
            assert package.status.code == "13", package.status.code
            self.ledger.asked.add((package.document_id, code))
        elif package.business.type == 1:
            self.ledger.asked.add((package.document_id, code))
        else:
            self.ledger.got.add((package.document_id, code))

    def pushed(self, documents: dict[str, tuple[str, list[str]]]) -> None:
        """Write down what the called system got. documents: hash-file -> (document, its agencies there)."""
        for begun in self.office.began & documents.keys():
            document, codes = documents[begun]
            self.ledger.got |= {(document, code) for code in codes}
        for data in self.office.messages():
            package = reader.read(data)
            for code in package.recipient_ids:
                if OWNER.get(code) == "pushed":
                    self.takes_in(data, code)


def make_folder(folder: Path) -> None:
    """Keys and settings of a new hub."""
    folder.mkdir(parents=True)
    key_making.create(folder / "keys", HOME, "TEST")
    for purpose in ("state", "public", "tsa"):
        (folder / "trust" / purpose).mkdir(parents=True)
    (folder / "hub.toml").write_text(_SETTINGS, encoding="utf-8")


def settings_in(folder: Path) -> Settings:
    file = folder / "hub.toml"
    return from_mapping(tomllib.loads(file.read_text(encoding="utf-8")), file)


async def open_world(folder: Path, seed: int, stack: contextlib.AsyncExitStack) -> World:
    """A new hub with its systems, not served yet."""
    make_folder(folder)
    chance = random.Random(seed)
    office = Pushed(random.Random(seed))
    await office.start()
    stack.push_async_callback(office.stop)
    made = await _register(settings_in(folder), office)
    port = _free_port()
    clients = {}
    for name, (system_id, secret, codes) in made.items():
        native = actors.Office(f"http://127.0.0.1:{port}", system_id, secret, codes)
        clients[name] = Client(await stack.enter_async_context(native), name)
    world = World(folder, port, chance, office, clients)
    stack.push_async_callback(world.stop)
    return world


async def _register(settings: Settings, office: Pushed) -> dict[str, tuple[str, str, tuple[str, ...]]]:
    hub = await app.open_hub(settings)
    called = {"endpoint": office.url, "system_id": "truc", "secret": peers.sealed(hub.keys, office.secret)}

    def work(connection):
        for code in (HOME, SENDER, *OWNER):
            edit.add_agency(connection, code, f"Cơ quan {code}")
        add = functools.partial(edit.add_system, connection, wrap=hub.keys.wrap)
        made = {"sender": (*add(name="sender", organ_ids=[SENDER]), (SENDER,))}
        for name, codes in SYSTEMS.items():
            more = {"connector": "vxp", "settings": called} if name == "pushed" else {}
            made[name] = (*add(name=name, organ_ids=codes, item_per_agency=name == "each", **more), codes)
        return made

    made = await hub.db.write(work)
    await app.close_hub(hub)
    return made


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
