"""The shared folder itself: opened step by step, never through a link; written whole or not at all.

Only two things are relied on: a rename inside one folder is atomic, and fsync means what it says. That holds on local
disks, NFS and SMB. What an interrupted write leaves begins with `PREFIX` and is swept when it is old by the clock of
the share itself.
"""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import stat
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

PREFIX: Final = ".truc-"
"""Of everything that is not finished."""

BOOKS: Final = ".truc"
"""The folder in which the connector remembers."""

FOLDERS: Final = ("out", "in", "status", "sent", "refused")
OLD_SECONDS: Final = 86_400
_PIECE: Final = 1 << 20
_DIR: Final = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
_WORDS: Final = {
    errno.ENOSPC: "no space left on the share",
    errno.EDQUOT: "the quota of the share is used up",
    errno.EROFS: "the share is read-only",
    errno.EACCES: "the share does not permit it",
    errno.EPERM: "the share does not permit it",
    errno.ELOOP: "a link stands where a folder or file should be",
}


class ShareError(Exception):
    """The share is in trouble; nothing was lost. The text is safe to show."""


@dataclass(frozen=True, slots=True)
class Seen:
    """One entry of a folder at one look; equal to the entry at another look when nothing happened to it.

    Some shares give a file another inode number at each look, so that counts for nothing.
    """

    name: str
    is_folder: bool
    size: int
    modified_ns: int
    inside: tuple[Seen, ...] = ()


@dataclass(frozen=True, slots=True)
class Share:
    """The folder an office and the connector share. make: create the folders of the layout where they are missing."""

    root: Path
    make: bool = False

    @contextlib.contextmanager
    def folder(self, *parts: str) -> Iterator[int]:
        """An open folder below the root. Raises ShareError; OSError inside becomes one too."""
        with troubles():
            opened = self._open(parts)
        try:
            with troubles():
                yield opened
        finally:
            os.close(opened)

    def _open(self, parts: tuple[str, ...]) -> int:
        try:
            current = os.open(self.root, _DIR)
        except FileNotFoundError as cause:
            message = "the shared folder is not there: is the share mounted?"
            raise ShareError(message) from cause
        for number, part in enumerate(parts):
            try:
                try:
                    following = os.open(part, _DIR | os.O_NOFOLLOW, dir_fd=current)
                except FileNotFoundError:
                    if not (self.make or BOOKS in parts):
                        message = f"the folder {part}/ is missing: is the share mounted? See the README for its layout"
                        raise ShareError(message) from None
                    with contextlib.suppress(FileExistsError):
                        make_folder(current, part)
                    following = os.open(part, _DIR | os.O_NOFOLLOW, dir_fd=current)
                except NotADirectoryError as cause:
                    message = f"{'/'.join(parts[: number + 1])} is no folder (or a link)"
                    raise ShareError(message) from cause
            finally:
                os.close(current)
            current = following
        return current

    def ready(self) -> float:
        """Make sure that the layout is there and can be written to; gives the share's own time. Raises ShareError."""
        for name in FOLDERS:
            with self.folder(name):
                pass
        with self.folder(BOOKS) as books:
            write(books, "clock", b"")
            return os.stat("clock", dir_fd=books).st_mtime


def look(folder: int, *, deep: bool = True) -> dict[str, Seen]:
    """What lies in an open folder: regular files and folders, each name once; links and the rest are not seen.

    deep: also what lies in its folders, one step down.
    """
    found: dict[str, Seen] = {}
    with os.scandir(folder) as entries:
        for entry in entries:
            with contextlib.suppress(FileNotFoundError):  # gone between listing and looking
                facts = entry.stat(follow_symlinks=False)
                if stat.S_ISREG(facts.st_mode):
                    found[entry.name] = _seen(entry.name, facts)
                elif stat.S_ISDIR(facts.st_mode) and deep:
                    found[entry.name] = _seen(entry.name, facts, _inside(folder, entry.name))
    return found


def names(folder: int) -> list[str]:
    """What lies in an open folder, by name alone."""
    with os.scandir(folder) as entries:
        return [entry.name for entry in entries]


def open_file(folder: int, seen: Seen) -> int:
    """Open a file that was seen. Raises ShareError when another one, or something else, stands there now."""
    try:
        opened = os.open(seen.name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=folder)
    except OSError as cause:
        raise _trouble(cause) from cause
    if not is_same(seen, os.fstat(opened)):
        os.close(opened)
        message = "a file changed while it was looked at"
        raise ShareError(message)
    return opened


def is_same(seen: Seen, facts: os.stat_result) -> bool:
    """Whether what is there now is what was seen."""
    return stat.S_ISREG(facts.st_mode) and (seen.size, seen.modified_ns) == (facts.st_size, facts.st_mtime_ns)


