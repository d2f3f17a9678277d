"""The bytes of packages under way, one file each: written beside, on disk, then named; read in pieces.

A file without a row in the ledger is what a crash left; it is swept at the start. What is read from a package is read
while it is written, so that a large one is never held.
"""

from __future__ import annotations

import asyncio
import errno
import hashlib
import os
import sqlite3
import uuid
from collections.abc import AsyncGenerator, AsyncIterator, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from edxml import model, reader
from edxml.faults import Fault, Refusal
from edxml.package_signature import signing

_PIECE = 1 << 18
_GATHER = 1 << 20
SMALL_BYTES = 1 << 16
"""A package announced as no longer than this may use the reserve: a status, a recall."""
RESERVE_BYTES = 16 << 20
"""Room beyond the setting, so that a full spool still hears of a recall."""
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})

_USED_UP = "agent.spool_megabytes is used up"


class SpoolFullError(Exception):
    """There is no room for another package, by the setting or on the disk."""


@dataclass(frozen=True, slots=True)
class Stored:
    """A package in the spool. offered_sha256: of the bytes as they came; sha256, size: as they lie there."""

    file: str
    offered_sha256: str
    sha256: str
    size: int
    package: model.Package


class Spool:
    """The folder. most_bytes: all files together; package_bytes: one of them."""

    def __init__(self, folder: Path, most_bytes: int, package_bytes: int, signer: signing.Signer | None = None) -> None:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._folder = folder
        self._most_bytes = most_bytes
        self._package_bytes = package_bytes
        self._signer = signer

    def sweep(self, needed: Iterable[str]) -> int:
        """Remove what no item needs; how many files that were."""
        keep = set(needed)
        swept = [path for path in self._folder.iterdir() if path.name not in keep]
        for path in swept:
            path.unlink()
        return len(swept)

    async def store(
        self, body: AsyncIterator[bytes], used_bytes: int, announced_bytes: int = 0, *, sign: bool
    ) -> Stored:
        """Put a package on disk, signed if asked and it carries no signature; it is safe when this returns.

        announced_bytes: how long it will be, 0 = not known.
        Raises SpoolFullError, Refusal (not a package; TOO_LARGE), and what `body` raises.
        """
        place = self._folder / f"{uuid.uuid4()}.part"
        room = self._most_bytes - used_bytes
        if 0 < announced_bytes <= SMALL_BYTES:
            room += RESERVE_BYTES
        if announced_bytes > room or room <= 0:
            raise SpoolFullError(_USED_UP)
        try:
            package, offered = await self._write(place, body, room)
            if sign and self._signer is not None and package.signature == "none":
                package = await asyncio.to_thread(self._sign, place)
            named = place.with_suffix(".xml")
            await asyncio.to_thread(_named, place, named)
        except OSError as cause:
            place.unlink(missing_ok=True)
            if cause.errno in _FULL:
                raise SpoolFullError(os.strerror(cause.errno)) from cause
            raise
        except BaseException:
            place.unlink(missing_ok=True)
            raise
        return Stored(named.name, offered, package.sha256, package.size, package)

    async def _write(self, place: Path, body: AsyncIterator[bytes], room: int) -> tuple[model.Package, str]:
        whole, digest, size = reader.Reader(), hashlib.sha256(), 0
        with await asyncio.to_thread(_new, place) as file:

            def take(data: bytes) -> None:
                digest.update(data)
                file.write(data)
                whole.feed(data)

            gathered = bytearray()
            async for piece in body:
                size += len(piece)
                if size > self._package_bytes:
                    raise Refusal(Fault.TOO_LARGE, f"at most {self._package_bytes} bytes are taken")
                if size > room:
                    raise SpoolFullError(_USED_UP)
                gathered += piece
                if len(gathered) >= _GATHER:
                    data, gathered = bytes(gathered), bytearray()
                    await asyncio.to_thread(take, data)
            await asyncio.to_thread(take, bytes(gathered))
            package = await asyncio.to_thread(whole.close)
            await asyncio.to_thread(_flush, file)
        return package, digest.hexdigest()

    def _sign(self, place: Path) -> model.Package:
        """Sign the file once: what is sent later are these very bytes, however often."""
        assert self._signer is not None, "asked only with one"
        signed = place.with_suffix(".signed")
        try:
            with place.open("rb") as source, _new(signed) as target:
                package = signing.sign(source, target, self._signer)
                _flush(target)
            signed.replace(place)
        finally:
            signed.unlink(missing_ok=True)
        return package

    async def keep(self, data: bytes) -> Stored:
        """Put a status of the agent's own on disk. Raises SpoolFullError."""

        async def body() -> AsyncIterator[bytes]:
            yield data

        return await self.store(body(), 0, sign=True)

    async def again(self, name: str) -> str:
        """Another name for the bytes of a file, on disk when this returns; each of the two is removed by itself.

        Raises OSError: the file is gone, or this file system knows only one name for a file.
        """
        named = self._folder / f"{uuid.uuid4()}.xml"
        await asyncio.to_thread(_linked, self._folder / name, named)
        return named.name

    async def read(self, name: str) -> AsyncGenerator[bytes, None]:
        """The bytes of one file."""
        with await asyncio.to_thread((self._folder / name).open, "rb") as file:
            while piece := await asyncio.to_thread(file.read, _PIECE):
                yield piece

    def remove(self, name: str) -> None:
        """Its item is over."""
        (self._folder / name).unlink(missing_ok=True)


async def digest_of(body: AsyncIterator[bytes]) -> str:
    """The digest of bytes that are read for nothing else."""
    found = hashlib.sha256()
    async for piece in body:
        found.update(piece)
    return found.hexdigest()


def is_full(error: BaseException) -> bool:
    """Whether the disk has no room for what was to be written."""
    if isinstance(error, sqlite3.OperationalError):
        return error.sqlite_errorcode == sqlite3.SQLITE_FULL
    return isinstance(error, OSError) and error.errno in _FULL


def _new(place: Path) -> BinaryIO:
    handle = os.open(place, os.O_CREAT | os.O_EXCL | os.O_RDWR | os.O_CLOEXEC, 0o600)
    return os.fdopen(handle, "w+b")


def _flush(file: BinaryIO) -> None:
    file.flush()
    os.fsync(file.fileno())


def _named(place: Path, named: Path) -> None:
    """Give the file its name; the name is on disk when this returns."""
    place.replace(named)
    _flush_folder(named.parent)


def _linked(place: Path, named: Path) -> None:
    named.hardlink_to(place)
    _flush_folder(named.parent)


def _flush_folder(path: Path) -> None:
    folder = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
