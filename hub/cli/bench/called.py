"""An office that the hub calls, on a port of the driver: it answers every whole package, or only reads a little."""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from hub.cli.bench.doors import document_id

LITTLE_BYTES = 500


@dataclass(slots=True)
class Called:
    """One office system.

    says: what it answers to a package, as JSON. answer_seconds: what it takes for each.
    seen: DocumentIds, with the moment each was there whole. half_open: it reads a little and says nothing.
    """

    says: Callable[[bytes], dict[str, str]]
    answer_seconds: float = 0.0
    port: int = 0
    half_open: bool = False
    seen: dict[str, float] = field(default_factory=dict)
    _came: asyncio.Event = field(default_factory=asyncio.Event, repr=False)
    _server: asyncio.Server | None = field(default=None, repr=False)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set, repr=False)

    async def open(self) -> None:
        """Listen on a free port."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, limit=1 << 20)
        self.port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        """Listen no more."""
        if self._server is not None:
            self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def has(self, name: str) -> None:
        """Wait until this document is there."""
        while name not in self.seen:
            self._came.clear()
            await self._came.wait()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is not None:
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        with contextlib.suppress(OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                if self.half_open:
                    await reader.read(LITTLE_BYTES)
                    await asyncio.Event().wait()
                content = await reader.readexactly(_length(head))
                self.seen.setdefault(document_id(content), time.perf_counter())
                self._came.set()
                await asyncio.sleep(self.answer_seconds)
                body = json.dumps(self.says(content)).encode()
                top = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
                writer.write(top.encode() + body)
                await writer.drain()
        writer.close()


def _length(head: bytes) -> int:
    for line in head.decode("latin-1").split("\r\n"):
        name, _, value = line.partition(":")
        if name.lower() == "content-length":
            return int(value)
    return 0
