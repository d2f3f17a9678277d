"""The admin socket: `admin.sock` in the hub's folder, for the hub's own user only.

One line of JSON asks `{"command", "args"}`, one line answers `{"result"}` or `{"error": {"code", "title", "detail"}}`.
The path is reached through a descriptor of the folder, since a socket's address may not exceed 107 bytes.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import socket
import struct
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

FILE = "admin.sock"
LINE_BYTES = 64 * 1024 * 1024
"""Longest request or answer: the agencies of a whole country as CSV fit."""

CONNECT_SECONDS = 5.0

Answer = dict[str, Any]
Handler = Callable[[str, Answer], Awaitable[Answer]]


class NotRunningError(Exception):
    """No hub answers in this folder."""


class AdminServer:
    """Listens on the folder's socket; the caller holds the folder's lock, so an old socket file is surely stale."""

    def __init__(self, folder: Path, handler: Handler) -> None:
        self._folder = folder
        self._handler = handler
        self._server: asyncio.Server | None = None
        self._busy: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Bind and answer."""
        with contextlib.suppress(FileNotFoundError):
            (self._folder / FILE).unlink()
        with _short_path(self._folder) as path:
            listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            before = os.umask(0o177)
            try:
                listener.bind(path)
            finally:
                os.umask(before)
        self._server = await asyncio.start_unix_server(self._serve, sock=listener, limit=LINE_BYTES)

    async def stop(self) -> None:
        """Stop answering, let running commands end, and remove the socket."""
        if self._server is not None:
            self._server.close()
            with contextlib.suppress(FileNotFoundError):
                (self._folder / FILE).unlink()
            if self._busy:
                await asyncio.wait(self._busy, timeout=CONNECT_SECONDS)
            self._server = None

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None, "a stream handler runs in a task"
        self._busy.add(task)
        try:
            if _same_user(writer):
                line = await reader.readline()
                if line:
                    request = json.loads(line)
                    answer = await self._handler(str(request["command"]), dict(request.get("args") or {}))
                    writer.write(json.dumps(answer, ensure_ascii=False, default=str).encode() + b"\n")
                    await writer.drain()
        except (ValueError, KeyError, TypeError, ConnectionError, asyncio.LimitOverrunError):
            pass  # not our client, or it left: there is nobody to answer
        finally:
            self._busy.discard(task)
            writer.close()


def ask(folder: Path, command: str, args: Answer, timeout_seconds: float | None = None) -> Answer:
    """Put one command to the hub that runs in `folder`. Raises NotRunningError when none does; blocks."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as link, _short_path(folder) as path:
        link.settimeout(CONNECT_SECONDS)
        try:
            link.connect(path)
        except (FileNotFoundError, ConnectionRefusedError, TimeoutError) as cause:
            raise NotRunningError(str(folder)) from cause
        link.settimeout(timeout_seconds)
        link.sendall(json.dumps({"command": command, "args": args}, ensure_ascii=False).encode() + b"\n")
        with link.makefile("rb") as lines:
            line = lines.readline()
    if not line.endswith(b"\n"):
        raise NotRunningError(f"{folder}: the hub closed the line")
    answer: Answer = json.loads(line)
    return answer


@contextlib.contextmanager
def _short_path(folder: Path) -> Any:
    """The socket's path by way of an open descriptor of its folder: short, however deep the folder lies."""
    fd = os.open(folder, os.O_PATH | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{fd}/{FILE}"
    finally:
        os.close(fd)


def _same_user(writer: asyncio.StreamWriter) -> bool:
    link = writer.get_extra_info("socket")
    _, user, _ = struct.unpack("3i", link.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i")))
    return user in {0, os.getuid()}
