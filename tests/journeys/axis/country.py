"""Two provinces and the axis between them, three `truc serve` processes; the offices and their ledger live here."""

from __future__ import annotations

import asyncio
import contextlib
import random
import re
import signal
import socket
import sqlite3
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from pathlib import Path

from agency_registry import edit
from connectors import base, outgoing, vxp
from edxml import reader
from edxml.testing import make_package, make_status
from hub import admin_socket, app, key_making, log
from hub.cli.bench import province as serving
from hub.clock import Clock
from hub.mood import Mood
from hub.settings import from_mapping

PROVINCES = {"north": "H91", "south": "H92"}
AXIS_CODE = "000.00.00.A00"
ANSWERS = ("01", "03")

_TOML = """
[hub]
role = "{role}"
organ_id = "{organ_id}"
prefixes = {prefixes}
test_mode = true

[[listen]]
port = {port}
doors = ["vxp"]

[intake]
verify_processes = 1

[dispatch]
backoff_seconds = [1]
timeout_seconds = 3

[outgoing]
allow = ["127.0.0.0/8"]
"""
_TO_AXIS = """
[axis]
endpoint = "http://127.0.0.1:{port}"
system_id = "{system_id}"
secret_file = "{secret_file}"
poll_seconds = 1
"""


@dataclass
class Ledger:
    """What the offices saw. Items are the ids under which the hub offered something."""

    sent: dict[str, bytes] = field(default_factory=dict)
    received: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    other_bytes: list[str] = field(default_factory=list)
    answered: set[tuple[str, str]] = field(default_factory=set)
    heard: defaultdict[tuple[str, str], set[str]] = field(default_factory=lambda: defaultdict(set))
    refused: list[str] = field(default_factory=list)
    repeats: int = 0
    trouble: int = 0

    def missing(self) -> int:
        """Documents and statuses that are not where they belong yet."""
        wanted = {(document, code) for document in self.sent for code in ANSWERS}
        return len(set(self.sent) - set(self.received)) + len(wanted - set(self.heard))

    def figures(self) -> dict[str, int]:
        """What is counted at the end; all but the first ones must be 0."""
        wanted = {(document, code) for document in self.sent for code in ANSWERS}
        return {
            "documents": len(self.sent),
            "statuses": len(self.answered),
            "repeated_by_offices": self.repeats,
            "trouble_heard": self.trouble,
            "lost": len(set(self.sent) - set(self.received)),
            "doubled": sum(len(items) > 1 for items in self.received.values()),
            "other_bytes": len(self.other_bytes),
            "statuses_lost": len(wanted - set(self.heard)),
            "statuses_doubled": sum(len(items) > 1 for items in self.heard.values()),
            "refused": len(self.refused),
        }


class Node:
    """One hub: its folder, its port, its process, and the office behind it."""

    def __init__(self, name: str, folder: Path, port: int) -> None:
        self.name, self.folder, self.port = name, folder, port
        self.process: serving.Server | None = None
        self.kills = 0

    async def start(self) -> None:
        self.process = await serving.start(self.folder, self.port)

    async def kill(self) -> None:
        """kill -9, and up again."""
        self.process.process.send_signal(signal.SIGKILL)
        await self.process.process.wait()
        self.kills += 1
        await self.start()

    def rows(self, question: str) -> list[tuple]:
        """Straight from the tables of a hub that has stopped."""
        with contextlib.closing(sqlite3.connect(self.folder / "truc.db")) as connection:
            return connection.execute(question).fetchall()


