"""A broker, a virtual host for each test with an office system's credential in it, and an office system of its own."""

from __future__ import annotations

import contextlib
import uuid

import pika
import pytest
from fake_peers.amqp_office import Office
from rabbitmq import account, broker  # noqa: F401 - a fixture

from connectors import amqp, base, outgoing
from hub import clock, log


class Place:
    """One virtual host: the hub's user and the users of office systems, made by the commands that the plan prints."""

    def __init__(self, broker, vhost: str) -> None:  # noqa: F811 - the fixture of that name
        self.broker = broker
        self.vhost = vhost
        self.login = f"hub-{vhost}"
        self.user = f"snv-{vhost}"

    def open(self, *users: str) -> None:
        """Let in the hub and these office systems as the plan says; each password is the user's name backwards."""
        definitions = {
            "vhosts": [],
            "permissions": [],
            "users": [account(user, user[::-1]) for user in (self.login, *users)],
        }
        for user in users:
            made = amqp.names.definitions(amqp.names.of(user), self.vhost, self.login)
            definitions["vhosts"] = made["vhosts"]
            definitions["permissions"] += made["permissions"]
        self.broker.define(definitions)

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
    """A virtual host with one office system; nothing in it yet but who may come."""
    made = Place(broker, f"v{uuid.uuid4().hex[:12]}")
    made.open(made.user)
    return made


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
