"""One connection to the broker with one channel; thrown away at the first doubt, never mended.

aio-pika's robust connections come back by themselves, sometimes without their consumers, and calls on them may wait
for ever. Here every call has an end, a failure ends the whole link, and whoever needs the broker again makes a new
one. So there is no third state between working and gone.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import quote, urlsplit

import aio_pika
from aio_pika import abc as shapes
from aio_pika import exceptions
from aiormq.abc import AbstractChannel
from yarl import URL

from connectors import base

CLOSING_SECONDS = 2.0
AGAIN_SECONDS = 1.0
BLOCKED_CHECK_SECONDS = 0.25

_TROUBLE = (exceptions.AMQPException, *exceptions.CONNECTION_EXCEPTIONS, EOFError, ValueError, LookupError)


class BrokerTroubleError(base.PeerTroubleError):
    """The broker could not be reached, did not answer in time or said no; the text is safe to show."""


class UnroutableError(BrokerTroubleError):
    """The broker has no queue for the message."""


class NotTakenError(BrokerTroubleError):
    """The broker answered that it did not take the message."""


class BlockedError(BrokerTroubleError):
    """The broker takes nothing from publishers: it is short of memory or disk."""


@dataclass(frozen=True, slots=True)
class Door:
    """Where the broker is and who we are there.

    permits: whether a numeric address may be called, asked before each socket.
    """

    url: str
    vhost: str
    login: str
    password: str
    timeout_seconds: float
    heartbeat_seconds: int
    permits: Callable[[str, int], bool]
    tls: ssl.SSLContext | None

    def __repr__(self) -> str:
        return f"Door({self.url})"

    def address(self) -> URL:
        """The address as the library wants it: with the credential inside."""
        parts = urlsplit(self.url)
        assert parts.hostname is not None, "settings hold only addresses with a host"
        return URL.build(
            scheme=parts.scheme,
            user=quote(self.login, safe=""),
            password=quote(self.password, safe=""),
            host=parts.hostname,
            port=parts.port or (5671 if parts.scheme == "amqps" else 5672),
            path=f"/{quote(self.vhost, safe='')}",
            query_string=f"heartbeat={self.heartbeat_seconds}&name=truc",
            encoded=True,
        )


class Link:
    """An open channel. `broken` once anything went wrong; then every call raises BrokerTroubleError."""

    def __init__(self, door: Door, connection: aio_pika.Connection, channel: shapes.AbstractChannel) -> None:
        self._door = door
        self._connection = connection
        self._channel = channel
        self._questions: AbstractChannel | None = None
        self._reason = ""

    @classmethod
    async def open(cls, door: Door) -> Link:
        """Connect. Raises BrokerTroubleError."""
        logging.getLogger("aiormq").setLevel(logging.CRITICAL)  # whatever it reports is raised here as well
        logging.getLogger("aio_pika").setLevel(logging.CRITICAL)
        connection = aio_pika.Connection(door.address(), ssl_context=door.tls)
        connection.kwargs["transport_factory"] = _Guarded(door)
        try:
            async with _bounded("connecting", door.timeout_seconds):
                await connection.connect()
                channel = connection.channel(publisher_confirms=True, on_return_raises=True)
                await channel.initialize()
        except BaseException:
            await asyncio.shield(_end(connection))
            raise
        return cls(door, connection, channel)

    @property
    def broken(self) -> bool:
        """Whether it can no longer be used."""
        return bool(self._reason) or self._channel.is_closed or self._connection.is_closed

    def give_up(self, reason: str) -> None:
        """Use it no more."""
        self._reason = self._reason or reason

    async def close(self) -> None:
        """Let go of the connection, within a few seconds even when the other side is silent."""
        self.give_up("closed")
        await _end(self._connection)

    async def depth(self, queue: str) -> tuple[int, int]:
        """How many messages are ready in a queue and how many consumers it has.

        A round trip to the broker: proves that the connection moves. Raises BrokerTroubleError.
        """
        async with self._call(f"asking for queue {queue}"):
            channel = await self._channel.get_underlay_channel()
            said = await channel.queue_declare(queue, passive=True)
            return said.message_count or 0, said.consumer_count or 0

    async def ensure_queue(self, name: str, arguments: Mapping[str, Any]) -> None:
        """Make a durable queue unless it is there, with whatever arguments. Raises BrokerTroubleError."""
        async with self._call(f"declaring queue {name}"):
            if not await self._exists(lambda channel: channel.queue_declare(name, passive=True)):
                channel = await self._channel.get_underlay_channel()
                await channel.queue_declare(name, durable=True, arguments=dict(arguments))

    async def ensure_exchange(self, name: str) -> None:
        """Make a durable direct exchange unless it is there. Raises BrokerTroubleError."""
        async with self._call(f"declaring exchange {name}"):
            if not await self._exists(lambda channel: channel.exchange_declare(name, passive=True)):
                channel = await self._channel.get_underlay_channel()
                await channel.exchange_declare(name, exchange_type="direct", durable=True)

    async def declare_own_queue(self, name: str) -> None:
        """Make a queue that lives as long as this connection. Raises BrokerTroubleError."""
        async with self._call(f"declaring queue {name}"):
            channel = await self._channel.get_underlay_channel()
            await channel.queue_declare(name, exclusive=True, auto_delete=True)

    async def bind(self, queue: str, exchange: str, key: str) -> None:
        """Lead a routing key to a queue. Raises BrokerTroubleError."""
        async with self._call(f"binding {queue}"):
            channel = await self._channel.get_underlay_channel()
            await channel.queue_bind(queue, exchange, key)

    async def publish(self, queue: str, message: aio_pika.Message) -> None:
        """Put a message into a queue and hear from the broker that it holds it.

        Raises UnroutableError, NotTakenError, BlockedError; BrokerTroubleError for any other doubt.
        """
        async with self._call(f"publishing to {queue}"):
            sending = asyncio.ensure_future(self._channel.default_exchange.publish(message, queue, mandatory=True))
            try:
                while not sending.done():
                    await asyncio.wait({sending}, timeout=BLOCKED_CHECK_SECONDS)
                    if not sending.done() and await self._blocked():
                        message_text = "the broker takes nothing now: it is short of memory or disk"
                        raise BlockedError(message_text)
                await sending
            finally:
                sending.cancel()
                await asyncio.gather(sending, return_exceptions=True)

    async def get(self, queue: str) -> aio_pika.IncomingMessage | None:
        """The next message, unacknowledged; None when there is none. Raises BrokerTroubleError."""
        async with self._call(f"reading {queue}"):
            found = await self._channel.get_queue(queue, ensure=False)
            return cast("aio_pika.IncomingMessage | None", await found.get(fail=False))

    async def consume(
        self, queue: str, heard: Callable[[shapes.AbstractIncomingMessage], Awaitable[None]], prefetch: int
    ) -> None:
        """Hear each message as it arrives; a consumer the broker ends ends the link. Raises BrokerTroubleError."""
        async with self._call(f"consuming {queue}"):
            await self._channel.set_qos(prefetch_count=prefetch)
            channel = await self._channel.get_underlay_channel()
            channel.on_consumer_cancel_callbacks.add(lambda _: self.give_up(f"the broker ended the reading of {queue}"))
            found = await self._channel.get_queue(queue, ensure=False)
            await found.consume(heard)

    async def acknowledge(self, messages: Sequence[shapes.AbstractIncomingMessage]) -> None:
        """Take messages off their queue; the broker has heard it when this returns. Raises BrokerTroubleError."""
        async with self._call("acknowledging"):
            for message in messages:
                await message.ack()
            channel = await self._channel.get_underlay_channel()
            await channel.basic_qos(prefetch_count=0)  # answered in order: the acknowledgement was read before it

    async def _exists(self, ask: Callable[[AbstractChannel], Awaitable[Any]]) -> bool:
        """Ask on a channel for questions: the broker closes a channel that asked for what is not there."""
        transport = self._connection.transport
        if transport is None:
            message = "the connection to the broker was lost"
            raise BrokerTroubleError(message)
        if self._questions is None:
            self._questions = await transport.connection.channel(publisher_confirms=False)
        try:
            await ask(self._questions)
        except exceptions.ChannelNotFoundEntity:
            self._questions = None
            return False
        return True

    async def _blocked(self) -> bool:
        transport = self._connection.transport
        if transport is None:
            return False
        try:
            async with asyncio.timeout(0):
                await transport.connection.ready()
        except TimeoutError:
            return True
        return False

    @contextlib.asynccontextmanager
    async def _call(self, what: str) -> AsyncIterator[None]:
        if self.broken:
            message = f"{what}: the connection to the broker was lost"
            raise BrokerTroubleError(message)
        try:
            async with _bounded(what, self._door.timeout_seconds):
                yield
        except (UnroutableError, NotTakenError):
            raise  # an answer: the link is well
        except BrokerTroubleError as trouble:
            self.give_up(str(trouble))
            raise


class _Guarded:
    """Makes the library's sockets: each address is asked for after names were resolved."""

    def __init__(self, door: Door) -> None:
        self._door = door

    async def create(self, url: URL, **_: Any) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """Connect to the first address that answers. Raises OSError."""
        loop = asyncio.get_running_loop()
        host, port = str(url.host), int(url.port or 0)
        failure: OSError | None = None
        for family, kind, protocol, _name, place in await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM):
            if not self._door.permits(str(place[0]), port):
                failure = OSError(f"calls to {place[0]} are not allowed; list its network under [outgoing] allow")
                continue
            made = socket.socket(family, kind, protocol)
            made.setblocking(False)
            try:
                await loop.sock_connect(made, place)
                name = host if self._door.tls is not None else None
                return await asyncio.open_connection(sock=made, ssl=self._door.tls, server_hostname=name)
            except OSError as cause:
                made.close()
                failure = cause
            except BaseException:
                made.close()
                raise
        raise failure or OSError(f"{host} has no address")


