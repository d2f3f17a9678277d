"""A lean HTTP/1.1 client: the load driver must cost the machine as little as it can. Loopback only."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(slots=True)
class Connection:
    """One kept-alive connection; requests go one after the other."""

    host: str
    port: int
    headers: str = ""
    _reader: asyncio.StreamReader | None = field(default=None, repr=False)
    _writer: asyncio.StreamWriter | None = field(default=None, repr=False)

    async def request(
        self, method: str, path: str, body: Sequence[bytes] = (), headers: Mapping[str, str] | None = None
    ) -> tuple[int, bytes]:
        """Status and whole body of one call. Raises OSError and asyncio.IncompleteReadError when the peer is gone."""
        if self._writer is None or self._reader is None:
            self._reader, self._writer = await asyncio.open_connection(self.host, self.port, limit=1 << 20)
        length = sum(map(len, body))
        lines = "".join(f"{name}: {value}\r\n" for name, value in (headers or {}).items())
        head = f"{method} {path} HTTP/1.1\r\nHost: {self.host}\r\nContent-Length: {length}\r\n{self.headers}{lines}\r\n"
        self._writer.write(head.encode())
        for piece in body:
            self._writer.write(piece)
            await self._writer.drain()
        return await self._answer(self._reader)

    def close(self) -> None:
        """Let the connection go."""
        if self._writer is not None:
            self._writer.close()
        self._reader = self._writer = None

    async def _answer(self, reader: asyncio.StreamReader) -> tuple[int, bytes]:
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        status = int(head[9:12])
        at = head.find(b"content-length:")
        if at >= 0:
            length = int(head[at + 15 : head.index(b"\r\n", at)])
            return status, await reader.readexactly(length)
        if b"transfer-encoding: chunked" in head:
            return status, await self._chunks(reader)
        return status, b""

    async def _chunks(self, reader: asyncio.StreamReader) -> bytes:
        pieces = []
        while True:
            size = int(await reader.readuntil(b"\r\n"), 16)
            pieces.append(await reader.readexactly(size))
            await reader.readexactly(2)
            if size == 0:
                return b"".join(pieces)
