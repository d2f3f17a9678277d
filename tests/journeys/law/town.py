"""A served hub and the parties of a story: each has an office at the native door, the national SDK, and `truc`."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import io
import itertools
import json
import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import actors
from province import PREFIX, Office

from agency_registry import edit
from edxml import reader
from edxml.model import Package
from hub import app, cli, clock, key_making
from hub.flow import registry
from hub.flow.watch import turns, vxp_notices
from hub.settings import from_mapping

DOWN = {"endpoint": "http://127.0.0.1:9", "system_id": "x", "secret": "x" * 32}
"""Where nobody answers: settings of a system that the hub itself calls, by the connector `vxp`."""

HOME = f"000.00.00.{PREFIX}"
OPERATOR = "Nguyễn Văn Vận"


@dataclass
class Sent:
    """A document that was sent. data: its bytes where the sender wrote them; answer: what the hub said."""

    by: Party
    answer: dict[str, Any]
    data: bytes | None
    door: str

    @property
    def id(self) -> str:
        return self.answer["package_id"]

    @property
    def read(self) -> Package:
        """The package as its sender wrote it."""
        assert self.data is not None
        return reader.read(self.data)


@dataclass(frozen=True)
class Got:
    """What a party took: its line of the inbox, the bytes, and the receipt ('' at a door that gives none)."""

    item: dict[str, Any]
    data: bytes
    receipt: str

    @property
    def delivery(self) -> str:
        return self.item["delivery_id"]

    @property
    def said(self) -> tuple[str, str]:
        """Code and words of a status message."""
        status = reader.read(self.data).status
        assert status is not None
        return status.code, status.description


@dataclass
class Party:
    """An agency with its system: `native` speaks the hub's own API, `vxp` is the national SDK."""

    town: Town
    codes: tuple[str, ...]
    native: actors.Office
    vxp: Office
    got: list[Got] = field(default_factory=list)

    @property
    def code(self) -> str:
        return self.codes[0]

    # ------------------------------------------------------------------------------------------------- sending

    async def sends(self, data: bytes) -> Sent:
        """Send a package at the native door."""
        return self.town.keep(Sent(self, await self.native.send(data), data, "api"))

    async def sends_files(self, metadata: dict[str, Any], *files: tuple[str, bytes]) -> Sent:
        """Send metadata and files; the hub writes the package."""
        said = {"from": self.code, "notation": "CV-SNV", "date": "2026-11-20", **metadata}
        answer = (await self.native.send_files(said, *files)).expect(201)
        return self.town.keep(Sent(self, answer, None, "api"))

    async def sends_by_sdk(self, data: bytes) -> Sent:
        """Send a package through the national SDK."""
        reply = await self.vxp.do("sendEdoc", data, self.code)
        assert reply.ok, reply.json
        return self.town.keep(Sent(self, {"package_id": reply.json["DocId"]}, data, "vxp"))

    async def sends_by_command(self, file: Path, *words: object) -> Sent:
        """`truc send`: a package, or a file with its envelope."""
        code, answer = await self.truc("send", file, *words)
        assert code == 0, answer
        return self.town.keep(Sent(self, answer, await asyncio.to_thread(packed, file), "api"))

    async def says_by_sdk(self, data: bytes) -> Any:
        """Send a status message through the national SDK; what it makes of the answer."""
        return await self.vxp.do("sendEdoc", data, self.code, "status")

    async def says(self, got: Got, code: str, **more: Any) -> dict[str, Any]:
        """Tell the sender of a delivery something that the hub takes."""
        return (await self.native.say(got.delivery, code, **more)).expect(200, 201)

    # ----------------------------------------------------------------------------------------------- receiving

    async def takes(self) -> Got:
        """Take the first waiting delivery at the native door: lease, fetch, acknowledge."""
        got = Got(*await self.native.receive(wait=0))
        self.got.append(got)
        return got

    async def takes_all(self) -> list[Got]:
        """Take everything that waits now."""
        found = []
        while await self.native.inbox():
            found.append(await self.takes())
        return found

    async def hears(self) -> list[tuple[str, str]]:
        """Take the statuses that wait; code and words of each."""
        return [got.said for got in await self.takes_all()]

    async def takes_by_sdk(self, message_type: str = "edoc") -> list[tuple[str, bytes]]:
        """Fetch and acknowledge through the SDK everything that waits; item id and bytes."""
        found = []
        for item in await self.vxp.waiting(message_type):
            reply, data = await self.vxp.do("getEdoc", item["docId"])
            assert reply.ok, reply.json
            assert (await self.vxp.do("updateStatus", item["docId"], "done")).ok
            found.append((item["docId"], data))
        return found

    # ------------------------------------------------------------------------------------------------ watching

    async def sees(self, sent: Sent) -> dict[str, Any]:
        """The package as this party is shown it."""
        return await self.native.package(sent.id)

    async def copies(self, sent: Sent) -> dict[str, dict[str, Any]]:
        """Recipient -> its row, as this party is shown it."""
        return {one["recipient"]: one for one in (await self.sees(sent))["deliveries"]}

    async def alarms(self, sent: Sent) -> list[str]:
        """Kinds of the open alarms about a document that this party's clerks read."""
        page = (await self.native.get("/alarms", params={"limit": "200"})).expect()
        return sorted(one["kind"] for one in page["items"] if one["package_id"] == sent.id)

    async def truc(self, *words: object) -> tuple[int, Any]:
        """A client command of this party: exit code and JSON answer."""
        told = {"TRUC_URL": self.native.url, "TRUC_SYSTEM_ID": self.native.system_id, "TRUC_SECRET": self.native.secret}
        return await self.town.command(words, told)


