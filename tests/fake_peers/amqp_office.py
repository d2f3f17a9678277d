"""An office system of somebody else's making: pika, blocking, and nothing of this project's own code.

It knows what `connectors/README.md` tells an engineer: names, headers, permissions, what to acknowledge when.
"""

from __future__ import annotations

import asyncio
import functools
import hashlib
import json
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import pika


@dataclass
class Package:
    """One package as the office system has it. tag: of its last message, for the broker's acknowledgement."""

    item_id: str
    body: bytes
    headers: dict
    message: pika.BasicProperties
    tag: int


@dataclass
class Office:
    """One connection of an office system. seen: how often each item came."""

    port: int
    vhost: str
    user: str
    seen: dict[str, int] = field(default_factory=dict)
    thread: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(1))
    connection: pika.BlockingConnection = None
    channel: pika.adapters.blocking_connection.BlockingChannel = None

    def open(self) -> Office:
        credentials = pika.PlainCredentials(self.user, self.user[::-1])
        self.connection = pika.BlockingConnection(
            pika.ConnectionParameters("127.0.0.1", self.port, self.vhost, credentials, blocked_connection_timeout=20)
        )
        self.channel = self.connection.channel()
        self.channel.confirm_delivery()
        return self

    def reopen(self) -> None:
        """A channel again after the broker closed the last."""
        self.channel = self.connection.channel()
        self.channel.confirm_delivery()

    def look(self, queue: str) -> bytes | None:
        """What lies first in a queue; it stays there."""
        method, _, body = self.channel.basic_get(queue)
        if method is not None:
            self.channel.basic_nack(method.delivery_tag)
        return body

    def put(self, exchange: str, key: str) -> None:
        """Write to some exchange."""
        self.channel.basic_publish(exchange, key, b"<x/>", pika.BasicProperties(user_id=self.user), mandatory=True)

    def declare(self, queue: str) -> None:
        """Make a queue."""
        self.channel.queue_declare(queue, durable=True)

    def delete(self, queue: str) -> None:
        """Take a queue away."""
        self.channel.queue_delete(queue)

    async def do(self, name: str, *args, **more):
        """One call of this class, in its own thread."""
        call = functools.partial(getattr(self, name), *args, **more)
        return await asyncio.get_running_loop().run_in_executor(self.thread, call)

    def close(self) -> None:
        if self.connection is not None and self.connection.is_open:
            self.connection.close()

    def take(self, seconds: float = 20) -> Package | None:
        """The next package, put together from its messages; not yet acknowledged to anybody."""
        parts: dict[int, bytes] = {}
        end = time.monotonic() + seconds
        for method, properties, body in self.channel.consume(f"truc.{self.user}.delivery", inactivity_timeout=0.1):
            if method is not None:
                headers = properties.headers
                if headers["part"] == 1:
                    parts = {}
                parts[headers["part"]] = body
                if len(parts) == headers["parts"]:
                    whole = b"".join(parts[number] for number in sorted(parts))
                    self.seen[headers["item_id"]] = self.seen.get(headers["item_id"], 0) + 1
                    return Package(headers["item_id"], whole, headers, properties, method.delivery_tag)
            elif time.monotonic() > end:
                return None
        return None

    def acknowledge(self, package: Package, **more) -> None:
        """Say that it is stored: to the hub first, then to the broker."""
        said = {"item_id": package.item_id, "sha256": hashlib.sha256(package.body).hexdigest(), **more}
        self.send("taken", json.dumps(said).encode())
        self.channel.basic_ack(package.tag, multiple=True)

    def done(self, package: Package) -> None:
        """Only the broker hears that it is stored."""
        self.channel.basic_ack(package.tag, multiple=True)

    def send(self, key: str, body: bytes, message_id: str = "", user_id: str | None = "", **headers) -> str:
        """Put something into our exchange; returns when the broker has it."""
        message_id = message_id or str(uuid.uuid4())
        properties = pika.BasicProperties(
            message_id=message_id,
            user_id=self.user if user_id == "" else user_id,
            delivery_mode=2,
            headers=headers or None,
        )
        self.channel.basic_publish(f"truc.{self.user}.submit", key, body, properties, mandatory=True)
        return message_id

    def answer(self, seconds: float = 20) -> dict | None:
        """The next answer of the hub, taken off its queue."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            method, properties, body = self.channel.basic_get(f"truc.{self.user}.answers")
            if method is not None:
                self.channel.basic_ack(method.delivery_tag)
                said = json.loads(body)
                assert said["message_id"] == properties.correlation_id
                return said
            self.connection.process_data_events(0.02)
        return None

    def refused(self) -> list[tuple[bytes, dict]]:
        """What was put aside, with its headers."""
        found = []
        while True:
            method, properties, body = self.channel.basic_get(f"truc.{self.user}.submit.refused", auto_ack=True)
            if method is None:
                return found
            found.append((body, properties.headers))
