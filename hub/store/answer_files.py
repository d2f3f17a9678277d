"""The folder of answers: the current one of each question under its name, every one that may be evidence by digest.

Both names are one file (a hard link), written whole, on disk, and moved into place: a verifier never meets half of one.
Synchronous: call it from a worker thread.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import tempfile
import time
import uuid
from collections.abc import Iterable
from pathlib import Path

LEFT_SECONDS = 3600.0
"""Age of a part that a crash left; a younger one is being written."""

_KINDS = {"crl": ".crl", "ocsp": ".ocsp"}
_DIGEST = re.compile(r"[0-9a-f]{64}")


class AnswerFiles:
    """D/answers of one hub."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for name in (*_KINDS, ".parts"):
            (folder / name).mkdir(parents=True, exist_ok=True, mode=0o700)
        for part in (folder / ".parts").iterdir():
            with contextlib.suppress(FileNotFoundError):
                if part.stat().st_mtime < time.time() - LEFT_SECONDS:
                    part.unlink()

    def keep(self, data: bytes) -> str:
        """Put an answer on disk under its digest; the digest."""
        digest = hashlib.sha256(data).hexdigest()
        target = self.path(digest)
        if not target.exists():
            self._write(data, target)
        return digest

    def make_current(self, place: str, digest: str) -> None:
        """Have the answer of that digest found at `place` (`edxml.trust.answer_names`) from now on."""
        before = self.current_digest(place)
        if before == digest:
            return
        part = self.folder / ".parts" / uuid.uuid4().hex
        part.hardlink_to(self.path(digest))
        part.replace(self.folder / place)
        _sync(self.folder / place.partition("/")[0])
        if before is not None and self.path(before).exists():
            os.utime(self.path(before))  # from now on it is old: `forget_unnamed` counts from here

    def current(self, place: str) -> bytes | None:
        """The bytes found at `place`, None when there are none."""
        try:
            return (self.folder / place).read_bytes()
        except FileNotFoundError:
            return None

    def current_digest(self, place: str) -> str | None:
        """The digest of what is found at `place`."""
        data = self.current(place)
        return None if data is None else hashlib.sha256(data).hexdigest()

    def path(self, digest: str) -> Path:
        """Where an answer lies by its digest. Raises ValueError for anything else."""
        if not _DIGEST.fullmatch(digest):
            message = "an answer is named by 64 hex digits"
            raise ValueError(message)
        return self.folder / digest

    def digests(self, *, older_than_seconds: float = 0) -> set[str]:
        """Answers kept by digest, those not touched for so long."""
        oldest = time.time() - older_than_seconds
        return {
            entry.name
            for entry in os.scandir(self.folder)
            if _DIGEST.fullmatch(entry.name) and entry.stat().st_mtime <= oldest
        }

    def current_digests(self) -> set[str]:
        """Digests of all current answers, found by their second name: nothing is read."""
        current = {entry.inode() for kind in _KINDS for entry in os.scandir(self.folder / kind)}
        return {entry.name for entry in os.scandir(self.folder) if entry.inode() in current}

    def forget(self, digests: Iterable[str]) -> None:
        """Remove answers kept by digest."""
        for digest in digests:
            self.path(digest).unlink(missing_ok=True)

    def _write(self, data: bytes, target: Path) -> None:
        handle, name = tempfile.mkstemp(dir=self.folder / ".parts")
        try:
            with os.fdopen(handle, "wb") as out:
                out.write(data)
                out.flush()
                os.fsync(out.fileno())
            Path(name).replace(target)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
        _sync(target.parent)


def _sync(folder: Path) -> None:
    fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)
