"""A broker, an office system's credential there for each test, and office systems that use it."""

from __future__ import annotations

import contextlib

import pika
import pytest
import rabbitmq
from fake_peers.amqp_office import Office
from rabbitmq import broker  # noqa: F401 - a fixture

from connectors import amqp, base, outgoing
from hub import clock, log


class Place:
    """What one office system has at the broker; nothing is there yet but who may come."""

    def __init__(self, broker) -> None:  # noqa: F811 - the fixture of that name
        self.broker = broker
        self.vhost, self.login = rabbitmq.VHOST, rabbitmq.LOGIN
        self.user = rabbitmq.user()

    def settings(self, user: str = "", **more) -> amqp.Settings:
        return amqp.Settings(**self.values(user, **more))

    def values(self, user: str = "", **more) -> dict:
        """The settings of a system, as an operator writes them."""
        return {
            "url": f"amqp://127.0.0.1:{self.broker.port}", "vhost": self.vhost, "login": self.login,
            "password": self.login[::-1], "user": user or self.user,
            "timeout_seconds": 5, "answer_seconds": 5, "poll_seconds": 1, **more,
        }  # fmt: skip


@pytest.fixture
def place(broker):  # noqa: F811 - the fixture of that name
    """The place of one office system."""
    return Place(broker)


@pytest.fixture
def tools():
    """What a connector gets in a hub that may call loopback."""
    return base.Tools(None, clock.Clock().now, log.get(), 5, permits=outgoing.Guard(["127.0.0.0/8"]).permits)


@pytest.fixture
async def connect(place, tools):
    """Connectors of this test; closed at its end."""
    made = []

    def make(user: str = "", **more) -> amqp.Connector:
        made.append(amqp.Connector(place.settings(user, **more), tools))
        return made[-1]

    yield make
    for one in made:
        await one.close()


@pytest.fixture
async def office(place):
    """Office systems of this test: `await office()` opens one at the broker; disconnected at the end."""
    made = []

    async def make(user: str = "") -> Office:
        made.append(Office(place.broker.port, place.vhost, user or place.user))
        await made[-1].do("open")
        return made[-1]

    yield make
    for one in made:
        with contextlib.suppress(pika.exceptions.AMQPError):
            await one.do("close")
        one.thread.shutdown()