class _Limit:
    """Cancels a task after some seconds, and again each second until it has ended.

    Once is not enough: the library's own clean-up after a cancellation may wait for ever for a broker that died.
    """

    def __init__(self, task: asyncio.Task[Any], seconds: float) -> None:
        self._task = task
        self._asked = 0
        self._timer = asyncio.get_running_loop().call_later(seconds, self._ask)

    def end(self) -> bool:
        """Cancel no more; whether it did."""
        self._timer.cancel()
        for _ in range(self._asked):
            self._task.uncancel()
        return self._asked > 0

    def _ask(self) -> None:
        self._asked += 1
        self._task.cancel()
        self._timer = asyncio.get_running_loop().call_later(AGAIN_SECONDS, self._ask)


@contextlib.asynccontextmanager
async def _bounded(what: str, seconds: float) -> AsyncIterator[None]:
    """Whatever happens inside ends in time, as BrokerTroubleError or as it should.

    The library cancels what waits for a lost connection: that is not our own cancellation.
    """
    task = asyncio.current_task()
    assert task is not None, "calls are made by tasks"
    asked = task.cancelling()
    limit = _Limit(task, seconds)
    try:
        try:
            yield
        finally:
            late = limit.end()
    except base.PeerTroubleError:
        raise
    except TimeoutError as cause:
        message = f"{what}: the broker did not answer"
        raise BrokerTroubleError(message) from cause
    except asyncio.CancelledError as cause:
        if task.cancelling() > asked:
            raise
        lost = f"{what}: the connection to the broker was lost"
        message = f"{what}: the broker did not answer within {seconds:g} s" if late else lost
        raise BrokerTroubleError(message) from cause
    except exceptions.PublishError as cause:
        message = f"{what}: there is no such queue"
        raise UnroutableError(message) from cause
    except exceptions.DeliveryError as cause:
        message = f"{what}: the broker did not take it, the queue may be full"
        raise NotTakenError(message) from cause
    except _TROUBLE as cause:
        raise BrokerTroubleError(f"{what}: {_plain(cause)}") from cause


async def _end(connection: aio_pika.Connection) -> None:
    """Close, within a few seconds: the library's close may wait for ever for a broker that died, cancelled or not."""
    closing = asyncio.ensure_future(connection.close())
    closing.add_done_callback(lambda done: done.cancelled() or done.exception())
    await asyncio.wait({closing}, timeout=CLOSING_SECONDS)
    closing.cancel()


def _plain(cause: BaseException) -> str:
    text = " ".join(str(cause).split())
    return f"{type(cause).__name__}: {text}"[:300] if text else type(cause).__name__
