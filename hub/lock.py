"""The lock of a hub's folder: one process at a time owns the embedded database and the admin socket."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path
from types import TracebackType
from typing import Self

FILE = "hub.lock"


class FolderBusyError(Exception):
    """Another process holds the folder; `holder` is its process id as text, empty when unknown."""

    def __init__(self, folder: Path, holder: str) -> None:
        super().__init__(f"{folder} is in use by process {holder or '?'}")
        self.holder = holder


class FolderLock:
    """Held from construction to `close`; the kernel lets it go when the process dies, so it is never stale."""

    def __init__(self, folder: Path) -> None:
        """Take the lock. Raises FolderBusyError at once when it is held, OSError when the folder cannot be used."""
        self._fd = os.open(folder / FILE, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as cause:
            holder = os.pread(self._fd, 32, 0).decode("ascii", "replace").strip()
            self.close()
            raise FolderBusyError(folder, holder) from cause
        os.ftruncate(self._fd, 0)
        os.pwrite(self._fd, f"{os.getpid()}\n".encode(), 0)

    def close(self) -> None:
        """Let the folder go."""
        fd, self._fd = self._fd, -1
        if fd >= 0:
            os.close(fd)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