class Office:
    """One office system: sends, receives, answers 01 and 03, and repeats whatever it has no answer to."""

    def __init__(self, code: str, client: vxp.Connector, ledger: Ledger) -> None:
        self.code, self.client, self.ledger = code, client, ledger
        self._open: list[tuple[bytes, str]] = []
        self.stopped = asyncio.Event()
        self.others = {f"000.00.01.{prefix}" for prefix in PROVINCES.values()} - {code}

    async def send(self, message: bytes, message_type: str) -> None:
        package = reader.read(message)

        async def pieces():
            yield message

        parcel = base.Parcel(
            "item", "package", message_type, package.document_id, package.sender_id, package.recipient_ids, 0,
            len(message), package.sha256, pieces,
        )  # fmt: skip
        tries = 0
        while True:
            tries += 1
            outcome = await self.client.deliver(parcel)
            if isinstance(outcome, base.Delivered):
                self.ledger.repeats += tries > 1
                return
            if isinstance(outcome, base.Refused):
                self.ledger.refused.append(f"{message_type}: {outcome.code} {outcome.reason}")
                return
            self.ledger.trouble += 1
            await asyncio.sleep(0.1)

    async def issue(self, to: str, count: int, pause: float) -> None:
        """Send documents, one after the other; a document counts once its hub has answered."""
        for _ in range(count):
            document = make_package(self.code, to, size=3000)
            await self.send(document, "edoc")
            self.ledger.sent[reader.read(document).document_id] = document
            await asyncio.sleep(pause)

    async def receive(self) -> None:
        """Take everything that waits, until stopped; every document is answered once."""
        while not self.stopped.is_set():
            took = 0
            for message_type in ("edoc", "status"):
                try:
                    async for incoming in self.client.collect(message_type):
                        data = b"".join([piece async for piece in incoming.body()])
                        self._note(incoming.remote_id, data)
                        await incoming.confirm(base.Taken())
                        took += 1
                except (base.PeerTroubleError, reader.Refusal):
                    self.ledger.trouble += 1
            while self._open:
                await self.send(*self._open[0])
                self._open.pop(0)
            if not took:
                await asyncio.sleep(0.2)

    def _note(self, item: str, data: bytes) -> None:
        package = reader.read(data)
        if package.status is not None:
            about = package.status.response_for.document_id
            if package.sender_id in self.others:  # a hub has notices of its own
                self.ledger.heard[about, package.status.code].add(item)
            return
        known = self.ledger.received[package.document_id]
        if not known:
            for code in ANSWERS:
                self.ledger.answered.add((package.document_id, code))
                self._open.append((make_status(code, self.code, package), "status"))
        known.add(item)
        if self.ledger.sent.get(package.document_id, data) != data:
            self.ledger.other_bytes.append(package.document_id)


@dataclass
class Country:
    """The hubs, the offices, and chance."""

    axis: Node
    provinces: dict[str, Node]
    offices: dict[str, Office]
    ledger: Ledger
    chance: random.Random
    moods: Counter[str] = field(default_factory=Counter)

    @property
    def nodes(self) -> list[Node]:
        return [self.axis, *self.provinces.values()]

    async def mood(self, mode: str, seconds: float) -> None:
        """`truc break axis`; an axis that is being killed has no mood."""
        args = {"mode": mode, "seconds": seconds, "seed": self.chance.randrange(1 << 30)}
        try:
            answer = await asyncio.to_thread(admin_socket.ask, self.axis.folder, "break.axis", args, 20)
        except (admin_socket.NotRunningError, OSError):
            return
        assert "result" in answer, answer
        if mode != Mood.OFF:
            self.moods[mode] += 1

    async def misbehave(self, seconds: float, stop: asyncio.Event) -> None:
        """Every mode in turn, in a new order each time, with a quiet moment in between."""
        while not stop.is_set():
            for mode in self.chance.sample(Mood.MODES, len(Mood.MODES)):
                await self.mood(mode, seconds)
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(stop.wait(), seconds * self.chance.uniform(0.8, 1.5))
                if stop.is_set():
                    return

    async def kill_all(self, times: int) -> None:
        """Each hub so many times, in any order."""
        order = self.nodes * times
        self.chance.shuffle(order)
        for node in order:
            await asyncio.sleep(self.chance.uniform(0.2, 1.2))
            await node.kill()

    async def settle(self, patience_seconds: float) -> None:
        """Until everything is where it belongs, or nothing has moved for so long."""
        loop = asyncio.get_running_loop()
        moved, last = loop.time(), -1
        while (missing := self.ledger.missing()) and loop.time() - moved < patience_seconds:
            if missing != last:
                moved, last = loop.time(), missing
            await asyncio.sleep(0.2)


