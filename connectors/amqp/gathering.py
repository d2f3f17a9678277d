"""Messages become packages: most are one message, a large package is several with the same item_id."""

from __future__ import annotations

import asyncio
import hashlib
import json
import re
import tempfile
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import IO, TYPE_CHECKING, Any

from connectors import base
from edxml.faults import Fault

if TYPE_CHECKING:
    from aio_pika import IncomingMessage

    from connectors.amqp import Settings

UNFINISHED = 4
"""Packages of several parts that may be incomplete at the same time; the oldest is put aside for a further one."""

MOST_PARTS = 1024
PIECE_BYTES = 256 * 1024
IN_MEMORY_BYTES = 1024 * 1024

_ID = re.compile(r"[!-~]{1,100}")


@dataclass(slots=True)
class Gathered:
    """One package, or what there is of it.

    sha256: hex, of the bytes; '' while parts are missing. spent: messages that a repeated part replaced.
    """

    item_id: str
    parts: int
    sending: dict[str, Any] = field(default_factory=dict)
    sha256: str = ""
    size: int = 0
    spent: list[IncomingMessage] = field(default_factory=list)
    _found: dict[int, tuple[IncomingMessage, int, int]] = field(default_factory=dict)
    _spool: IO[bytes] = field(default_factory=lambda: _spool())  # noqa: PLW0108 - defined below

    @property
    def messages(self) -> list[IncomingMessage]:
        """All that goes off the queue with it."""
        return self.spent + [message for message, _, _ in self._found.values()]

    @property
    def is_whole(self) -> bool:
        """Whether every part is there."""
        return len(self._found) == self.parts

    async def add(self, part: int, message: IncomingMessage) -> None:
        """Keep one part; its bytes leave the memory."""
        known = self._found.pop(part, None)
        if known is not None:
            self.spent.append(known[0])
            self.size -= known[2]
        body, message.body = message.body, b""
        place = await asyncio.to_thread(self._write, body)
        self._found[part] = (message, place, len(body))
        self.size += len(body)
        if self.is_whole:
            self.sha256 = await asyncio.to_thread(self._digest)

    async def pieces(self) -> AsyncIterator[bytes]:
        """The bytes in order, from the first one at each call."""
        for _, place, size in self._in_order():
            for start in range(0, size, PIECE_BYTES):
                yield await asyncio.to_thread(self._read, place + start, min(PIECE_BYTES, size - start))

    async def copies(self) -> AsyncIterator[tuple[IncomingMessage, bytes]]:
        """Each message with its bytes, in order."""
        for message, place, size in self._in_order():
            yield message, await asyncio.to_thread(self._read, place, size)

    async def close(self) -> None:
        """Let go of the bytes."""
        await asyncio.to_thread(self._spool.close)

    def _in_order(self) -> list[tuple[IncomingMessage, int, int]]:
        return [self._found[part] for part in sorted(self._found)]

    def _write(self, body: bytes) -> int:
        place = self._spool.seek(0, 2)
        self._spool.write(body)
        return place

    def _read(self, place: int, size: int) -> bytes:
        if self._spool.closed:
            message = "the connection to the broker was lost: the message comes back with the next one"
            raise base.PeerTroubleError(message)
        self._spool.seek(place)
        return self._spool.read(size)

    def _digest(self) -> str:
        digest = hashlib.sha256()
        for _, place, size in self._in_order():
            digest.update(self._read(place, size))
        return digest.hexdigest()


def _spool() -> IO[bytes]:
    """Small packages stay in memory, large ones lie in a file without a name."""
    return tempfile.SpooledTemporaryFile(max_size=IN_MEMORY_BYTES)


class Unfit(Exception):  # noqa: N818 - read as a sentence: raise Unfit(...)
    """Messages that cannot become a package. known: whether the office system itself sent them, so that it is told."""

    def __init__(self, fault: Fault, reason: str, gathered: Gathered, *, known: bool) -> None:
        super().__init__(reason)
        self.fault = fault
        self.gathered = gathered
        self.known = known


