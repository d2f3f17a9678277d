"""Load loops: closed (each sender waits for its answer) and open (a fixed rate, whatever the answers do)."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from hub.cli.bench.doors import Door, Mold, receive
from hub.cli.bench.wire import Connection


@dataclass(slots=True)
class Tally:
    """What was measured: answer times in seconds, and the moments at which packages were accepted and acknowledged."""

    accept_seconds: list[float] = field(default_factory=list)
    sent_at: dict[str, float] = field(default_factory=dict)
    end_seconds: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    seconds: float = 0.0


def quantile(values: Sequence[float], share: float) -> float:
    """The value below which `share` of the sorted values lie, 0 for none."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0


async def closed(door: Door, lines: Sequence[Connection], molds: Sequence[Mold], seconds: float, tally: Tally) -> None:
    """Every connection sends its next package as soon as the last one is answered."""
    end = time.perf_counter() + seconds

    async def sender(line: Connection) -> None:
        while time.perf_counter() < end:
            await _send(door, line, molds, tally, time.perf_counter())

    started = time.perf_counter()
    await asyncio.gather(*(sender(line) for line in lines))
    tally.seconds = time.perf_counter() - started


async def open_loop(
    door: Door, lines: Sequence[Connection], molds: Sequence[Mold], seconds: float, rate: float, tally: Tally
) -> None:
    """`rate` packages a second on a fixed timetable; an answer time counts from the planned moment."""
    free: asyncio.Queue[Connection] = asyncio.Queue()
    for line in lines:
        free.put_nowait(line)
    started = time.perf_counter()

    async def one(planned: float) -> None:
        line = await free.get()
        try:
            await _send(door, line, molds, tally, planned)
        finally:
            free.put_nowait(line)

    async with asyncio.TaskGroup() as group:
        for number in range(int(seconds * rate)):
            planned = started + number / rate
            if (pause := planned - time.perf_counter()) > 0:
                await asyncio.sleep(pause)
            group.create_task(one(planned))
    tally.seconds = time.perf_counter() - started


async def through(
    door: Door,
    receiving: Sequence[Door],
    senders: Sequence[Connection],
    receivers: Sequence[Connection],
    molds: Sequence[Mold],
    seconds: float,
    tally: Tally,
) -> None:
    """Senders and receivers at the same time until everything sent in `seconds` was acknowledged.

    Each receiver is a system of its own, polling what its agency gets; `molds` has one for each of them.
    """
    sending = asyncio.create_task(closed(door, senders, molds, seconds, tally))
    done: set[str] = set()
    started = time.perf_counter()

    async def receiver(door: Door, line: Connection) -> None:
        while not (sending.done() and len(done) >= len(tally.sent_at)):
            got = await receive(door, line)
            now = time.perf_counter()
            for document_id in got:
                if document_id in tally.sent_at and document_id not in done:
                    done.add(document_id)
                    tally.end_seconds.append(now - tally.sent_at[document_id])
            if not got:
                await asyncio.sleep(0.02)

    await asyncio.gather(sending, *map(receiver, receiving, receivers))
    tally.seconds = time.perf_counter() - started


async def _send(door: Door, line: Connection, molds: Sequence[Mold], tally: Tally, planned: float) -> None:
    pieces = molds[len(tally.sent_at) % len(molds)].pour()
    tally.sent_at[pieces[1].decode()] = planned
    try:
        await door.send(line, pieces)
    except RuntimeError as refusal:
        del tally.sent_at[pieces[1].decode()]
        tally.errors.append(str(refusal))
        return
    tally.accept_seconds.append(time.perf_counter() - planned)
