"""`truc chaos`: kill -9 the server again and again under load, then count what was lost, doubled or offered twice.

Clients send and receive through the real doors in this process; the server is one of its own. A client that loses its
answer repeats the same bytes. At the end: everything answered with success arrived once and whole; nothing was offered
in a list that began after its acknowledgement was answered; a repeat gets the first receipt.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import signal
import socket
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

from edxml.testing import plain_pdf
from hub.cli.bench import province
from hub.cli.bench.doors import Credential, Door, Mold, NativeDoor, VxpDoor, document_id, receiver
from hub.cli.bench.wire import Connection

_GONE = (OSError, asyncio.IncompleteReadError, EOFError)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The words of the command."""
    parser.add_argument("--kills", type=int, default=20, help="how often the server is killed")
    parser.add_argument("--clients", type=int, default=16, help="sending clients")
    parser.add_argument("--receivers", type=int, default=3, help="receiving clients")
    parser.add_argument("--size", type=int, default=20_000, help="bytes of each attachment")
    parser.add_argument("--door", choices=("api", "vxp"), default="api", help="which door")
    parser.add_argument("--seed", type=int, default=0, help="0 = a fresh one, printed")


def run(arguments: argparse.Namespace) -> int:
    """Kill, count and print; 1 when a promise was broken."""
    report = asyncio.run(_chaos(arguments))
    print(json.dumps(report) if arguments.json else "\n".join(f"{name}: {value}" for name, value in report.items()))
    return 0 if report["lost"] == report["doubled"] == report["offered_again"] == report["other_receipt"] == 0 else 1


@dataclass(slots=True)
class _Ledger:
    """What the clients saw."""

    answered: dict[str, tuple[tuple[bytes, bytes, bytes], str]] = field(default_factory=dict)
    received: dict[str, set[str]] = field(default_factory=dict)
    """DocumentId -> the offers under which it was stored; written before the hub is told, as careful receivers do."""
    damaged: int = 0
    confirmed_at: dict[str, float] = field(default_factory=dict)
    offered_again: int = 0
    repeats: int = 0
    other_receipt: int = 0
    refused: list[str] = field(default_factory=list)


