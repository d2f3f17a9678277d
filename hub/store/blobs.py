"""Sealed files: one per package, AES-256-GCM in frames of 64 KiB, each package under a key of its own.

The file at `blobs/aa/<package id>` is eight bytes of MAGIC, then frames. A frame is 65,536 bytes of the package (the
last one 0 to 65,536) encrypted, then its 16-byte tag. Nonce = frame number and a last-frame mark; the mark is
authenticated, so that cutting the file at a frame's border shows as surely as a flipped bit or two frames exchanged.

Nothing here is asynchronous: call it from a worker thread. A file exists under its name only when whole and on disk.
law: R-199 S-09 (sealed at rest; erasing a package = forgetting its key)
"""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import time
import uuid
from pathlib import Path
from typing import TYPE_CHECKING, Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import TracebackType

MAGIC = b"TRUCB\x00\x01\n"
FRAME_BYTES = 65_536
TAG_BYTES = 16
KEY_BYTES = 32
_SEALED_FRAME_BYTES = FRAME_BYTES + TAG_BYTES
_PARTS = ".parts"
_BATCH_BYTES = 4 * _SEALED_FRAME_BYTES
_NO_TMPFILE = frozenset({errno.EOPNOTSUPP, errno.EISDIR, errno.ENOENT, errno.EINVAL})


class BlobDamaged(ValueError):  # noqa: N818 - the word of the alarm it raises
    """The stored bytes are not the bytes that were sealed (or the key is not theirs)."""


class BlobMissing(BlobDamaged):
    """There is no file of this package."""


