"""`truc bench`: what this machine's hub carries, measured through its real doors by a driver in its own process.

The server is `truc serve` with SQLite, one process, fsync on, receipts signed. The driver shares the machine, so the
figures are of both together. Closed loop: each of C connections waits for its answer. Open loop: half of the closed
rate on a fixed timetable, and an answer time counts from the planned moment.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import platform
import sqlite3
import sys
import tempfile
import time
from pathlib import Path

from hub.cli.bench import half_open, lag, lists, load, overtake, province
from hub.cli.bench.documents import ONCE_FROM, Press
from hub.cli.bench.doors import Credential, Door, Mold, NativeDoor, VxpDoor, receive, receiver
from hub.cli.bench.wire import Connection

SIZES = {"10k": 10_000, "200k": 200_000, "2m": 2_000_000, "200m": 200_000_000}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The words of the command."""
    parser.add_argument("--door", choices=("api", "vxp", "both"), default="both", help="which door")
    parser.add_argument("--size", default="10k,200k,2m,200m", help="attachment sizes, of 10k 200k 2m 200m")
    parser.add_argument("--seconds", type=float, default=8.0, help="length of each measurement")
    parser.add_argument("--connections", type=int, default=16, help="senders of the closed loop")
    parser.add_argument("--lists", action="store_true", help="long lists instead: 120,000 agencies, 100,000 waiting")
    parser.add_argument(
        "--overtake", type=int, metavar="N", help="one express document behind N waiting normal ones instead"
    )
    parser.add_argument(
        "--half-open", type=int, metavar="N", help="N of 50 pushed offices take a little and never answer, instead"
    )
    parser.add_argument("--rate", type=float, default=20.0, help="packages a second of --half-open")
    parser.add_argument("--signatures", type=int, choices=(0, 1, 2), default=0, help="signatures of each PDF, verified")
    parser.add_argument("--stamped", action="store_true", help="each signature carries a time-stamp")
    parser.add_argument("--receivers", type=int, default=4, help="office systems that list, fetch and acknowledge")


def run(arguments: argparse.Namespace) -> int:
    """Measure and print."""
    report = asyncio.run(_measure(arguments))
    if arguments.json:
        print(json.dumps(report, ensure_ascii=False))
    else:
        _print(report)
    return 1 if report["errors"] else 0


async def _measure(arguments: argparse.Namespace) -> dict[str, object]:
    if arguments.lists:
        return await _lists()
    if arguments.overtake:
        return await _overtake(arguments.overtake, arguments.seconds)
    if arguments.half_open is not None:
        return await _half_open(arguments.half_open, arguments.seconds, arguments.rate)
    sizes = arguments.size.split(",")
    doors = ("api", "vxp") if arguments.door == "both" else (arguments.door,)
    rows: list[dict[str, object]] = []
    errors: list[str] = []
    with tempfile.TemporaryDirectory(prefix="truc-bench-") as name:
        folder = Path(name)
        sender, receivers = await province.prepare(folder, arguments.receivers)
        press = Press(folder, arguments.signatures, stamped=arguments.stamped)
        server = await province.start(folder)
        try:
            for size in sizes:
                made = press.documents(SIZES[size])
                for door in doors:
                    row = await _row(arguments, server, (door, size, made), (sender, receivers), errors)
                    rows.append(row)
                    print(_line(row), file=sys.stderr, flush=True)
        finally:
            await server.stop()
    return {"machine": _machine(), "seconds": arguments.seconds, "rows": rows, "errors": errors[:20]}


async def _lists() -> dict[str, object]:
    with tempfile.TemporaryDirectory(prefix="truc-bench-") as name:
        folder = Path(name)
        sender, (receiver,) = await province.prepare(folder)
        await lists.fill(folder, receiver)
        server = await province.start(folder)
        try:
            row = await lists.measure(server, sender, receiver)
        finally:
            await server.stop()
    return {"machine": _machine(), "rows": [row], "errors": []}


async def _overtake(waiting: int, seconds: float) -> dict[str, object]:
    called = overtake.office()
    with tempfile.TemporaryDirectory(prefix="truc-bench-") as name:
        folder = Path(name)
        await called.open()
        sender, receivers = await overtake.prepare(folder, called)
        server = await province.start(folder)
        try:
            row = await overtake.measure(server, sender, receivers, called, waiting, seconds)
        finally:
            await server.stop()
            await called.close()
    return {"machine": _machine(), "rows": [row], "errors": []}


