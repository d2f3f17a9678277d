"""One express document behind thousands of normal ones, at each door; what normal ones wait under a stream of urgent.

Three offices get every document: one is called by the hub (the axis's own protocol, on a port of this driver), one asks
by VXP lists, one by the native inbox. The normal ones are sent through the native door and wait; then the express one
goes, and each office's time until it has it, or sees it first in its list, is measured. At last urgent documents come
without end and the native office takes whole pages, as fast as it can.
"""

from __future__ import annotations

import asyncio
import time
import uuid
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from edxml.testing import make_package
from hub.cli.bench import province
from hub.cli.bench.called import Called
from hub.cli.bench.doors import SENDER, Credential, NativeDoor, Offer, VxpDoor, document_id, receiver
from hub.cli.bench.wire import Connection

SENDERS = 16
ANSWER_SECONDS = 1.0
"""What the called office takes for one document: it is slow, so that its queue stands."""

PATIENCE_SECONDS = 60.0
_MARK = "0" * 32
_EXPRESS = 3


@dataclass(frozen=True, slots=True)
class Mold:
    """Packages for all three offices that differ in their DocumentId."""

    head: bytes
    tail: bytes

    def pour(self) -> tuple[str, tuple[bytes, bytes, bytes]]:
        """One package: its DocumentId and its bytes in three pieces."""
        name = uuid.uuid4().hex
        return name, (self.head, name.encode(), self.tail)


def office() -> Called:
    """The office that the hub calls by the axis's own protocol, for `sendEdoc` alone."""
    return Called(
        lambda _: {"status": "OK", "ErrorCode": "0", "ErrorDesc": "", "DocId": str(uuid.uuid4())}, ANSWER_SECONDS
    )


async def prepare(folder: Path, called: Called) -> tuple[Credential, list[Credential]]:
    """A hub with a sender and the three offices: VXP, native, called."""
    sender, receivers = await province.prepare(folder, 3)
    settings = (folder / "hub.toml").read_text(encoding="utf-8").replace("allow = []", 'allow = ["127.0.0.0/8"]')
    (folder / "hub.toml").write_text(settings, encoding="utf-8")
    config = ("--config", str(folder / "hub.toml"))
    await province.truc("system", "suspend", receivers[2].system_id, *config)
    reach = {"endpoint": f"http://127.0.0.1:{called.port}", "system_id": "hub", "secret": "bench"}
    words = [word for name, value in reach.items() for word in ("--setting", f"{name}={value}")]
    await province.truc("system", "add", "he-thong-goi", "--for", receiver(2), "--connector", "vxp", *words, *config)
    return sender, receivers[:2]


async def measure(
    server: province.Server, sender: Credential, who: list[Credential], called: Called, waiting: int, seconds: float
) -> dict[str, object]:
    """The figures, by name."""
    vxp, native = VxpDoor(who[0]), NativeDoor()
    lines = [Connection(server.host, server.port) for _ in range(SENDERS)]
    sending = NativeDoor()
    await sending.sign_in(lines[0], sender)
    await native.sign_in(lines[0], who[1])
    started = time.perf_counter()
    await _send(sending, lines, mold(0), waiting)
    row: dict[str, object] = {"waiting": waiting, "fill_seconds": round(time.perf_counter() - started, 1)}
    row["still_queued_at_called"] = waiting - len(called.seen)
    row |= await _overtake(sending, vxp, native, lines, called)
    row |= await _stream(sending, native, lines, seconds)
    for line in lines:
        line.close()
    return row


def mold(urgency: int) -> Mold:
    """Packages of one urgency."""
    to = tuple(receiver(number) for number in range(3))
    head, tail = make_package(SENDER, to, document_id=_MARK, priority=urgency).split(_MARK.encode(), 1)
    return Mold(head, tail.replace(_MARK.encode(), b"1" * 32))


async def _send(door: NativeDoor, lines: list[Connection], made: Mold, count: int) -> None:
    left = iter(range(count))

    async def one(line: Connection) -> None:
        for _ in left:
            await door.send(line, made.pour()[1])

    await asyncio.gather(*(one(line) for line in lines))


async def _overtake(
    sending: NativeDoor, vxp: VxpDoor, native: NativeDoor, lines: list[Connection], called: Called
) -> dict[str, object]:
    """Send the express one; seconds until each office has it."""
    name, pieces = mold(_EXPRESS).pour()
    started = time.perf_counter()
    await sending.send(lines[0], pieces)
    accepted = time.perf_counter() - started

    async def pushed() -> float:
        async with asyncio.timeout(PATIENCE_SECONDS):
            await called.has(name)
        return called.seen[name] - started

    async def first(door: NativeDoor | VxpDoor, line: Connection) -> float:
        async with asyncio.timeout(PATIENCE_SECONDS):
            while True:
                offers = await door.offers(line)
                seen = time.perf_counter() - started
                content = await door.fetch(line, offers[0]) if offers else None
                if content is not None and document_id(content) == name:
                    return seen

    found = await asyncio.gather(pushed(), first(vxp, lines[1]), first(native, lines[2]))
    names = ("pushed_seconds", "vxp_list_seconds", "inbox_seconds")
    figures = {key: round(value, 3) for key, value in zip(names, found, strict=True)}
    return {"accepted_seconds": round(accepted, 3), **figures}


async def _stream(
    sending: NativeDoor, native: NativeDoor, lines: list[Connection], seconds: float
) -> dict[str, object]:
    """Urgent ones without end while the native office takes page after page; what normal ones wait."""
    end = time.perf_counter() + seconds
    urgent, normal = mold(2), b"<edXML:Priority>0</edXML:Priority>"
    taken: dict[bool, int] = {True: 0, False: 0}
    moments = [time.perf_counter()]
    sent = 0

    async def send(line: Connection) -> None:
        nonlocal sent
        while time.perf_counter() < end:
            await sending.send(line, urgent.pour()[1])
            sent += 1

    async def take(line: Connection, offer: Offer) -> None:
        content = await native.fetch(line, offer)
        if content is None or not await native.confirm(line, offer, content):
            return
        is_normal = normal in content
        taken[is_normal] += 1
        if is_normal:
            moments.append(time.perf_counter())

    async def receive() -> None:
        line = lines[-1]
        while time.perf_counter() < end:
            for offer in await native.offers(line):
                await take(line, offer)

    started = time.perf_counter()
    await asyncio.gather(receive(), *(send(line) for line in lines[:4]))
    spent = time.perf_counter() - started
    gaps = [later - earlier for earlier, later in pairwise(moments)]
    rate = taken[True] / spent
    return {
        "stream_seconds": round(spent, 1),
        "urgent_sent": sent,
        "urgent_taken": taken[False],
        "normal_taken": taken[True],
        "longest_gap_between_normal_seconds": round(max(gaps, default=spent), 2),
        "projected_longest_wait_minutes": round(10_000 / rate / 60, 1) if rate else None,
    }
