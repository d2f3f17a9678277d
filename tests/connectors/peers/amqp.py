"""An office system behind a broker: takes what lies in its queue, says so, and sends packages of its own.

The broker is a real one. Between it and the connector stands a door that can be shut, silent or slow; the office
system itself has a connection of its own.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import uuid
from collections.abc import Mapping
from typing import Any, ClassVar

import aio_pika
import rabbitmq
from fake_peers.broker_door import Door

from connectors.amqp import names as naming
from connectors.testing import peer
from connectors.testing.peer import Arrival, Mode, Offer, OfferState

STORES = frozenset({None, Mode.CUT_BEFORE_ANSWER, Mode.EMPTY, Mode.WRONG_DIGEST, Mode.SLOW_READER})


class Peer(peer.Peer):
    modes: ClassVar[frozenset[Mode]] = frozenset(
        {Mode.UNREACHABLE, Mode.HALF_OPEN, Mode.HTML_200, Mode.EMPTY, Mode.CUT_BEFORE_ANSWER, Mode.WRONG_DIGEST,
         Mode.SLOW_READER, Mode.BROKEN, Mode.REFUSES}
    )  # fmt: skip
    collect_modes: ClassVar[frozenset[Mode]] = frozenset({Mode.UNREACHABLE, Mode.HALF_OPEN, Mode.HTML_200})
    collects = True
    incomplete = True

    def __init__(self) -> None:
        self.user = rabbitmq.user()
        self.names = naming.of(self.user)
        self.mode: Mode | None = None
        self.stored: dict[str, str] = {}
        self.parts: dict[str, dict[int, int]] = {}
        self.digests: dict[str, Any] = {}
        self.offered: dict[str, str] = {}
        self.answers: dict[str, dict[str, Any]] = {}
        self.door: Door | None = None
        self._connection: aio_pika.abc.AbstractConnection | None = None
        self._held_back = b""

    async def start(self) -> None:
        broker = await asyncio.to_thread(rabbitmq.running)
        if self.door is None:
            await self._prepare()
            self.door = Door(broker.port)
        await self.door.open()
        await self._connect()

    async def stop(self) -> None:
        if self.door is not None:
            await self.door.close()
        if self._connection is not None:
            await self._connection.close()
            self._connection = None

    def settings(self) -> Mapping[str, Any]:
        port = self.door.port if self.door is not None else 5672
        return {
            "url": f"amqp://127.0.0.1:{port}", "vhost": rabbitmq.VHOST, "login": rabbitmq.LOGIN,
            "password": rabbitmq.LOGIN[::-1], "user": self.user, "timeout_seconds": 1.5, "answer_seconds": 1,
            "repeat_seconds": 1, "part_bytes": 1 << 20,
        }  # fmt: skip

    async def received(self) -> list[Arrival]:
        return [Arrival(item_id, sha256) for item_id, sha256 in self.stored.items()]

    async def misbehave(self, mode: Mode | None) -> None:
        was, self.mode = self.mode, mode
        await self.door.misbehave(mode)
        if mode == Mode.BROKEN:
            await self._queue_away()
        elif was == Mode.BROKEN:
            await self._read()

    async def offer(self, data: bytes, message_type: str = "edoc") -> None:
        item_id = str(uuid.uuid4())
        self.offered[item_id] = hashlib.sha256(data).hexdigest()
        await self._send(data, message_type, item_id)

    async def offer_incomplete(self, data: bytes) -> None:
        item_id = str(uuid.uuid4())
        self.offered[item_id] = hashlib.sha256(data).hexdigest()
        self._held_back = data[len(data) // 2 :]
        await self._send(data[: len(data) // 2], "edoc", item_id, part=1, parts=2)

    async def complete(self) -> None:
        await self._send(self._held_back, "edoc", list(self.offered)[-1], part=2, parts=2)

    async def offers(self) -> list[Offer]:
        async with self._connection.channel() as channel:
            queue = await channel.get_queue(self.names.answers, ensure=False)
            while (message := await queue.get(fail=False)) is not None:
                await message.ack()
                said = json.loads(message.body)
                self.answers[said["message_id"]] = said
        found = []
        for item_id, sha256 in self.offered.items():
            said = self.answers.get(item_id, {})
            state = {"taken": OfferState.TAKEN, "refused": OfferState.REJECTED}.get(said.get("result"))
            text = f"{said.get('code')} {said.get('title_vi')}"
            found.append(Offer(sha256, state or OfferState.WAITING, text))
        return found

    async def _prepare(self) -> None:
        """What the hub makes at its first contact is there already: packages lie there before it comes."""
        async with await _connection(rabbitmq.LOGIN) as connection:
            channel = await connection.channel()
            exchange = await channel.declare_exchange(self.names.exchange, durable=True)
            queues = {
                name: await channel.declare_queue(name, durable=True, arguments=arguments)
                for name, arguments in self.names.queues().items()
            }
            for key, name in self.names.bindings().items():
                await queues[name].bind(exchange, key)

    async def _connect(self) -> None:
        self._connection = await _connection(self.user)
        self._channel = await self._connection.channel()
        await self._channel.set_qos(prefetch_count=1)
        self._exchange = await self._channel.get_exchange(self.names.exchange, ensure=False)
        await self._read()

    async def _read(self) -> None:
        queue = await self._channel.get_queue(self.names.delivery, ensure=False)
        await queue.consume(self._arrived)

    async def _queue_away(self) -> None:
        """As an operator's mistake does it."""
        async with await _connection(rabbitmq.LOGIN) as connection:
            channel = await connection.channel()
            await channel.queue_delete(self.names.delivery)

    async def _arrived(self, message: aio_pika.abc.AbstractIncomingMessage) -> None:
        headers, item_id = message.headers, message.headers["item_id"]
        if headers["part"] == 1:
            self.parts[item_id], self.digests[item_id] = {}, hashlib.sha256()
        if headers["part"] == len(self.parts.get(item_id, ())) + 1:
            self.parts[item_id][headers["part"]] = len(message.body)
            self.digests[item_id].update(message.body)
        if len(self.parts.get(item_id, ())) == headers["parts"]:
            await self._whole(item_id, self.digests[item_id].hexdigest())
        await message.ack()

    async def _whole(self, item_id: str, sha256: str) -> None:
        if self.mode in STORES:
            self.stored.setdefault(item_id, sha256)
        if self.mode == Mode.CUT_BEFORE_ANSWER:
            self.door.cut()
        if self.mode in (Mode.CUT_BEFORE_ANSWER, Mode.EMPTY):
            return
        said: dict[str, Any] = {"item_id": item_id, "sha256": self.stored.get(item_id, sha256)}
        if self.mode == Mode.WRONG_DIGEST:
            said["sha256"] = "0" * 64
        if self.mode == Mode.REFUSES:
            said["refused"] = {"code": "not_ours", "reason": "Không phải văn bản của chúng tôi"}
        await self._send(json.dumps(said).encode(), "taken", str(uuid.uuid4()))

    async def _send(self, body: bytes, key: str, item_id: str, **headers: Any) -> None:
        message = aio_pika.Message(
            body, headers={"item_id": item_id, **headers}, message_id=f"{item_id}.{headers.get('part', 1)}",
            user_id=self.user, delivery_mode=2,
        )  # fmt: skip
        await self._exchange.publish(message, key, mandatory=True)


async def _connection(user: str) -> aio_pika.abc.AbstractConnection:
    """To the broker itself, past the door."""
    port = rabbitmq.running().port
    return await aio_pika.connect(
        host="127.0.0.1", port=port, login=user, password=user[::-1], virtualhost=rabbitmq.VHOST
    )
