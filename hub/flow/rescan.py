"""A package held because no scanner answered is scanned from its sealed bytes as soon as one does."""

from __future__ import annotations

import shutil
import tempfile
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from edxml.faults import Refusal
from edxml.reader import Limits, Reader
from hub.flow import content, hold, quarantine
from hub.scanner import Clean, Infected, Result, Unavailable
from hub.states import Hold, PackageStatus
from hub.store import events, keeping

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from sqlalchemy import Connection, Row

    from hub.context import Hub
    from hub.scanner import Scanner


async def waiting(hub: Hub) -> int:
    """Scan what waits for it: clean is released, infected is quarantined; how many were decided."""
    # law: R-178 TT Đ5.1 BD Đ2.4
    scanner = hub.scanner
    held = await hub.db.read(lambda connection: keeping.kept(connection, PackageStatus.HELD))
    rows = [row for row in held if Hold.SCANNER in keeping.words(row.held_for)]
    if scanner is None or not rows or not await scanner.ping():
        return 0
    decided = 0
    for row in rows:
        result = await scan(hub, scanner, row)
        if isinstance(result, Unavailable):
            if not await scanner.ping():
                break
            continue  # the scanner lives and cannot take this one
        decided += await _decide(hub, row, result)
    return decided


async def scan(hub: Hub, scanner: Scanner, row: Row[Any]) -> Result:
    """What the scanner says of a sealed package: infected when one file is, clean when all are.

    Unavailable also when the bytes cannot be read.
    """
    folder = Path(await hub.in_thread(partial(tempfile.mkdtemp, dir=hub.scratch)))
    try:
        files = await _decoded(hub, content.of_row(hub, row).chunks(), folder)
        found: Result = Clean()
        for file in files:
            result = await scanner.scan(file)
            if isinstance(result, Infected):
                return result
            if isinstance(result, Unavailable):
                found = result
        return found
    except Refusal as refusal:
        return Unavailable(str(refusal))
    finally:
        await hub.in_thread(partial(shutil.rmtree, folder))


async def _decoded(hub: Hub, chunks: AsyncIterator[bytes], folder: Path) -> list[Path]:
    """The attachments of a package as files."""
    opened: list[BinaryIO] = []

    def sink(number: int) -> BinaryIO:
        opened.append((folder / str(number)).open("wb"))
        return opened[-1]

    limits = hub.settings.limits
    reader = Reader(
        sink,
        Limits(
            package_bytes=limits.package_bytes,
            skeleton_bytes=limits.skeleton_bytes,
            attachments=limits.attachments,
            recipients=limits.recipients,
        ),
    )
    try:
        async for piece in chunks:
            await hub.in_thread(partial(reader.feed, piece))
        await hub.in_thread(reader.close)
    finally:
        for file in opened:
            file.close()
    return [Path(file.name) for file in opened]


async def _decide(hub: Hub, row: Row[Any], result: Clean | Infected) -> int:
    def work(connection: Connection) -> list[str]:
        if isinstance(result, Infected):
            quarantine.stop(hub, connection, hub.clock.now(), row, Hold.VIRUS, "hub", result.name)
            return []
        return hold.lift(hub, connection, row.id, Hold.SCANNER, "hub", {"scanned": "clean"})[1]

    try:
        hold.wake(hub, await hub.db.write(work))
    except events.StaleStatusError:
        return 0  # withdrawn, released or stopped meanwhile
    return 1
