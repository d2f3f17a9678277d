"""An office system that outlives its broker: pika, blocking, in a thread; every trouble means a new connection.

What it stored and what it wants to send is its own; the broker may forget everything.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import logging
import threading
from collections import Counter

import pika

TURN_SECONDS = 0.1
REST_SECONDS = 0.3


class Clerk:
    """Stores what comes, says so, and sends its own until each is answered.

    stored: digest of each item, as first stored. came: how often each item came whole. sent: message id to the bytes of
    what is not answered yet. answers: message id to every answer. lives: connections it has had.
    """

    def __init__(self, port: int, vhost: str, user: str) -> None:
        self.port, self.vhost, self.user = port, vhost, user
        self.stored: dict[str, str] = {}
        self.came: Counter[str] = Counter()
        self.sent: dict[str, bytes] = {}
        self.answers: dict[str, list[dict]] = {}
        self.lives = 0
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._work, name=f"clerk {user}", daemon=True)

    def start(self) -> None:
        logging.getLogger("pika").setLevel(logging.CRITICAL)  # it tells of every refused connection with its stack
        self._thread.start()

    def end(self) -> None:
        """Stop; whoever still waits for a broker after this is a fault of this class."""
        self._ended.set()
        self._thread.join(30)
        assert not self._thread.is_alive(), "the office system hangs"

    def _work(self) -> None:
        while not self._ended.is_set():
            with contextlib.suppress(pika.exceptions.AMQPError, OSError):
                self._live()
            self._ended.wait(REST_SECONDS)

    def _live(self) -> None:
        """One connection, until it breaks."""
        credentials = pika.PlainCredentials(self.user, self.user[::-1])
        connection = pika.BlockingConnection(
            pika.ConnectionParameters(
                "127.0.0.1", self.port, self.vhost, credentials, heartbeat=4, blocked_connection_timeout=5,
                socket_timeout=5, stack_timeout=10, connection_attempts=1,
            )
        )  # fmt: skip
        self.lives += 1
        try:
            channel = connection.channel()
            channel.confirm_delivery()
            channel.basic_qos(prefetch_count=4)
            channel.basic_consume(f"truc.{self.user}.delivery", self._arrived)
            channel.basic_consume(f"truc.{self.user}.answers", self._answered)
            given: set[str] = set()
            while not self._ended.is_set():
                connection.process_data_events(TURN_SECONDS)
                for message_id, data in list(self.sent.items()):
                    if message_id not in given:
                        self._publish(channel, "edoc", data, message_id)
                        given.add(message_id)
        finally:
            with contextlib.suppress(pika.exceptions.AMQPError, OSError):
                connection.close()

    def _arrived(self, channel, method, properties, body: bytes) -> None:
        """Store it, say so, and only then let the broker forget it."""
        item_id, sha256 = properties.headers["item_id"], hashlib.sha256(body).hexdigest()
        self.came[item_id] += 1
        assert self.stored.setdefault(item_id, sha256) == sha256, "the same item with other bytes"
        said = {"item_id": item_id, "sha256": sha256}
        self._publish(channel, "taken", json.dumps(said).encode(), f"taken.{item_id}.{self.came[item_id]}")
        channel.basic_ack(method.delivery_tag)

    def _answered(self, channel, method, _, body: bytes) -> None:
        said = json.loads(body)
        self.answers.setdefault(said["message_id"], []).append(said)
        self.sent.pop(said["message_id"], None)
        channel.basic_ack(method.delivery_tag)

    def _publish(self, channel, key: str, body: bytes, message_id: str) -> None:
        properties = pika.BasicProperties(message_id=message_id, user_id=self.user, delivery_mode=2)
        channel.basic_publish(f"truc.{self.user}.submit", key, body, properties, mandatory=True)