def pieces(folder: int, seen: Seen) -> Iterator[bytes]:
    """The bytes of a file that was seen. Raises ShareError when it changes meanwhile."""
    opened = open_file(folder, seen)
    try:
        left = seen.size
        while piece := os.read(opened, _PIECE):
            left -= len(piece)
            yield piece
        if left or not is_same(seen, os.fstat(opened)):
            message = "a file changed while it was read"
            raise ShareError(message)
    finally:
        os.close(opened)


def write(folder: int, name: str, data: bytes) -> None:
    """Write a small file whole: it has these bytes, or was never touched."""
    made = f"{PREFIX}{uuid.uuid4()}.tmp"
    try:
        with os.fdopen(create(folder, made), "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.rename(made, name, src_dir_fd=folder, dst_dir_fd=folder)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(made, dir_fd=folder)
        raise
    os.fsync(folder)


def create(folder: int, name: str) -> int:
    """A new file, open for writing; who may read and write in the folder may read and write it."""
    made = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o664, dir_fd=folder)
    allow_as(folder, made)
    return made


def make_folder(folder: int, name: str) -> None:
    """A new folder, for whom its parent is. Raises FileExistsError."""
    os.mkdir(name, dir_fd=folder)
    made = os.open(name, _DIR | os.O_NOFOLLOW, dir_fd=folder)
    try:
        allow_as(folder, made)
    finally:
        os.close(made)


def allow_as(folder: int, made: int) -> None:
    """Give what was made in a folder the rights of that folder, whatever the umask; some shares know none."""
    with contextlib.suppress(OSError):
        rights = stat.S_IMODE(os.fstat(folder).st_mode)
        os.fchmod(made, rights if stat.S_ISDIR(os.fstat(made).st_mode) else rights & 0o666)


def read(folder: int, name: str) -> bytes | None:
    """A small file of the connector's own; None when it is not there."""
    try:
        opened = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=folder)
    except FileNotFoundError:
        return None
    with os.fdopen(opened, "rb") as file:
        return file.read()


def exists(folder: int, name: str) -> bool:
    """Whether anything has this name."""
    try:
        os.stat(name, dir_fd=folder, follow_symlinks=False)
    except FileNotFoundError:
        return False
    return True


def move(source: int, name: str, target: int, new_name: str) -> None:
    """Move a file or folder to another folder of the share; nothing when it is no longer there."""
    try:
        os.rename(name, new_name, src_dir_fd=source, dst_dir_fd=target)
    except FileNotFoundError:
        return
    except OSError as cause:
        if cause.errno != errno.EXDEV:
            raise
        _carry(source, name, target, new_name)
    os.fsync(target)
    os.fsync(source)


def remove(folder: int, name: str) -> None:
    """Remove a file or a whole folder of the connector's own; nothing when it is not there."""
    try:
        os.unlink(name, dir_fd=folder)
    except FileNotFoundError:
        return
    except (IsADirectoryError, PermissionError):
        shutil.rmtree(name, ignore_errors=True, dir_fd=folder)


@contextlib.contextmanager
def troubles() -> Iterator[None]:
    """What the operating system says against a share, as trouble in words."""
    try:
        yield
    except OSError as cause:
        raise _trouble(cause) from cause


def _trouble(cause: OSError) -> ShareError:
    known = _WORDS.get(cause.errno or 0)
    return ShareError(known or f"the share cannot be used: {cause.strerror or type(cause).__name__}")


def _seen(name: str, facts: os.stat_result, inside: tuple[Seen, ...] = ()) -> Seen:
    is_folder = stat.S_ISDIR(facts.st_mode)
    return Seen(name, is_folder, 0 if is_folder else facts.st_size, facts.st_mtime_ns, inside)


def _inside(folder: int, name: str) -> tuple[Seen, ...]:
    opened = os.open(name, _DIR | os.O_NOFOLLOW, dir_fd=folder)
    try:
        return tuple(sorted(look(opened, deep=False).values(), key=lambda one: one.name))
    finally:
        os.close(opened)


def _carry(source: int, name: str, target: int, new_name: str) -> None:
    """Copy, then delete: the two folders lie on different disks."""
    made = f"{PREFIX}{uuid.uuid4()}.tmp"
    reading = os.fdopen(os.open(name, os.O_RDONLY | os.O_NOFOLLOW, dir_fd=source), "rb")
    with reading, os.fdopen(create(target, made), "wb") as writing:
        shutil.copyfileobj(reading, writing, _PIECE)
        writing.flush()
        os.fsync(writing.fileno())
    os.rename(made, new_name, src_dir_fd=target, dst_dir_fd=target)
    os.fsync(target)
    os.unlink(name, dir_fd=source)
