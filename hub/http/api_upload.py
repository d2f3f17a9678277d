"""A multipart sending: metadata and files, of which the hub writes the package; or a package and what goes with it.

Nothing is held whole in memory. The same metadata and files always give the same bytes, so that a repeat is known as
one; a package that comes written stays as it is, byte for byte.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeVar
from urllib.parse import unquote

import aiohttp
from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError

from connectors.forms import sending as forms
from connectors.forms.metadata import Beside, GroupSaid, Metadata
from edxml import writer
from edxml.faults import Fault, Refusal
from hub.flow.addressing import opening
from hub.flow.addressing import said as said_beside
from hub.flow.addressing.recipients import Sending, Wanted
from hub.http import api_metadata, problems
from hub.http.api_call import IDLE_SECONDS, JSON_BYTES, BrokenBodyError, Call, parsed, too_large

T = TypeVar("T")

METADATA, SENDING, PACKAGE = "metadata", "sending", "package"
PIECE_BYTES = 1 << 20
NAME_LENGTH = 255


@dataclass(frozen=True, slots=True)
class _File:
    """One file part, on disk. part: the name of the part."""

    part: str
    name: str
    path: Path
    sha256: str


@dataclass(slots=True)
class _Parts:
    """What came: of `said` and `beside` one at most, and of `beside` only together with a package."""

    said: Metadata | None = None
    beside: Beside | None = None
    files: list[_File] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Built:
    """A package as a body for accept(), and what was said beside it. declared: it is no State secret (R-011)."""

    body: AsyncIterator[bytes]
    declared: bool
    sending: Sending


@contextlib.asynccontextmanager
async def built(call: Call, meant: Callable[[Metadata | None], Metadata | None]) -> AsyncIterator[Built]:
    """The package the parts mean. Its files are removed afterwards.

    meant: what the metadata come to, before anything is made of them; None = the package came written.

    Raises Refusal, ProblemError (not multipart as announced), BrokenBodyError.
    """
    call.check_body(call.hub.settings.limits.package_bytes)
    folder = Path(await call.hub.in_thread(lambda: tempfile.mkdtemp(prefix="upload-", dir=call.hub.scratch)))
    try:
        parts = await _parts(call, folder)
        said, files = meant(parts.said), parts.files
        if said is None:
            yield _as_written(call, parts.beside or Beside(), files[0])
            return
        chosen = forms.document_id_of(said, [one.sha256 for one in files])
        written, plain = said_beside.written(said), said_beside.sending(said)
        sent = await opening.opened(call.hub, call.system, said.sender, written, plain)
        pieces = writer.write_edoc_stream(
            api_metadata.header(call.hub, said, chosen, sent),
            api_metadata.business(said, chosen, sent),
            (),
            [
                writer.OutgoingAttachment(one.name, one.path, content_id=forms.content_id(number, one.sha256, one.name))
                for number, one in enumerate(files)
            ],
        )
        yield Built(_stream(call, pieces), said.declaration is not None, sent)
    finally:
        await asyncio.shield(call.hub.in_thread(lambda: shutil.rmtree(folder, ignore_errors=True)))


def _as_written(call: Call, beside: Beside, package: _File) -> Built:
    """A package that came as bytes, with what edXML has no room for."""
    if any(isinstance(one, GroupSaid) for one in beside.to):
        text = "the package names its recipients: organisation codes only"
        raise Refusal(Fault.SCHEMA_INVALID, text, where=f"{SENDING}.to")
    wanted = tuple(one for one in said_beside.written(beside) if isinstance(one, Wanted))
    sent = replace(said_beside.sending(beside), wanted=wanted)
    return Built(_stream(call, _pieces(package.path)), beside.declaration is not None, sent)


def _pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(PIECE_BYTES):
            yield piece


async def _parts(call: Call, folder: Path) -> _Parts:
    try:
        found = await _read(call, await call.request.multipart(), folder)
    except (Refusal, problems.ProblemError):
        raise
    except (OSError, EOFError, aiohttp.ClientError, HttpProcessingError) as cause:
        if call.request.transport is None or call.request.transport.is_closing():
            raise BrokenBodyError from cause
        if isinstance(cause, OSError):
            raise Refusal(Fault.STORAGE_FULL, "the hub cannot store anything at the moment") from cause
        raise problems.ProblemError(problems.BAD_REQUEST, "the multipart body is broken") from cause
    except (ValueError, AssertionError, RuntimeError, LookupError, web.HTTPException) as cause:
        raise problems.ProblemError(problems.BAD_REQUEST, "the multipart body cannot be read") from cause
    if found.said is None and [one.part for one in found.files] != [PACKAGE]:
        text = "the part `metadata` (JSON) is missing, or the one part `package` (edXML)"
        raise Refusal(Fault.SCHEMA_INVALID, text, where=METADATA)
    if found.said is not None and found.beside is not None:
        raise Refusal(Fault.SCHEMA_INVALID, "`sending` goes with `package`, not with `metadata`", where=SENDING)
    return found


async def _read(call: Call, reader: aiohttp.MultipartReader, folder: Path) -> _Parts:
    limits = call.hub.settings.limits
    found = _Parts()
    room = limits.package_bytes
    while (part := await _timely(reader.next())) is not None:
        if not isinstance(part, aiohttp.BodyPartReader):
            raise problems.ProblemError(problems.BAD_REQUEST, "a part may not be multipart itself")
        _check(part)
        if part.name == METADATA and found.said is None:
            found.said = parsed(Metadata, await _small(part), METADATA)
        elif part.name == SENDING and found.beside is None:
            found.beside = parsed(Beside, await _small(part), SENDING)
        elif part.filename or part.name == PACKAGE:
            if len(found.files) >= limits.attachments:
                raise Refusal(Fault.XML_LIMIT, f"at most {limits.attachments} files are taken")
            one, size = await _kept(call, part, folder / str(len(found.files)), room)
            room -= size
            found.files.append(one)
        else:
            text = "each part is `metadata`, `sending`, once, or a file with a file name"
            raise problems.ProblemError(problems.BAD_REQUEST, text, where=part.name)
    return found


def _check(part: aiohttp.BodyPartReader) -> None:
    for name in ("Content-Encoding", "Content-Transfer-Encoding"):
        if part.headers.get(name, "binary").strip().lower() not in {"binary", "8bit", "7bit", "identity"}:
            raise Refusal(Fault.UNSUPPORTED_TYPE, f"a part may not have its own {name}", where=part.name)


async def _chunks(part: aiohttp.BodyPartReader) -> AsyncIterator[bytes]:
    while not part.at_eof():
        piece = await _timely(part.read_chunk(1 << 16))
        if piece:
            yield piece


async def _small(part: aiohttp.BodyPartReader) -> bytes:
    found = bytearray()
    async for piece in _chunks(part):
        found += piece
        if len(found) > JSON_BYTES:
            raise too_large(JSON_BYTES)
    return bytes(found)


async def _kept(call: Call, part: aiohttp.BodyPartReader, path: Path, room: int) -> tuple[_File, int]:
    """One file part on disk, hashed; `room` bytes are left for it."""
    name = _name(part.filename or (part.name if part.name == PACKAGE else "") or "")
    digest = hashlib.sha256()
    size = 0
    handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o600)

    def take(data: bytes) -> None:
        digest.update(data)
        rest = memoryview(data)
        while rest:
            rest = rest[os.write(handle, rest) :]

    try:
        gathered = bytearray()
        async for piece in _chunks(part):
            size += len(piece)
            if size > room:
                raise too_large(call.hub.settings.limits.package_bytes)
            gathered += piece
            if len(gathered) >= PIECE_BYTES:
                data, gathered = bytes(gathered), bytearray()
                await call.hub.in_thread(lambda data=data: take(data))  # type: ignore[misc]
        await call.hub.in_thread(lambda: take(bytes(gathered)))
    finally:
        os.close(handle)
    return _File(part.name or "", name, path, digest.hexdigest()), size


async def _stream(call: Call, pieces: Iterator[bytes]) -> AsyncIterator[bytes]:
    """The written package, piece by piece from a worker thread."""
    try:
        while (piece := await call.hub.in_thread(lambda: next(pieces, None))) is not None:
            yield piece
    finally:
        close = getattr(pieces, "close", None)
        if close is not None:
            await asyncio.shield(call.hub.in_thread(close))


async def _timely(step: Awaitable[T]) -> T:
    try:
        async with asyncio.timeout(IDLE_SECONDS):
            return await step
    except TimeoutError as cause:
        text = f"nothing arrived for {IDLE_SECONDS:.0f} seconds"
        raise problems.ProblemError(problems.REQUEST_TIMEOUT, text, headers={"Connection": "close"}) from cause


def _name(given: str) -> str:
    """The last part of a file name, as a browser may send it with its path."""
    if "%" in given and given.isascii():  # many form writers percent-encode what is not ASCII
        with contextlib.suppress(UnicodeDecodeError):
            given = unquote(given, errors="strict")
    name = given.replace("\\", "/").rsplit("/", 1)[-1].strip()
    if not name or len(name) > NAME_LENGTH or not name.isprintable():
        text = f"a file name has 1 to {NAME_LENGTH} printable characters"
        raise Refusal(Fault.SCHEMA_INVALID, text, where="filename")
    return name