class BlobStore:
    """The folder of sealed files of one hub."""

    def __init__(self, folder: Path | str) -> None:
        self.folder = Path(folder)
        self._parts = self.folder / _PARTS
        self._lay_out()

    def begin(self) -> BlobWriter:
        """A new sealed file without a name, under a fresh key. Raises OSError when the disk does not take it."""
        return BlobWriter(self, secrets.token_bytes(KEY_BYTES))

    def open(self, package_id: str, key: bytes, size: int) -> BlobReader:
        """The sealed file of a package.

        size: the package's length in bytes as recorded when it was sealed; a file of another length is damaged.
        Raises BlobMissing, BlobDamaged.
        """
        return BlobReader(self.path(package_id), key, size)

    def delete(self, package_id: str) -> bool:
        """Remove the file for good; False when there was none. The key must be forgotten as well: backups."""
        path = self.path(package_id)
        try:
            path.unlink()
        except FileNotFoundError:
            return False
        _sync_folder(path.parent)
        return True

    def exists(self, package_id: str) -> bool:
        """Whether a sealed file of that id is there (2 us; says nothing about its state)."""
        return self.path(package_id).exists()

    def list_ids(self) -> Iterator[str]:
        """The package ids of all files, in no order; with the database's ids this finds orphans on both sides."""
        for shard in os.scandir(self.folder):
            if len(shard.name) == 2 and shard.is_dir(follow_symlinks=False):  # two hex digits
                for entry in os.scandir(shard.path):
                    if _is_id(entry.name):
                        yield entry.name

    def sweep_parts(self, older_than_seconds: float = 86_400) -> int:
        """Remove what a crash left where the file system knows no nameless files; gives the number."""
        oldest = time.time() - older_than_seconds
        removed = 0
        for entry in os.scandir(self._parts):
            with contextlib.suppress(FileNotFoundError):
                if entry.stat().st_mtime < oldest:
                    Path(entry.path).unlink()
                    removed += 1
        return removed

    def path(self, package_id: str) -> Path:
        """Where the file of a package lies. Raises ValueError unless the id is a UUID in its canonical form."""
        if not _is_id(package_id):
            message = "a package id is a UUID in lower case with hyphens"
            raise ValueError(message)
        return self.folder / package_id[:2] / package_id

    def _lay_out(self) -> None:
        """All 256 shards at once, so that sealing never has to make and sync a folder."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        present = {entry.name for entry in os.scandir(self.folder)}
        missing = [name for name in (*(f"{n:02x}" for n in range(256)), _PARTS) if name not in present]
        for name in missing:
            (self.folder / name).mkdir(exist_ok=True, mode=0o700)
        if missing:
            _sync_folder(self.folder)


class BlobWriter:
    """A package on its way to disk; ends with `seal` or `abort`. Leaving its `with` block unsealed aborts."""

    def __init__(self, store: BlobStore, key: bytes) -> None:
        self.key = key
        self.size = 0
        self._store = store
        self._cipher = AESGCM(key)
        self._frame = 0
        # One frame is held back: whether it is the final one is known only when more comes or `seal` is called.
        self._held = bytearray(FRAME_BYTES)
        self._held_bytes = 0
        self._out = memoryview(bytearray(_BATCH_BYTES))
        self._out[: len(MAGIC)] = MAGIC
        self._out_bytes = len(MAGIC)
        self._fd, self._part = _nameless(store.folder, store.folder / _PARTS)

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Take the next bytes. Raises OSError (ENOSPC among others); then only `abort` makes sense."""
        view = memoryview(data)
        self.size += len(view)
        while view:
            if self._held_bytes == FRAME_BYTES:
                self._seal_frame(self._held, last=False)
                self._held_bytes = 0
            while not self._held_bytes and len(view) > FRAME_BYTES:
                self._seal_frame(view[:FRAME_BYTES], last=False)
                view = view[FRAME_BYTES:]
            taken = min(FRAME_BYTES - self._held_bytes, len(view))
            self._held[self._held_bytes : self._held_bytes + taken] = view[:taken]
            self._held_bytes += taken
            view = view[taken:]

    def seal(self, package_id: str) -> None:
        """Finish the file, put it on disk under the package's name, and return only when both are durable.

        Raises OSError when the disk does not take it and FileExistsError when the id has a file; nothing stays then.
        """
        target = self._store.path(package_id)
        try:
            self._seal_frame(memoryview(self._held)[: self._held_bytes], last=True)
            self._flush()
            os.fsync(self._fd)
            self._publish(target)
        finally:
            self.abort()

    def abort(self) -> None:
        """Forget the file: its bytes go with the descriptor. May be called at any time, and again."""
        fd, self._fd = self._fd, -1
        if fd >= 0:
            os.close(fd)
        part, self._part = self._part, None
        if part is not None:
            part.unlink(missing_ok=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.abort()

    def __del__(self) -> None:
        if getattr(self, "_fd", -1) >= 0:
            self.abort()

    def _seal_frame(self, data: bytearray | memoryview, *, last: bool) -> None:
        if self._out_bytes + _SEALED_FRAME_BYTES > _BATCH_BYTES:
            self._flush()
        end = self._out_bytes + len(data) + TAG_BYTES
        self._cipher.encrypt_into(
            _nonce(self._frame, last=last), data, _associated(last=last), self._out[self._out_bytes : end]
        )
        self._frame += 1
        self._out_bytes = end

    def _flush(self) -> None:
        rest = self._out[: self._out_bytes]
        self._out_bytes = 0
        while rest:
            rest = rest[os.write(self._fd, rest) :]

    def _publish(self, target: Path) -> None:
        folder = os.open(target.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            source = f"/proc/self/fd/{self._fd}" if self._part is None else str(self._part)
            os.link(source, target.name, dst_dir_fd=folder, follow_symlinks=True)
            try:
                os.fsync(folder)
            except OSError:
                target.unlink(missing_ok=True)
                raise
        finally:
            os.close(folder)


class BlobReader:
    """One sealed file, open for reading; close it or use it in a `with` block."""

    def __init__(self, path: Path, key: bytes, size: int) -> None:
        self.size = size
        self._fd = -1
        self._cipher = AESGCM(key)
        self._last = max(0, (size - 1) // FRAME_BYTES)
        try:
            self._fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
        except FileNotFoundError as cause:
            message = f"no sealed file {path.name}"
            raise BlobMissing(message) from cause
        expected = len(MAGIC) + size + (self._last + 1) * TAG_BYTES
        if os.fstat(self._fd).st_size != expected or os.pread(self._fd, len(MAGIC), 0) != MAGIC:
            self.close()
            message = f"sealed file {path.name} has another length or form than was recorded"
            raise BlobDamaged(message)
        self._name = path.name

    def read(self, start: int = 0, end: int | None = None) -> Iterator[bytes]:
        """The bytes from `start` up to `end` (exclusive; None = to the end) in pieces of at most 64 KiB.

        Only the frames touched are read and decrypted; each is authentic or BlobDamaged is raised before it is given.
        """
        stop = self.size if end is None else min(end, self.size)
        start = max(0, start)
        if self.size == 0:
            self._open_frame(0)
        if start >= stop:
            return
        for number in range(start // FRAME_BYTES, (stop - 1) // FRAME_BYTES + 1):
            piece = self._open_frame(number)
            base = number * FRAME_BYTES
            if base < start or base + len(piece) > stop:
                piece = piece[max(0, start - base) : stop - base]
            yield piece

    def read_all(self) -> bytes:
        """The whole package; for small ones and for tests."""
        return b"".join(self.read())

    def close(self) -> None:
        """Give the descriptor back; may be repeated."""
        fd, self._fd = self._fd, -1
        if fd >= 0:
            os.close(fd)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __del__(self) -> None:
        if getattr(self, "_fd", -1) >= 0:
            self.close()

    def _open_frame(self, number: int) -> bytes:
        sealed = os.pread(self._fd, _SEALED_FRAME_BYTES, len(MAGIC) + number * _SEALED_FRAME_BYTES)
        last = number == self._last
        try:
            return self._cipher.decrypt(_nonce(number, last=last), sealed, _associated(last=last))
        except (InvalidTag, ValueError) as cause:
            message = f"sealed file {self._name}: frame {number} is not what was sealed"
            raise BlobDamaged(message) from cause


def _nonce(frame: int, *, last: bool) -> bytes:
    return frame.to_bytes(11, "big") + (b"\x01" if last else b"\x00")


def _associated(*, last: bool) -> bytes:
    return MAGIC + (b"\x01" if last else b"\x00")


def _is_id(text: str) -> bool:
    try:
        return str(uuid.UUID(text)) == text
    except (ValueError, AttributeError, TypeError):
        return False


def _nameless(folder: Path, parts: Path) -> tuple[int, Path | None]:
    """A writable descriptor of a file without a name; where the file system has none, its name among the parts."""
    try:
        return os.open(folder, os.O_TMPFILE | os.O_WRONLY | os.O_CLOEXEC, 0o600), None
    except OSError as error:
        if error.errno not in _NO_TMPFILE:
            raise
    part = parts / uuid.uuid4().hex
    return os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o600), part


def _sync_folder(folder: Path) -> None:
    fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)
