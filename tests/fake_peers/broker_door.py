"""A door between a connector and a broker: passes on, until told to be shut, silent, slow or a web page."""

from __future__ import annotations

import asyncio
import contextlib
import socket

from connectors.testing.peer import Mode

PAGE = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<html>Vui lòng đăng nhập</html>".encode()

SLOW_SECONDS, SLOW_BYTES = 0.05, 128
"""How much a slow reader takes, and how often."""


class Door:
    """What the connector connects to: passes on to the broker, unless told otherwise."""

    def __init__(self, target: int) -> None:
        self.target = target
        self.port = 0
        self._mode: Mode | None = None
        self._behaves = asyncio.Event()
        self._behaves.set()
        self._server: asyncio.Server | None = None
        self._place: socket.socket | None = None
        self._writers: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    async def open(self) -> None:
        if self._place is not None:
            self._place.close()
            self._place = None
        if self._server is None:
            self._server = await asyncio.start_server(self._handle, "127.0.0.1", self.port)
            self.port = self._server.sockets[0].getsockname()[1]

    async def shut(self) -> None:
        """Cut everything, and keep the port so that nobody else answers on it."""
        if self._server is not None:
            self._server.close()
            self._server = None
            self.cut()
            self._place = socket.socket()
            self._place.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            self._place.bind(("127.0.0.1", self.port))

    async def close(self) -> None:
        await self.shut()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._place is not None:
            self._place.close()
            self._place = None

    async def misbehave(self, mode: Mode | None) -> None:
        self._mode = mode
        if mode == Mode.HALF_OPEN:
            self._behaves.clear()
        else:
            self._behaves.set()
        if mode == Mode.UNREACHABLE:
            await self.shut()
        else:
            await self.open()

    def cut(self) -> None:
        """End every connection at once."""
        for writer in list(self._writers):
            writer.transport.abort()

    async def _handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        self._tasks.add(task)
        self._writers.add(writer)
        try:
            with contextlib.suppress(asyncio.CancelledError):
                await self._pass(reader, writer)
        finally:
            self._tasks.discard(task)
            self._writers.discard(writer)
            writer.transport.abort()

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._mode == Mode.HTML_200:
            writer.write(PAGE)
            await writer.drain()
            await reader.read(1 << 16)
            return
        await self._behaves.wait()
        there_reader, there_writer = await asyncio.open_connection("127.0.0.1", self.target)
        self._writers.add(there_writer)
        ways = {
            asyncio.ensure_future(self._pump(reader, there_writer, slow=True)),
            asyncio.ensure_future(self._pump(there_reader, writer, slow=False)),
        }
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)
            self._writers.discard(there_writer)
            there_writer.transport.abort()

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, slow: bool) -> None:
        with contextlib.suppress(ConnectionError):
            while True:
                await self._behaves.wait()
                if slow and self._mode == Mode.SLOW_READER:
                    await asyncio.sleep(SLOW_SECONDS)
                piece = await reader.read(SLOW_BYTES if slow and self._mode == Mode.SLOW_READER else 1 << 16)
                if not piece:
                    return
                await self._behaves.wait()
                writer.write(piece)
                await writer.drain()
