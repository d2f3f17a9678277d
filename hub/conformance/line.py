"""The faulty line: a small TCP proxy before the sandbox that sees each request's first line and can spoil it.

It works on bytes, not on HTTP messages, so that what a client does oddly stays as it is. Only the beginning of a
request is looked at: method and path, by which a fault is chosen.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

_REQUEST: Final = re.compile(rb"(GET|POST|PUT|DELETE|HEAD|PATCH) (\S+) HTTP/1\.[01]\r\n")
_PIECE: Final = 1 << 16
_HTML: Final = (
    b"<!doctype html><html><head><title>\xc4\x90\xc4\x83ng nh\xe1\xba\xadp</title></head><body></body></html>"
)
_CONTINUE: Final = b"HTTP/1.1 100 "
_DRAIN_SECONDS: Final = 2


class Trouble(StrEnum):
    """What the line does to a request."""

    REFUSE = "refuse"  # cut before the request reaches the hub
    HALF_OPEN = "half_open"  # nothing goes either way any more; this connection never recovers
    SLOW = "slow"  # the answer comes late
    ERROR_500 = "error_500"
    HTML_200 = "html_200"
    CUT_ANSWER = "cut_answer"  # the hub did it; its answer is lost
    DAMAGE = "damage"  # one byte of the answer's content is another one


@dataclass(slots=True)
class Fault:
    """trouble for requests that `concerns` (method, path) is true of; `times` of them, None = until it is cleared."""

    trouble: Trouble
    concerns: Callable[[str, str], bool]
    times: int | None = None
    hits: int = 0

    def meets(self, method: str, path: str) -> bool:
        """Whether this request gets it; counted."""
        if (self.times is not None and self.hits >= self.times) or not self.concerns(method, path):
            return False
        self.hits += 1
        return True


@dataclass(frozen=True, slots=True)
class Seen:
    """One request that came. at: of the monotonic clock."""

    method: str
    path: str
    at: float


class Line:
    """Listens on loopback and passes on to the hub, through the fault that is set."""

    def __init__(self, host: str, port: int) -> None:
        self.seen: list[Seen] = []
        self.fault: Fault | None = None
        self.slow_seconds = 3.0
        self._to = (host, port)
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def url(self) -> str:
        """Where the system under check calls."""
        assert self._server is not None, "started"
        return f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    async def start(self) -> None:
        """Listen on a free port."""
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", 0)

    async def stop(self) -> None:
        """Cut everything."""
        assert self._server is not None, "started"
        self._server.close()
        self.cut_all()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def cut_all(self) -> None:
        """Cut what stands."""
        for writer in tuple(self._writers):
            writer.transport.abort()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None, "a server runs its handlers in tasks"
        self._tasks.add(task)
        self._writers.add(writer)
        try:
            there = await asyncio.open_connection(*self._to)
        except OSError:
            there = None
        try:
            if there is not None:
                self._writers.add(there[1])
                await _Connection(self, reader, writer, *there).run()
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            for one in (writer, *(there[1:] if there else ())):
                one.transport.abort()
                self._writers.discard(one)
            self._tasks.discard(task)


class _Connection:
    """One connection of the system under check and its own to the hub."""

    def __init__(
        self,
        line: Line,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        there_reader: asyncio.StreamReader,
        there_writer: asyncio.StreamWriter,
    ) -> None:
        self.line = line
        self.reader, self.writer = reader, writer
        self.there_reader, self.there_writer = there_reader, there_writer
        self.trouble: Trouble | None = None
        self._spoilt = False

    async def run(self) -> None:
        """Until one side ends, or the fault ends it."""
        ways = {asyncio.create_task(self._requests()), asyncio.create_task(self._answers())}
        try:
            done, _ = await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
            for one in done:
                one.result()
        finally:
            for one in ways:
                one.cancel()
            await asyncio.gather(*ways, return_exceptions=True)

    async def _requests(self) -> None:
        while piece := await self.reader.read(_PIECE):
            if found := _REQUEST.match(piece):
                method, path = found[1].decode(), found[2].decode("latin-1").partition("?")[0]
                self.line.seen.append(Seen(method, path, time.monotonic()))
                fault = self.line.fault
                self.trouble = fault.trouble if fault is not None and fault.meets(method, path) else None
                self._spoilt = False
            if self.trouble == Trouble.REFUSE:
                return
            if self.trouble == Trouble.HALF_OPEN:
                await asyncio.Event().wait()
            if self.trouble in (Trouble.ERROR_500, Trouble.HTML_200):
                await self._own_answer(self.trouble)
                return
            self.there_writer.write(piece)
            await self.there_writer.drain()

    async def _answers(self) -> None:
        while piece := await self.there_reader.read(_PIECE):
            if self.trouble == Trouble.HALF_OPEN:
                await asyncio.Event().wait()
            if self.trouble == Trouble.SLOW:
                await asyncio.sleep(self.line.slow_seconds)
                self.trouble = None
            if self.trouble == Trouble.CUT_ANSWER and not piece.startswith(_CONTINUE):
                return
            self.writer.write(self._damaged(piece) if self.trouble == Trouble.DAMAGE else piece)
            await self.writer.drain()

    def _damaged(self, piece: bytes) -> bytes:
        """One letter of the content changed, once: far behind the head, so that it is still XML."""
        head = piece.find(b"\r\n\r\n")
        start = head + 4 if head >= 0 and piece.startswith(b"HTTP/1.") else 0
        if self._spoilt or len(piece) - start < 2000:
            return piece
        at = start + (len(piece) - start) * 3 // 4
        while at < len(piece) and not chr(piece[at]).isalpha():
            at += 1
        if at >= len(piece):
            return piece
        self._spoilt = True
        other = b"A" if piece[at : at + 1] != b"A" else b"B"
        return piece[:at] + other + piece[at + 1 :]

    async def _own_answer(self, trouble: Trouble) -> None:
        status, kind, body = (
            (b"500 Internal Server Error", b"text/plain", b"internal error\n")
            if trouble == Trouble.ERROR_500
            else (b"200 OK", b"text/html; charset=utf-8", _HTML)
        )
        self.writer.write(
            b"HTTP/1.1 " + status + b"\r\nContent-Type: " + kind + b"\r\nContent-Length: "
            + str(len(body)).encode() + b"\r\nConnection: close\r\n\r\n" + body
        )  # fmt: skip
        await self.writer.drain()
        with contextlib.suppress(TimeoutError):  # else a caller that still sends would see a cut, not the answer
            async with asyncio.timeout(_DRAIN_SECONDS):
                while await self.reader.read(_PIECE):
                    pass