class _World:
    """The server that dies and the clients that do not."""

    def __init__(self, arguments: argparse.Namespace, folder: Path, who: tuple[Credential, list[Credential]]) -> None:
        self.arguments, self.folder, self.who = arguments, folder, who
        self.seed = arguments.seed or random.SystemRandom().randrange(1, 1 << 31)
        self.chance = random.Random(self.seed)  # noqa: S311 - when to kill, not a secret
        self.ledger = _Ledger()
        self.molds = [Mold(plain_pdf(arguments.size), receiver(number)) for number in range(arguments.receivers)]
        self.port = _free_port()
        self.sending = True
        self.server: province.Server

    async def start(self) -> None:
        self.server = await province.start(self.folder, self.port)

    async def door(self, line: Connection, who: Credential) -> Door:
        if self.arguments.door == "vxp":
            return VxpDoor(who)
        door = NativeDoor()
        await door.sign_in(line, who)
        return door

    async def sender(self) -> None:
        while self.sending:
            pieces = self.chance.choice(self.molds).pour()
            receipt = await self._send(pieces)
            if receipt is not None:
                self.ledger.answered[pieces[1].decode()] = (pieces, receipt)

    async def receiver(self, who: Credential, stop: asyncio.Event) -> None:
        line = Connection("127.0.0.1", self.port)
        door: Door | None = None
        while not stop.is_set():
            try:
                door = door or await self.door(line, who)
                if not await self._receive(door, line):
                    await asyncio.sleep(0.02)
            except _GONE:
                line.close()
                await asyncio.sleep(0.05)
            except RuntimeError as refusal:
                self.ledger.refused.append(str(refusal))
                await asyncio.sleep(0.05)
        line.close()

    async def kill(self) -> None:
        """Wait a random moment, kill -9, start again."""
        await asyncio.sleep(self.chance.uniform(0.2, 1.5))
        self.server.process.send_signal(signal.SIGKILL)
        await self.server.process.wait()
        await self.start()

    async def check_repeats(self) -> None:
        """Every answered package once more: the first receipt must come back."""
        line = Connection("127.0.0.1", self.port)
        door = await self.door(line, self.who[0])
        for pieces, receipt in self.ledger.answered.values():
            self.ledger.other_receipt += await door.send(line, pieces) != receipt
        line.close()

    async def _send(self, pieces: tuple[bytes, bytes, bytes]) -> str | None:
        line = Connection("127.0.0.1", self.port)
        tries = 0
        while True:
            tries += 1
            try:
                door = await self.door(line, self.who[0])
                receipt = await door.send(line, pieces)
            except _GONE:
                line.close()
                await asyncio.sleep(0.05)
            except RuntimeError as refusal:
                self.ledger.refused.append(str(refusal))
                return None
            else:
                self.ledger.repeats += tries > 1
                line.close()
                return receipt

    async def _receive(self, door: Door, line: Connection) -> bool:
        began = time.perf_counter()
        offers = await door.offers(line)
        for offer in offers:
            if self.ledger.confirmed_at.get(offer.id, began) < began:
                self.ledger.offered_again += 1
            content = await door.fetch(line, offer)
            if content is None:
                continue
            name = document_id(content)
            self._compare(name, content)
            self.ledger.received.setdefault(name, set()).add(offer.id)
            if await door.confirm(line, offer, content):
                self.ledger.confirmed_at.setdefault(offer.id, time.perf_counter())
        return bool(offers)

    def _compare(self, name: str, content: bytes) -> None:
        sent = (head + name.encode() + tail for head, tail in (mold.ends for mold in self.molds))
        self.ledger.damaged += content not in sent


async def _chaos(arguments: argparse.Namespace) -> dict[str, object]:
    with tempfile.TemporaryDirectory(prefix="truc-chaos-") as name:
        folder = Path(name)
        world = _World(arguments, folder, await province.prepare(folder, arguments.receivers))
        await world.start()
        try:
            seconds = await _play(world)
        finally:
            await world.server.stop()
    ledger = world.ledger
    return {
        "seed": world.seed,
        "door": arguments.door,
        "kills": arguments.kills,
        "clients": arguments.clients,
        "seconds": round(seconds, 1),
        "answered": len(ledger.answered),
        "repeated_by_clients": ledger.repeats,
        "received": len(ledger.received),
        "lost": len(set(ledger.answered) - set(ledger.received)) + ledger.damaged,
        "doubled": sum(len(offers) > 1 for offers in ledger.received.values()),
        "offered_again": ledger.offered_again,
        "other_receipt": ledger.other_receipt,
        "refused": ledger.refused[:5],
    }


async def _play(world: _World) -> float:
    """The whole story on a running server; its seconds."""
    arguments = world.arguments
    started = time.perf_counter()
    quiet = asyncio.Event()
    senders = [asyncio.create_task(world.sender()) for _ in range(arguments.clients)]
    receivers = [asyncio.create_task(world.receiver(who, quiet)) for who in world.who[1]]
    for _ in range(arguments.kills):
        await world.kill()
    world.sending = False
    await asyncio.gather(*senders)
    await _settle(world)
    quiet.set()
    await asyncio.gather(*receivers)
    await world.check_repeats()
    return time.perf_counter() - started


async def _settle(world: _World) -> None:
    """Until everything answered was received, or nothing moves for ten seconds."""
    moved, last = time.perf_counter(), -1
    while set(world.ledger.answered) - set(world.ledger.received):
        if len(world.ledger.received) != last:
            moved, last = time.perf_counter(), len(world.ledger.received)
        if time.perf_counter() - moved > 10:
            return
        await asyncio.sleep(0.1)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port
