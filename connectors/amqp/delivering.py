"""To the office system: into its queue, confirmed by the broker, and then its own word that it has the package.

The broker is a door, not the addressee. With `acknowledge = "consumer"` a package counts as delivered when the office
system says so, under the routing key `taken`. What lies in the queue is not put there again while the queue has
anything to read; when it was read and nobody answered, it comes again under the same message_id.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import json
import time
import uuid
from collections import OrderedDict
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import aio_pika

from connectors import base
from connectors.amqp import names as naming
from connectors.amqp.lane import Lane
from connectors.amqp.link import BrokerTroubleError, Door, Link, UnroutableError

if TYPE_CHECKING:
    from aio_pika.abc import AbstractIncomingMessage

    from connectors.amqp import Settings

_T = TypeVar("_T")

REMEMBERED = 10_000
"""Items whose place in the queue, and answers whose item is not known, are remembered."""

LYING_SECONDS = 1.0
"""How long an attempt waits for a word on what lay in the queue already; a later one brings the next attempt."""

TAKEN_BYTES = 64 * 1024
"""The longest acknowledgement that is read."""


@dataclass(frozen=True, slots=True)
class Said:
    """What the office system says of one item. code: its reason to refuse, '' when it has it."""

    item_id: str
    sha256: str
    remote_id: str = ""
    code: str = ""
    reason: str = ""


class Delivering:
    """The way out. Its link also hears the acknowledgements: they are few and small."""

    def __init__(self, settings: Settings, door: Door, names: naming.Names, tools: base.Tools) -> None:
        self._settings = settings
        self._names = names
        self._log = tools.log
        self._answered = tools.answered
        self._began = time.monotonic()
        self.lane = Lane(door, self._prepare)
        self._placed: OrderedDict[str, float] = OrderedDict()
        self._said: OrderedDict[str, Said] = OrderedDict()
        self._heard_before: OrderedDict[str, None] = OrderedDict()
        self._waiting: dict[str, asyncio.Event] = {}

    async def deliver(self, parcel: base.Parcel) -> base.Outcome:
        """Put it into the queue unless it lies there, and wait a while for the office system's word."""
        pulled = False
        try:
            link = await self.lane.link()
            if (told := self._outcome(parcel)) is not None:
                return told
            ready, readers = await link.depth(self._names.delivery)
            if not self._lies_there(parcel, ready):
                async with contextlib.aclosing(_messages(parcel, self._settings)) as messages:
                    async for message in messages:
                        pulled = True
                        await link.publish(self._names.delivery, message)
                _remember(self._placed, parcel.item_id, time.monotonic())
                ready += 1
        except UnroutableError as trouble:
            return await self._redeclared(link, trouble)
        except BrokerTroubleError as trouble:
            return base.Deferred(str(trouble), untouched=not pulled)
        if self._settings.acknowledge == "broker":
            return base.Delivered(facts={"queue": self._names.delivery})
        return await self._answer(parcel, ready, readers, pulled=pulled)

    async def close(self) -> None:
        """Let go of the broker."""
        await self.lane.close()

    def _lies_there(self, parcel: base.Parcel, ready: int) -> bool:
        """Whether an earlier attempt's copy may still be on its way to a reader; also one from before a restart."""
        placed = self._placed.get(parcel.item_id, self._began if parcel.left_before else None)
        if placed is None or self._settings.acknowledge == "broker":
            return False
        return ready > 0 or time.monotonic() - placed < self._settings.repeat_seconds

    async def _answer(self, parcel: base.Parcel, ready: int, readers: int, *, pulled: bool) -> base.Outcome:
        waiting = self._waiting.setdefault(parcel.item_id, asyncio.Event())
        seconds = self._settings.answer_seconds if readers else 0
        try:
            if self._outcome(parcel) is None:
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(seconds if pulled else min(seconds, LYING_SECONDS)):
                        await waiting.wait()
        finally:
            self._waiting.pop(parcel.item_id, None)
        if (told := self._outcome(parcel)) is not None:
            return told
        if not readers:
            reason = f"it lies in {self._names.delivery}, {ready} in all, and no consumer reads them"
        else:
            reason = f"it lies in {self._names.delivery} or was read there; the office system has not said it has it"
        rest = self._settings.repeat_seconds
        return base.Deferred(reason, peer=False, untouched=not pulled, retry_after_seconds=rest)

    def _outcome(self, parcel: base.Parcel) -> base.Outcome | None:
        """What the office system said of this parcel; None when nothing yet."""
        said = self._said.get(parcel.item_id)
        if said is None:
            return None
        if said.sha256 != parcel.sha256:
            del self._said[parcel.item_id]
            self._placed.pop(parcel.item_id, None)
            return base.Deferred("the office system acknowledged another digest: it goes again", peer=False)
        self._placed.pop(parcel.item_id, None)
        if said.code:
            return base.Refused(said.reason or said.code, said.code)
        return base.Delivered(said.remote_id, {"queue": self._names.delivery})

    async def _redeclared(self, link: Link, trouble: UnroutableError) -> base.Outcome:
        """The queue was taken away: it is made anew at once, and the package comes with the next attempt."""
        self._log.warning("broker queue is gone", queue=self._names.delivery)
        self._placed.clear()
        link.give_up(str(trouble))
        with contextlib.suppress(BrokerTroubleError):
            await self.lane.link()
        return base.Deferred(f"{trouble}; it was made anew", peer=False)

    async def _prepare(self, link: Link) -> None:
        await declare(link, self._names)
        own = f"{self._names.taken}.{uuid.uuid4().hex}"
        await link.declare_own_queue(own)  # each process of the hub hears every answer, whoever asked
        await link.bind(own, self._names.exchange, naming.TAKEN)
        await link.consume(own, self._heard, 8)
        await link.consume(self._names.taken, self._heard, 8)  # those that came while no process was there

    async def _heard(self, message: AbstractIncomingMessage) -> None:
        said = _read(message) if message.user_id == self._names.user else None
        name = hashlib.sha256(f"{message.message_id}\n".encode() + message.body).hexdigest()
        if name in self._heard_before:
            pass  # the copy of the other queue
        elif said is None:
            self._log.warning("acknowledgement not understood", queue=self._names.taken, user=message.user_id)
        else:
            _remember(self._said, said.item_id, said)
            if (waiting := self._waiting.get(said.item_id)) is not None:
                waiting.set()
            else:
                self._answered(said.item_id)
        _remember(self._heard_before, name, None)
        with contextlib.suppress(Exception):  # the link is gone: it comes again, and says the same
            await message.ack()