@contextlib.asynccontextmanager
async def country(folder: Path, seed: int):
    """Everything running; at the end everything stopped, so that the tables may be read."""
    ports = _free_ports(3)
    axis = Node("axis", folder / "axis", ports[0])
    codes = {name: f"000.00.01.{prefix}" for name, prefix in PROVINCES.items()}
    centres = {name: f"000.00.00.{prefix}" for name, prefix in PROVINCES.items()}
    _folder(axis, _TOML.format(role="axis", organ_id=AXIS_CODE, prefixes="[]", port=axis.port))
    everybody = [*codes.values(), *centres.values()]
    secrets = await _register(
        axis, dict.fromkeys(everybody, "province"), {name: [codes[name], centres[name]] for name in PROVINCES}
    )
    provinces, credentials = {}, {}
    for number, (name, prefix) in enumerate(PROVINCES.items(), start=1):
        node = provinces[name] = Node(name, folder / name, ports[number])
        text = _TOML.format(role="province", organ_id=centres[name], prefixes=f'["{prefix}"]', port=node.port)
        secret_file = folder / f"{name}.secret"
        secret_file.write_text(secrets[name][1])
        _folder(node, text + _TO_AXIS.format(port=axis.port, system_id=secrets[name][0], secret_file=secret_file))
        scopes = {code: "province" if prefix in code else "national" for code in everybody}
        made = await _register(node, scopes, {"office": [codes[name]], "centre": [centres[name]]})
        credentials[name] = made["office"]
    ledger = Ledger()
    async with contextlib.AsyncExitStack() as stack:
        for node in (axis, *provinces.values()):
            await node.start()
            stack.push_async_callback(_stop, node)
        http = await stack.enter_async_context(outgoing.session(outgoing.Guard(["127.0.0.0/8"]), timeout_seconds=10))
        tools = base.Tools(http, Clock().now, log.get(), 10)
        offices = {}
        for name, node in provinces.items():
            system_id, secret = credentials[name]
            wanted = {"endpoint": f"http://127.0.0.1:{node.port}", "system_id": system_id, "secret": secret}
            offices[name] = Office(codes[name], vxp.Connector(vxp.Settings.model_validate(wanted), tools), ledger)
        yield Country(axis, provinces, offices, ledger, random.Random(seed))


async def _stop(node: Node) -> None:
    if node.process is not None:
        await node.process.stop()


def _folder(node: Node, text: str) -> None:
    node.folder.mkdir()
    organ_id = re.search(r'organ_id = "([^"]+)"', text).group(1)
    key_making.create(node.folder / "keys", organ_id, "TEST")
    for purpose in ("state", "public", "tsa"):
        (node.folder / "trust" / purpose).mkdir(parents=True)
    (node.folder / "hub.toml").write_text(text)


async def _register(node: Node, scopes: dict[str, str], systems: dict[str, list[str]]) -> dict[str, tuple[str, str]]:
    """The agencies and systems of a hub that does not run yet; id and secret of each system."""
    hub = await app.open_hub(from_mapping({"hub": _said(node)}, node.folder / "hub.toml"))

    def work(connection):
        for code, scope in scopes.items():
            edit.add_agency(connection, code, f"Cơ quan {code}", scope=scope)
        return {
            name: edit.add_system(connection, name=name, organ_ids=codes, wrap=hub.keys.wrap)
            for name, codes in systems.items()
        }

    try:
        return await hub.db.write(work)
    finally:
        await app.close_hub(hub)


def _said(node: Node) -> dict:
    text = (node.folder / "hub.toml").read_text()
    return {
        "organ_id": re.search(r'organ_id = "([^"]+)"', text).group(1),
        "role": re.search(r'role = "([^"]+)"', text).group(1),
        "test_mode": True,
    }


def _free_ports(count: int) -> list[int]:
    probes = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    try:
        return [probe.getsockname()[1] for probe in probes]
    finally:
        for probe in probes:
            probe.close()
