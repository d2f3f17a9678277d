"""The antivirus scanner's client: clamd's INSTREAM command over a Unix or TCP socket, bounded in time and bytes.

A file is sent in pieces as it lies on disk; clamd answers `stream: OK`, `stream: NAME FOUND` or an error. Whatever is
not one of the first two words is "cannot tell": never clean, never infected. A scanner that did not answer is left
alone for a moment, so that every package need not wait for it again.
"""

from __future__ import annotations

import asyncio
import contextlib
import struct
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from prometheus_client import Counter, Gauge

InThread = Callable[[Callable[[], bytes]], Awaitable[bytes]]

PIECE_BYTES = 262_144
LONGEST_ANSWER = 4096
CONNECT_SECONDS = 5.0
REST_SECONDS = 10.0
"""How long a scanner that did not answer is not asked."""

STREAMS = 4
"""Files sent at the same time; clamd's own default is ten threads for everybody."""

_FOUND, _CLEAN = " FOUND", "stream: OK"
_UP = Gauge("hub_scanner_up", "1 while the antivirus scanner answers, 0 while it does not")
_SCANS = Counter("hub_scans", "Files given to the antivirus scanner, by what it said", ["result"])


@dataclass(frozen=True, slots=True)
class Clean:
    """The scanner knows nothing bad in it."""


@dataclass(frozen=True, slots=True)
class Infected:
    """The scanner knows it; name: what it calls it."""

    name: str


@dataclass(frozen=True, slots=True)
class Unavailable:
    """No answer that decides; reason: why, in English."""

    reason: str


Result = Clean | Infected | Unavailable


class Scanner:
    """One clamd, at `unix:PATH` or `HOST:PORT`."""

    def __init__(self, address: str, *, timeout_seconds: float, stream_bytes: int, in_thread: InThread) -> None:
        """timeout_seconds: longest scan of one file. stream_bytes: longest file the scanner takes (StreamMaxLength).

        in_thread: runs a read from disk beside the event loop.
        """
        self.address = address
        self.state = "not asked yet"
        self._seconds, self._bytes, self._in_thread = timeout_seconds, stream_bytes, in_thread
        self._turns = asyncio.Semaphore(STREAMS)
        self._rest_until = 0.0

    async def scan(self, path: Path) -> Result:
        """What the scanner says of one file; within `timeout_seconds` of its turn, whatever the scanner does."""
        size = (await asyncio.to_thread(path.stat)).st_size
        if size > self._bytes:
            result: Result = Unavailable(f"larger than the scanner takes ({self._bytes} bytes)")
        else:
            async with self._turns:
                result = await self._asked(path)
        _SCANS.labels(type(result).__name__.lower()).inc()
        return result

    async def ping(self) -> bool:
        """Whether the scanner answers now."""
        try:
            async with asyncio.timeout(CONNECT_SECONDS):
                reader, writer = await self._connect()
                try:
                    writer.write(b"zPING\0")
                    pong = await reader.readuntil(b"\0") == b"PONG\0"
                finally:
                    writer.close()
        except (OSError, TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError) as error:
            self._down(_words(error))
            return False
        self._note("ok" if pong else "answers something else than PONG")
        return pong

    async def _asked(self, path: Path) -> Result:
        if time.monotonic() < self._rest_until:
            return Unavailable(self.state)
        try:
            async with asyncio.timeout(self._seconds):
                answer = await self._stream(path)
        except (OSError, TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError) as error:
            self._down(_words(error))
            return Unavailable(self.state)
        self._note("ok")
        if answer == _CLEAN:
            return Clean()
        if answer.startswith("stream: ") and answer.endswith(_FOUND):
            return Infected(answer.removeprefix("stream: ").removesuffix(_FOUND)[:100])
        return Unavailable(f"the scanner said: {answer[:100]}")

    async def _stream(self, path: Path) -> str:
        """Send the file; the answer, which may come before its end (a file too long)."""
        async with asyncio.timeout(min(CONNECT_SECONDS, self._seconds)):
            reader, writer = await self._connect()
        sending = asyncio.create_task(self._send(path, writer))
        answering = asyncio.create_task(reader.readuntil(b"\0"))
        try:
            await asyncio.wait({sending, answering}, return_when=asyncio.FIRST_COMPLETED)
            if sending.done() and (error := sending.exception()) and not isinstance(error, ConnectionError):
                raise error
            answer = await answering  # a connection closed in mid-stream still holds what was said before
        finally:
            for task in (sending, answering):
                task.cancel()
            await asyncio.gather(sending, answering, return_exceptions=True)
            writer.transport.abort()  # what it did not take of the file it need not wait for
        text = answer[:-1].decode("ascii", "replace")
        return "".join(sign if sign.isprintable() else "?" for sign in text)

    async def _send(self, path: Path, writer: asyncio.StreamWriter) -> None:
        writer.write(b"zINSTREAM\0")
        at = 0
        while piece := await self._in_thread(partial(_piece, path, at)):
            writer.write(struct.pack(">I", len(piece)) + piece)
            await writer.drain()
            at += len(piece)
        writer.write(struct.pack(">I", 0))
        with contextlib.suppress(ConnectionError):
            await writer.drain()

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if self.address.startswith("unix:"):
            return await asyncio.open_unix_connection(self.address.removeprefix("unix:"), limit=LONGEST_ANSWER)
        host, _, port = self.address.rpartition(":")
        return await asyncio.open_connection(host.strip("[]"), int(port), limit=LONGEST_ANSWER)

    def _down(self, why: str) -> None:
        self._rest_until = time.monotonic() + REST_SECONDS
        self._note(why)

    def _note(self, state: str) -> None:
        self.state = state
        _UP.set(state == "ok")


def _piece(path: Path, at: int) -> bytes:
    """The next bytes; opened anew each time, so that a scan broken off leaves nothing open."""
    with path.open("rb") as source:
        source.seek(at)
        return source.read(PIECE_BYTES)


def _words(error: BaseException) -> str:
    if isinstance(error, TimeoutError):
        return "the scanner did not answer in time"
    if isinstance(error, asyncio.IncompleteReadError | ConnectionResetError | BrokenPipeError):
        return "the scanner closed the connection"
    return f"the scanner cannot be reached ({type(error).__name__})"
