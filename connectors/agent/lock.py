"""One agent at a time in a folder; the kernel lets the lock go when the process dies."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path


class FolderBusyError(Exception):
    """Another process holds the folder; `holder` is its process id as text, '' when unknown."""

    def __init__(self, folder: Path, holder: str) -> None:
        super().__init__(f"{folder} is in use by process {holder or '?'}")
        self.holder = holder


class FolderLock:
    """Held from construction to `close`."""

    def __init__(self, folder: Path) -> None:
        """Take the lock. Raises FolderBusyError, OSError."""
        self._handle = os.open(folder / "agent.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as cause:
            holder = os.pread(self._handle, 32, 0).decode("ascii", "replace").strip()
            self.close()
            raise FolderBusyError(folder, holder) from cause
        os.ftruncate(self._handle, 0)
        os.pwrite(self._handle, f"{os.getpid()}\n".encode(), 0)

    def close(self) -> None:
        """Let the folder go."""
        handle, self._handle = self._handle, -1
        if handle >= 0:
            os.close(handle)