async def declare(link: Link, names: naming.Names) -> None:
    """Make what is missing at the broker. Raises BrokerTroubleError."""
    await link.ensure_exchange(names.exchange)
    for queue, arguments in names.queues().items():
        await link.ensure_queue(queue, arguments)
    for key, queue in names.bindings().items():
        await link.bind(queue, names.exchange, key)


async def _messages(parcel: base.Parcel, settings: Settings) -> AsyncGenerator[aio_pika.Message, None]:
    """The package in parts that a broker takes; most have one."""
    size, count = settings.part_bytes, max(1, -(-parcel.size // settings.part_bytes))
    kept = bytearray()
    part = 0
    async with contextlib.aclosing(parcel.open()) as source:
        async for piece in source:
            kept += piece
            while len(kept) > size:
                part += 1
                yield _message(parcel, bytes(kept[:size]), part, count, settings.login)
                del kept[:size]
    yield _message(parcel, bytes(kept), part + 1, count, settings.login)


def _message(parcel: base.Parcel, body: bytes, part: int, parts: int, login: str) -> aio_pika.Message:
    headers: dict[str, Any] = {
        "item_id": parcel.item_id,
        "package_id": parcel.package_id,
        "document_id": parcel.document_id,
        "delivery_ids": list(parcel.delivery_ids),
        "sender": parcel.sender,
        "recipients": list(parcel.recipients),
        "urgency": parcel.urgency,
        "size": parcel.size,
        "sha256": parcel.sha256,
        "part": part,
        "parts": parts,
    }
    if parcel.sending:
        headers["sending"] = json.dumps(dict(parcel.sending), ensure_ascii=False)
    return aio_pika.Message(
        body,
        headers=headers,
        content_type="application/xml",
        delivery_mode=aio_pika.DeliveryMode.PERSISTENT,
        message_id=parcel.item_id if parts == 1 else f"{parcel.item_id}.{part}",
        correlation_id=parcel.item_id,
        reply_to=naming.TAKEN,
        type=parcel.message_type,
        user_id=login,
        app_id="truc",
    )


def _read(message: AbstractIncomingMessage) -> Said | None:
    """The acknowledgement in a message; None when there is none to be read."""
    if len(message.body) > TAKEN_BYTES:
        return None
    try:
        said = json.loads(message.body)
    except (ValueError, RecursionError):
        return None
    if not isinstance(said, dict) or not all(isinstance(said.get(name), str) for name in ("item_id", "sha256")):
        return None
    refused = said.get("refused")
    code = reason = ""
    if refused is not None:
        if not isinstance(refused, dict):
            return None
        code = _words(refused.get("code"), 60) or "refused"
        reason = _words(refused.get("reason"), 300)
    return Said(said["item_id"][:100], said["sha256"].lower(), _words(said.get("remote_id"), 100), code, reason)


def _words(value: object, limit: int) -> str:
    text = "".join(sign if sign.isprintable() else " " for sign in str(value if value is not None else ""))
    return " ".join(text.split())[:limit]


def _remember(place: OrderedDict[str, _T], key: str, value: _T) -> None:
    place[key] = value
    place.move_to_end(key)
    while len(place) > REMEMBERED:
        place.popitem(last=False)