async def _half_open(silent: int, seconds: float, rate: float) -> dict[str, object]:
    called = half_open.offices()
    with tempfile.TemporaryDirectory(prefix="truc-bench-") as name:
        folder = Path(name)
        for one in called:
            await one.open()
        sender = await half_open.prepare(folder, called)
        server = await province.start(folder)
        try:
            row = await half_open.measure(server, sender, called, silent, seconds, rate)
        finally:
            for one in called:
                await one.close()
            await server.stop()
    return {"machine": _machine(), "rows": [row], "errors": []}


async def _row(
    arguments: argparse.Namespace,
    server: province.Server,
    what: tuple[str, str, list[bytes]],
    who: tuple[Credential, list[Credential]],
    errors: list[str],
) -> dict[str, object]:
    kind, size, made = what
    # in turn by receiver, so that any stretch of sendings is spread evenly
    molds = [Mold(document, receiver(number)) for document in made for number in range(arguments.receivers)]
    lines = [Connection(server.host, server.port) for _ in range(arguments.connections)]
    receivers = [Connection(server.host, server.port) for _ in range(arguments.receivers)]
    sending = await _door(kind, lines[0], who[0])
    receiving = [await _door(kind, lines[0], one) for one in who[1]]
    row: dict[str, object] = {"door": kind, "size": size, "signatures": arguments.signatures}
    server.forget_peak()
    idle, late = server.peaks_mib(), await lag.read(lines[0])
    if SIZES[size] >= ONCE_FROM:
        await _once(sending, receiving[0], lines[0], molds[0], row)
        added = (peak - idle.get(number, 0.0) for number, peak in server.peaks_mib().items())
        row["added_mib"] = round(max(added), 1)
    else:
        await _rates(arguments, server, (sending, receiving), (lines, receivers), molds, row, errors)
    row["peak_mib"] = round(server.memory_mib(), 1)
    row |= lag.between(late, await lag.read(lines[0]))
    for line in (*lines, *receivers):
        line.close()
    return row


async def _rates(
    arguments: argparse.Namespace,
    server: province.Server,
    doors: tuple[Door, list[Door]],
    lines: tuple[list[Connection], list[Connection]],
    molds: list[Mold],
    row: dict[str, object],
    errors: list[str],
) -> None:
    (sending, receiving), (senders, receivers) = doors, lines
    warm = load.Tally()
    await load.closed(sending, senders, molds, 1.0, warm)
    closed, cpu = load.Tally(), server.cpu_seconds()
    await load.closed(sending, senders, molds, arguments.seconds, closed)
    spent = server.cpu_seconds() - cpu
    accepted = len(closed.accept_seconds)
    rate = accepted / closed.seconds
    row |= {
        "accepted_per_second": round(rate, 1),
        "accept_p50_ms": _ms(closed.accept_seconds, 0.5),
        "accept_p99_ms": _ms(closed.accept_seconds, 0.99),
        "server_cpu_ms": round(1000 * spent / max(accepted, 1), 2),
    }
    half = load.Tally()
    await load.open_loop(sending, senders, molds, arguments.seconds, rate / 2, half)
    row |= {"half_p50_ms": _ms(half.accept_seconds, 0.5), "half_p99_ms": _ms(half.accept_seconds, 0.99)}
    for door in receiving:
        while await receive(door, receivers[0]):
            pass
    whole = load.Tally()
    await load.through(sending, receiving, senders, receivers, molds, arguments.seconds, whole)
    row |= {
        "end_to_end_per_second": round(len(whole.end_seconds) / whole.seconds, 1),
        "end_p50_ms": _ms(whole.end_seconds, 0.5),
        "end_p99_ms": _ms(whole.end_seconds, 0.99),
    }
    for tally in (warm, closed, half, whole):
        errors.extend(tally.errors)


async def _once(sending: Door, receiving: Door, line: Connection, mold: Mold, row: dict[str, object]) -> None:
    started = time.perf_counter()
    await sending.send(line, mold.pour())
    row["accept_seconds"] = round(time.perf_counter() - started, 2)
    started = time.perf_counter()
    await receive(receiving, line)
    row["fetch_seconds"] = round(time.perf_counter() - started, 2)


async def _door(kind: str, line: Connection, who: Credential) -> Door:
    if kind == "vxp":
        return VxpDoor(who)
    door = NativeDoor()
    await door.sign_in(line, who)
    return door


def _ms(values: list[float], share: float) -> float:
    return round(1000 * load.quantile(values, share), 1)


def _machine() -> dict[str, object]:
    return {
        "cpus": os.cpu_count(),
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        "kernel": platform.release(),
    }


def _line(row: dict[str, object]) -> str:
    return "  ".join(f"{name}={value}" for name, value in row.items())


def _print(report: dict[str, object]) -> None:
    print(json.dumps(report["machine"]))
    rows = report["rows"]
    for row in rows if isinstance(rows, list) else []:
        print(_line(row))
