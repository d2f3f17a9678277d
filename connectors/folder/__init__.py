"""A folder that an office system and the connector share: local disk, NFS or SMB. The README has its layout.

out/ and status/ are looked at; what is complete is offered, then moved to sent/ with its receipt or to refused/ with a
readable reason. What comes appears in in/, whole or not at all, once for each item however often it is handed over.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import shutil
import tempfile
import time
import weakref
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Literal, TypeVar

from pydantic import Field, field_validator

from connectors import base
from connectors.folder import books, filing, leaving, share
from connectors.folder.arriving import Arriving, WrongBytesError
from connectors.folder.leaving import Item, Meant, NotYetError
from connectors.folder.share import Seen, Share, ShareError
from connectors.forms import notes
from connectors.forms.wrong import FormError, Wrong
from edxml.faults import Refusal

T = TypeVar("T")

_PIECE_BYTES = 1 << 20
_SLOWEST_BYTES_SECOND = 500_000
_SWEEP_SECONDS = 3600
_REMEMBERED = 20_000


class Settings(base.Settings):
    """Which folder, and how it is used."""

    path: str = Field(min_length=1, description="The shared folder, as an absolute path")
    make_folders: bool = Field(
        False, description="Make out, in, status, sent, refused when missing; off for a share that may not be mounted"
    )
    received: Literal["edxml", "files", "both"] = Field(
        "edxml", description="What appears in in/: the package (.edxml), a folder with its files, or that with both"
    )
    settle_seconds: float = Field(2.0, ge=0.05, le=600, description="A file is taken once it did not change this long")
    ready_marker: str = Field(
        "",
        max_length=20,
        pattern=r"^$|^\.[A-Za-z0-9]+$",
        description="Ending of an empty file that says NAME is complete, such as .ready; empty: none is used",
    )
    patience_minutes: float = Field(
        30.0, gt=0, le=100_000, description="What lacks its form, its files or its end for this long is refused"
    )
    look_seconds: float = Field(
        2.0, ge=0.05, le=3600, description="How often the folder is looked at for something new"
    )
    poll_seconds: int = Field(30, ge=1, le=86_400, description="How often it is searched in any case")
    keep_days: int = Field(400, ge=1, le=4000, description="How long it is remembered what arrived, for answers to it")
    largest_bytes: int = Field(600_000_000, ge=1, description="Most bytes of the files of one document")

    @field_validator("path")
    @classmethod
    def _absolute(cls, text: str) -> str:
        if not Path(text).is_absolute() or "\0" in text:
            message = "must be an absolute path"
            raise ValueError(message)
        return text


class Connector(base.Connector):
    """The folder's other side."""

    settings_type = Settings
    collects = True
    settings: Settings

    def __init__(self, settings: Settings, tools: base.Tools) -> None:
        super().__init__(settings, tools)
        self.at = Share(Path(settings.path), settings.make_folders)
        self._threads = ThreadPoolExecutor(4, thread_name_prefix="folder")  # a share that hangs keeps its own alone
        self._work: Path | None = None
        self._turns: weakref.WeakValueDictionary[str, asyncio.Lock] = weakref.WeakValueDictionary()
        self._meant: dict[Item, Meant] = {}
        self._lacking: dict[tuple[str, Seen], float] = {}
        self._noticed: dict[str, Seen] = {}
        self._swept = float("-inf")

    async def deliver(self, parcel: base.Parcel) -> base.Outcome:
        """Put it into in/. An item that is there, or was and has been taken away, is not put there again."""
        turn = self._turns.setdefault(parcel.item_id, asyncio.Lock())
        async with turn:
            try:
                known = await self._do(self._known, parcel.item_id)
                if known is not None and known.sha256 != parcel.sha256:
                    return base.Deferred("this item arrived before with other bytes", peer=False, untouched=True)
                if known is not None:
                    await self._do(books.publish, self.at, known)
                    await self._do(books.remember, self.at, known.about)
                    return base.Delivered(known.name[:100])
                arriving = await self._do(self._begin, parcel)
            except ShareError as trouble:
                return base.Deferred(str(trouble), untouched=True)
            try:
                return await self._take(arriving, parcel)
            except ShareError as trouble:
                return base.Deferred(str(trouble))
            except WrongBytesError as wrong:
                return base.Deferred(str(wrong), peer=False)
            finally:
                with contextlib.suppress(ShareError):
                    await self._do(arriving.abandon)

    async def _take(self, arriving: Arriving, parcel: base.Parcel) -> base.Outcome:
        async with contextlib.aclosing(parcel.open()) as pieces:
            gathered = bytearray()
            async for piece in pieces:
                gathered += piece
                if len(gathered) >= _PIECE_BYTES:
                    data, gathered = bytes(gathered), bytearray()
                    await self._do(arriving.take, data)
            await self._do(arriving.take, bytes(gathered))
        name = await self._do(arriving.finish, size=parcel.size)
        return base.Delivered(name[:100])

    def _known(self, item_id: str) -> books.Entry | None:
        self.at.ready()
        return books.entry(self.at, item_id)

    def _begin(self, parcel: base.Parcel) -> Arriving:
        as_files, whole = self.settings.received != "edxml", self.settings.received != "files"
        return Arriving(self.at, parcel, as_files=as_files, whole=whole)

    async def collect(self, message_type: str) -> AsyncIterator[base.Incoming]:
        """What is complete in out/ (documents) or status/ (answers), oldest first."""
        place = "status" if message_type == "status" else "out"
        try:
            await self._tidy()
            first = await self._do(self._look, place)
            found = leaving.items(place, first, self.settings.ready_marker)
            second = first
            if not self.settings.ready_marker and any(not leaving.ignored(name) for name in first):
                await asyncio.sleep(self.settings.settle_seconds)
                second = await self._do(self._look, place)
                found = [one for one in leaving.items(place, second, "") if one.main == first.get(one.main.name)]
            claimed: set[str] = set()
            for item in found:
                meant = await self._mean(item, first)
                parts = (item.main, *item.files, *(meant.files if meant is not None else ()))
                claimed |= {one.name for one in parts}
                if meant is not None:
                    yield Offered(self, item, meant, message_type)
            if not self.settings.ready_marker:
                for one in leaving.unclaimed(second, claimed):
                    await self._lone(place, one)
        except ShareError as trouble:
            raise base.PeerTroubleError(str(trouble)) from trouble

    async def _mean(self, item: Item, first: dict[str, Seen]) -> Meant | None:
        """What an item means; None when it is not complete, changed meanwhile, or was refused at once."""
        meant = self._meant.get(item)
        if meant is None:
            try:
                meant = await self._do(self.meaning.of, item, size=leaving.size(item))
            except NotYetError as lacking:
                await self._lacks(item, lacking.wrong)
                return None
            except (FormError, Refusal) as cause:
                await self._refuse(item, (), notes.declined(cause))
                return None
            except ShareError:
                await self._do(self.at.ready)  # the share itself, or this one item?
                return None
            while len(self._meant) >= _REMEMBERED:
                self._meant.pop(next(iter(self._meant)))
            self._meant[item] = meant
        beside = meant.files if item.kind == "form" else ()
        if not self.settings.ready_marker and any(first.get(one.name) != one for one in beside):
            return None  # a file that the form names is not settled yet
        return meant

    @functools.cached_property
    def meaning(self) -> leaving.Meaning:
        """Reads what lies in the folder."""
        self._work = Path(tempfile.mkdtemp(prefix="truc-folder-"))
        tools = self.tools
        return leaving.Meaning(self.at, self._work, tools.name_of, tools.now, self.settings.largest_bytes)

    def forget(self, item: Item) -> None:
        """Read an item anew at the next look."""
        self._meant.pop(item, None)

    async def _lone(self, place: str, one: Seen) -> None:
        wrong = Wrong("", "tệp không có biểu mẫu (.json) đi cùng", "the file has no form (.json) beside it")
        await self._lacks(Item(place, "edxml", one), wrong)

    async def _lacks(self, item: Item, wrong: Wrong) -> None:
        """Something is missing: it is waited for, and then refused."""
        key = (item.place, item.main)
        while len(self._lacking) >= _REMEMBERED:
            self._lacking.pop(next(iter(self._lacking)))
        since = self._lacking.setdefault(key, time.monotonic())
        if time.monotonic() - since > self.settings.patience_minutes * 60:
            del self._lacking[key]
            await self._refuse(item, item.files, notes.declined(FormError([wrong])))

    async def _refuse(self, item: Item, files: tuple[Seen, ...], declined: base.Declined) -> None:
        self.tools.log.warning("item of the folder refused", place=item.place, fault=declined.code)
        files = files or await self._do(leaving.belonging, self.at, item)
        await self._do(filing.refused, self.at, item, files, declined, "")

    async def news(self, seconds: float) -> None:
        """Look at the two folders now and then until something is there that was not."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            with contextlib.suppress(ShareError):
                there = await self._do(self._glance)
                if any(self._noticed.get(name) != one for name, one in there.items()):
                    self._noticed = there
                    return
                self._noticed = there
            await asyncio.sleep(min(left, self.settings.look_seconds))

    def _glance(self) -> dict[str, Seen]:
        found: dict[str, Seen] = {}
        for place in ("out", "status"):
            seen = self._look(place)
            found |= {f"{place}/{name}": one for name, one in seen.items() if not leaving.ignored(name)}
        return found

    def _look(self, place: str) -> dict[str, Seen]:
        with self.at.folder(place) as folder:
            return share.look(folder)

    async def _tidy(self) -> None:
        now = await self._do(self.at.ready)
        if time.monotonic() - self._swept > _SWEEP_SECONDS:
            await self._do(books.sweep, self.at, now, self.settings.keep_days * 86_400, size=1 << 26)
            self._swept = time.monotonic()

    async def check(self) -> str | None:
        """Whether the layout is there and can be written to."""
        try:
            await self._do(self.at.ready)
        except ShareError as trouble:
            return str(trouble)
        return None

    async def close(self) -> None:
        """Let the threads go; one that hangs in a share that does not answer is left behind."""
        self._threads.shutdown(wait=False, cancel_futures=True)
        if self._work is not None:
            shutil.rmtree(self._work, ignore_errors=True)

    async def in_thread(self, work: Callable[..., T], *args: object, size: int = 0) -> T:
        """A step at the share, in a thread of its own and within its time. Raises PeerTroubleError."""
        try:
            return await self._do(work, *args, size=size)
        except ShareError as trouble:
            raise base.PeerTroubleError(str(trouble)) from trouble

    async def _do(self, work: Callable[..., T], *args: object, size: int = 0) -> T:
        seconds = self.tools.timeout_seconds + size / _SLOWEST_BYTES_SECOND
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(seconds):
                return await loop.run_in_executor(self._threads, functools.partial(work, *args))
        except TimeoutError as cause:
            message = f"the share did not answer within {seconds:.0f} s"
            raise ShareError(message) from cause
        except OSError as cause:
            message = f"the share cannot be used: {cause.strerror or type(cause).__name__}"
            raise ShareError(message) from cause


class Offered(base.Incoming):
    """One item of out/ or status/. Its id is the digest of its package: other bytes are another offer."""

    def __init__(self, connector: Connector, item: Item, meant: Meant, message_type: str) -> None:
        self._connector, self._item, self._meant = connector, item, meant
        self.remote_id = meant.sha256
        self.message_type = message_type
        self.sending = meant.beside

    async def body(self) -> AsyncIterator[bytes]:
        """The bytes of the package; they end only when they are those of the id."""
        steps = self._connector.meaning.pieces(self._item, self._meant)
        size = leaving.size(self._item)
        try:
            while (piece := await self._connector.in_thread(next, steps, None, size=size)) is not None:
                yield piece
        except (NotYetError, FormError, Refusal) as cause:
            message = "what lies in the folder changed while it was read"
            raise base.PeerTroubleError(message) from cause
        finally:
            self._connector.forget(self._item)

    async def confirm(self, taken: base.Taken) -> None:
        """Move it to sent/ with its receipt."""
        await self._connector.in_thread(filing.sent, self._connector.at, self._item, self._files, taken)

    async def reject(self, declined: base.Declined) -> None:
        """Move it to refused/ with the reason."""
        sha256 = self._meant.sha256
        await self._connector.in_thread(filing.refused, self._connector.at, self._item, self._files, declined, sha256)

    @property
    def _files(self) -> tuple[Seen, ...]:
        return self._meant.files if self._item.kind == "form" else ()