class Gathering:
    """The packages of one queue that are not whole yet."""

    def __init__(self, user: str, settings: Settings) -> None:
        self._user = user
        self._settings = settings
        self._unfinished: dict[str, Gathered] = {}

    async def add(self, message: IncomingMessage) -> Gathered | None:
        """The package that is whole with this message; None when it is not yet. Raises Unfit."""
        item_id = str(message.headers.get("item_id") or message.message_id or "")
        part, parts = message.headers.get("part", 1), message.headers.get("parts", 1)
        wrong = self._wrong(message, item_id, part, parts)
        if wrong is not None:
            fault, reason, known = wrong
            alone = Gathered(item_id if _ID.fullmatch(item_id) else "", 1)
            await alone.add(1, message)
            raise Unfit(fault, reason, alone, known=known and bool(alone.item_id))
        assert isinstance(part, int), "checked above"
        assert isinstance(parts, int), "checked above"
        found = self._unfinished.pop(item_id, None)
        if found is not None and found.parts != parts:
            await found.add(part, message)
            raise Unfit(Fault.PROFILE_INVALID, "its messages do not agree on their number", found, known=True)
        if found is None:
            found = Gathered(item_id, parts)
        await found.add(part, message)
        if found.size > self._settings.package_bytes:
            reason = f"more than {self._settings.package_bytes} bytes"
            raise Unfit(Fault.TOO_LARGE, reason, found, known=True)
        if not found.is_whole:
            self._unfinished[item_id] = found
            self._make_room()
            return None
        return self._whole(found, message)

    async def close(self) -> None:
        """Let go of the bytes of all that is unfinished."""
        for gathered in self._unfinished.values():
            await gathered.close()
        self._unfinished.clear()

    def _make_room(self) -> None:
        if len(self._unfinished) > UNFINISHED:
            oldest = self._unfinished.pop(next(iter(self._unfinished)))
            reason = f"{len(oldest.messages)} of its {oldest.parts} messages came, and not the rest"
            raise Unfit(Fault.PROFILE_INVALID, reason, oldest, known=True)

    def _whole(self, found: Gathered, message: IncomingMessage) -> Gathered:
        said = message.headers.get("sha256")
        if said is not None and str(said).lower() != found.sha256:
            reason = f"the header sha256 is not that of the bytes, {found.sha256}"
            raise Unfit(Fault.DIGEST_MISMATCH, reason, found, known=True)
        try:
            found.sending = _sending(message.headers.get("sending"))
        except (ValueError, RecursionError):
            reason = "the header sending must be JSON, an object"
            raise Unfit(Fault.PROFILE_INVALID, reason, found, known=True) from None
        return found

    def _wrong(
        self, message: IncomingMessage, item_id: str, part: object, parts: object
    ) -> tuple[Fault, str, bool] | None:
        """Why a message is not even a part: the fault, the words, and whether its sender is known."""
        if message.user_id != self._user:
            reason = f"user_id must be {self._user}, it is {message.user_id or 'not set'}"
            return Fault.SENDER_NOT_ALLOWED, reason, False
        if not _ID.fullmatch(item_id):
            return Fault.PROFILE_INVALID, "message_id must be 1 to 100 printable ASCII signs", True
        if not (isinstance(part, int) and isinstance(parts, int) and 1 <= part <= parts <= MOST_PARTS):
            reason = f"part and parts must be whole numbers, 1 <= part <= parts <= {MOST_PARTS}"
            return Fault.PROFILE_INVALID, reason, True
        return None


def _sending(value: object) -> dict[str, Any]:
    if value is None:
        return {}
    found = json.loads(value) if isinstance(value, str | bytes) else None
    if not isinstance(found, dict):
        message = "not an object"
        raise ValueError(message)  # noqa: TRY004 - one kind of fault for its reader
    return found