@dataclass
class Town:
    """A running hub, the parties of its stories, and everything that was sent."""

    running: app.Running
    folder: Path
    clock: clock.Clock
    stack: contextlib.AsyncExitStack
    parties: list[Party] = field(default_factory=list)
    ledger: list[Sent] = field(default_factory=list)
    _numbers: itertools.count = field(default_factory=lambda: itertools.count(1))
    _line: asyncio.Lock = field(default_factory=asyncio.Lock)

    @property
    def hub(self):
        return self.running.hub

    @property
    def url(self) -> str:
        return self.running.urls[0]

    def keep(self, sent: Sent) -> Sent:
        if sent.id not in [one.id for one in self.ledger]:
            self.ledger.append(sent)
        return sent

    # ---------------------------------------------------------------------------------------------- who exists

    async def change(self, work: Any) -> Any:
        """Change the registry as the hub's own commands do."""
        return await registry.change(self.hub, work)

    async def agency(self, name: str = "Cơ quan", **more: Any) -> str:
        """A new agency of the province, without a system; its code."""
        number = next(self._numbers)
        code = more.pop("code", f"000.{number // 90 + 10:02}.{number % 90 + 10:02}.{PREFIX}")
        await self.change(lambda connection: edit.add_agency(connection, code, f"{name} số {number}", **more))
        return code

    async def system(self, *codes: str, **more: Any) -> Party:
        """A system for agencies that are there."""
        name = f"he-thong-{next(self._numbers)}"

        def work(connection):
            return edit.add_system(connection, name=name, organ_ids=codes, wrap=self.hub.keys.wrap, **more)

        system_id, secret = await self.change(work)
        native = await self.stack.enter_async_context(actors.Office(self.url, system_id, secret, codes))
        vxp = Office(self.hub, self.url, system_id, secret, codes, [])
        self.stack.callback(lambda: [one.close() for one in vxp.opened])
        party = Party(self, codes, native, vxp)
        self.parties.append(party)
        return party

    async def party(self, name: str = "Sở", **more: Any) -> Party:
        """A new agency with a system of its own."""
        return await self.system(await self.agency(name, **more))

    async def some(self, count: int) -> list[Party]:
        """Several parties."""
        return [await self.party() for _ in range(count)]

    # -------------------------------------------------------------------------------------------- time, commands

    async def wait(self, step: timedelta) -> None:
        """Let the replaced clock go on; whoever was signed in signs in again."""
        assert isinstance(self.clock, clock.FakeClock)
        self.clock.advance(step)
        for party in self.parties:
            party.native.token = ""

    async def wait_until(self, text: str) -> None:
        """Let the replaced clock go on until a moment of Vietnamese time."""
        at = clock.from_text(f"{text}:00+07:00")
        assert at >= self.clock.now(), "stories of one town go forward"
        await self.wait(at - self.clock.now())

    async def look(self) -> None:
        """The watchdog looks at everything that is due, and tells VXP senders."""
        while (await turns.turn(self.hub, 1000)).looked:
            pass
        await vxp_notices.Notices().send(self.hub)

    async def command(self, words: Sequence[object], environment: dict[str, str]) -> tuple[int, Any]:
        """`truc WORDS --json`: exit code and JSON answer."""
        said = [str(word) for word in words]
        out = io.StringIO()
        async with self._line:
            before = {name: os.environ.get(name) for name in environment}
            os.environ.update(environment)
            try:
                with contextlib.redirect_stdout(out):
                    code = await asyncio.to_thread(cli.main, [*said, "--json"])
            finally:
                for name, value in before.items():
                    os.environ.pop(name) if value is None else os.environ.update({name: value})
        return code, json.loads(out.getvalue().strip().rpartition("\n")[2] or "null")

    async def operator(self, *words: object) -> tuple[int, Any]:
        """A command of the operator, carried out by the running hub."""
        return await self.command((*words, "--config", self.folder / "hub.toml"), {})

    async def operator_alarms(self, sent: Sent) -> list[str]:
        """Kinds of the operator's open alarms about a document."""
        code, answer = await self.operator("alarm", "list")
        assert code == 0, answer
        return sorted(one["kind"] for one in answer["alarms"] if one["package_id"] == sent.id)


def make_folder(folder: Path) -> None:
    """The folder of a new hub."""
    folder.mkdir(parents=True, exist_ok=True)
    key_making.create(folder / "keys", HOME, "TEST")
    for purpose in ("state", "public", "tsa"):
        (folder / "trust" / purpose).mkdir(parents=True)
    (folder / "hub.toml").touch()


def packed(file: Path) -> bytes | None:
    """The bytes of a package; None for a file that the hub packs."""
    return file.read_bytes() if file.suffix == ".edxml" else None


async def open_town(folder: Path, at: clock.Clock, sections: dict[str, Any], stack: contextlib.AsyncExitStack) -> Town:
    """A hub that runs as `truc serve` runs it."""
    make_folder(folder)
    values = {
        "hub": {"organ_id": HOME, "prefixes": [PREFIX], "test_mode": True},
        "listen": [{"port": 0, "doors": ["vxp", "api"]}],
        "outgoing": {"allow": ["127.0.0.0/8"]},
        "intake": {"verify_processes": 1},
        **sections,
    }
    running = app.Running(from_mapping(values, folder / "hub.toml"), clock=at)
    await running.start()
    stack.push_async_callback(running.stop)
    return Town(running, folder, at, stack)


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
