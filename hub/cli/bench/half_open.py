"""Destinations that take a little and never answer: what the others feel of them.

50 office systems are pushed to, on ports of this driver. Packages go to all of them in turn, on a fixed timetable. In
the first half every one answers; then some only read a little and say nothing, as a machine does whose power went.
Measured is the time from the planned sending to the moment the whole package is at an office that answers.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from agency_registry import edit
from connectors.calling import signing
from edxml.testing import plain_pdf
from hub import app, settings
from hub.cli.bench import load, province
from hub.cli.bench.called import Called
from hub.cli.bench.doors import Credential, Mold, NativeDoor, receiver
from hub.cli.bench.wire import Connection
from hub.flow import peers

DESTINATIONS = 50
DOCUMENT_BYTES = 10_000
SENDERS = 8
DRAIN_SECONDS = 20.0
"""How long after the last sending what is still on its way may arrive."""


def offices() -> list[Called]:
    """The office systems: each says what it got, as the push connector asks."""
    return [Called(lambda content: {"sha256": hashlib.sha256(content).hexdigest()}) for _ in range(DESTINATIONS)]


async def prepare(folder: Path, called: list[Called]) -> Credential:
    """A hub with one sender and the called offices; its keys wrap their secrets."""
    sender, _ = await province.prepare(folder, 0)
    path = folder / "hub.toml"
    text = path.read_text(encoding="utf-8").replace("allow = []", 'allow = ["127.0.0.0/8"]')
    path.write_text(text, encoding="utf-8")
    hub = await app.open_hub(settings.load(path))
    try:
        for number, one in enumerate(called):
            secret = peers.sealed(hub.keys, signing.new_secret())
            reach = {"endpoint": f"http://127.0.0.1:{one.port}/", "secret": secret}

            def add(connection: edit.Connection, number: int = number, reach: Mapping[str, object] = reach) -> None:
                code = receiver(number)
                edit.add_agency(connection, code, f"Cơ quan thử nghiệm {code}")
                edit.add_system(
                    connection,
                    name=f"van-phong-{number}",
                    organ_ids=[code],
                    wrap=hub.keys.wrap,
                    connector="push",
                    settings=reach,
                    state="active",
                )

            await hub.db.write(add)
    finally:
        await app.close_hub(hub)
    return sender


async def measure(
    server: province.Server, sender: Credential, called: list[Called], silent: int, seconds: float, rate: float
) -> dict[str, object]:
    """The figures, by name. silent: so many of the offices are half-open in the second half."""
    lines = [Connection(server.host, server.port) for _ in range(SENDERS)]
    door = NativeDoor()
    await door.sign_in(lines[0], sender)
    document = plain_pdf(DOCUMENT_BYTES)
    traffic = _Load(door, lines, called, [Mold(document, receiver(number)) for number in range(len(called))], rate)
    answering = called[silent:]
    await traffic.run(answering, min(seconds, 5.0))  # warm: every connection is made once
    before = await traffic.run(answering, seconds)
    for one in called[:silent]:
        one.half_open = True
    cpu = server.cpu_seconds()
    during = await traffic.run(answering, seconds)
    for line in lines:
        line.close()
    row: dict[str, object] = {
        "destinations": len(called),
        "half_open": silent,
        "seconds": seconds,
        "packages_per_second": rate,
        "server_cpu_share": round((server.cpu_seconds() - cpu) / seconds, 2),
    }
    for name, found in (("all_answer", before), ("some_half_open", during)):
        row[f"{name}_handed_over"] = len(found.seconds)
        row[f"{name}_missing"] = found.missing
        row[f"{name}_p50_ms"] = round(1000 * load.quantile(found.seconds, 0.5), 1)
        row[f"{name}_p99_ms"] = round(1000 * load.quantile(found.seconds, 0.99), 1)
        row[f"{name}_max_ms"] = round(1000 * max(found.seconds, default=0.0), 1)
    first = load.quantile(before.seconds, 0.99)
    row["p99_ratio"] = round(load.quantile(during.seconds, 0.99) / first, 2) if first else None
    return row


@dataclass(frozen=True, slots=True)
class _Found:
    seconds: list[float]
    missing: int


@dataclass(frozen=True, slots=True)
class _Load:
    """`rate` packages a second on a fixed timetable, to the offices in turn."""

    door: NativeDoor
    lines: list[Connection]
    called: list[Called]
    molds: list[Mold]
    rate: float

    async def run(self, watched: list[Called], seconds: float) -> _Found:
        """Send for so long; the times of what went to those that are watched."""
        free: asyncio.Queue[Connection] = asyncio.Queue()
        for line in self.lines:
            free.put_nowait(line)
        planned: dict[str, tuple[Called, float]] = {}

        async def one(number: int, moment: float) -> None:
            to, pieces = self.called[number], self.molds[number].pour()
            if to in watched:
                planned[pieces[1].decode()] = to, moment
            line = await free.get()
            try:
                await self.door.send(line, pieces)
            finally:
                free.put_nowait(line)

        started = time.perf_counter()
        async with asyncio.TaskGroup() as group:
            for count in range(int(seconds * self.rate)):
                moment = started + count / self.rate
                await asyncio.sleep(max(0.0, moment - time.perf_counter()))
                group.create_task(one(count % len(self.called), moment))
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(DRAIN_SECONDS):
                for name, (to, _) in planned.items():
                    await to.has(name)
        there = [to.seen[name] - moment for name, (to, moment) in planned.items() if name in to.seen]
        return _Found(there, len(planned) - len(there))
