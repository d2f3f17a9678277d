"""A broker between hub and office system: RabbitMQ, with queues and a credential of the office system's own.

The broker is a door, never the memory: what leaves stays in the hub's own queue until the office system's word has
come, what arrives stays in the broker's until the hub has committed. `names` says which queues there are and who may
touch them, `link` how one connection behaves, `delivering` and `submitting` the two directions.
"""

from __future__ import annotations

import re
import ssl
from collections.abc import AsyncIterator
from typing import Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator, model_validator

from connectors import base
from connectors.amqp import names
from connectors.amqp.delivering import Delivering
from connectors.amqp.link import BrokerTroubleError, Door
from connectors.amqp.submitting import Submitting
from connectors.calling import tls

MEBIBYTE = 1024 * 1024
_QUEUE = re.compile(r"[A-Za-z0-9._:-]{0,200}")


class Settings(base.Settings):
    """Where the broker is, who we and the office system are there, and when a package counts as delivered."""

    url: str = Field(description="Address of the broker, amqps://HOST:PORT, without user and password")
    vhost: str = Field("/", pattern=r"[A-Za-z0-9._/-]{1,100}", description="Virtual host of the broker")
    login: str = Field(min_length=1, max_length=60, description="The hub's own user at the broker")
    password: SecretStr = Field(description="Password of that user")
    user: str = Field(
        pattern=f"^{names.USER}$",
        description="The office system's own user at the broker; what it sends must carry it as user_id",
    )
    delivery_queue: str = Field("", description="Queue of packages for the office system; empty: truc.USER.delivery")
    submit_queue: str = Field("", description="Exchange and queue of what it sends; empty: truc.USER.submit")
    answers_queue: str = Field("", description="Queue of receipts and refusals for it; empty: truc.USER.answers")
    acknowledge: Literal["consumer", "broker"] = Field(
        "consumer",
        description="Who says that a package is delivered: the office system, or the broker (only where it is theirs)",
    )
    answer_seconds: float = Field(20, ge=0, le=300, description="How long one attempt waits for the office's word")
    repeat_seconds: float = Field(
        600, ge=1, description="What was read without a word of it is put into the queue again after this time"
    )
    timeout_seconds: float = Field(10, ge=0.1, le=60, description="Longest wait for the broker in any one call")
    heartbeat_seconds: int = Field(20, ge=2, le=300, description="How often both sides show that they are alive")
    poll_seconds: float = Field(30, ge=1, description="How often what it sends is fetched; news come within a second")
    part_bytes: int = Field(
        4 * MEBIBYTE,
        ge=64 * 1024,
        le=128 * MEBIBYTE,
        description="A larger package goes in several messages; below max_message_size of the broker",
    )
    package_bytes: int = Field(600 * MEBIBYTE, ge=1024, description="Largest package that is fetched")
    delivery_limit: int = Field(
        20, ge=1, le=1000, description="How often a message may come back before the broker puts it aside"
    )
    ca: str = Field("", description="PEM certificates that vouch for the broker; empty: those the machine trusts")
    certificate: str = Field("", description="PEM certificate we show; empty: none")
    key: SecretStr = Field(SecretStr(""), description="PEM key of that certificate")

    @field_validator("url")
    @classmethod
    def _broker(cls, text: str) -> str:
        parts = urlsplit(text)
        if parts.scheme not in ("amqp", "amqps") or not parts.hostname or parts.path.strip("/") or parts.query:
            message = "must be amqps://HOST:PORT or amqp://HOST:PORT; the virtual host has a setting of its own"
            raise ValueError(message)
        if parts.username is not None or parts.password is not None:
            message = "must not carry user or password: they have settings of their own"
            raise ValueError(message)
        if parts.port == 0:
            message = "the port is wrong"
            raise ValueError(message)
        return text.rstrip("/")

    @field_validator("delivery_queue", "submit_queue", "answers_queue")
    @classmethod
    def _name(cls, text: str) -> str:
        if not _QUEUE.fullmatch(text) or text.startswith("amq."):
            message = "must be plain letters, numbers and . _ : -"
            raise ValueError(message)
        return text

    @model_validator(mode="after")
    def _fits(self) -> Self:
        self.tls()
        found = self.names()
        if len({found.delivery, *found.bindings().values(), found.refused, found.answers}) < 6:
            message = "the queues must differ from each other"
            raise ValueError(message)
        if self.user == self.login:
            message = "user is the office system's, login the hub's: two different users"
            raise ValueError(message)
        return self

    def names(self) -> names.Names:
        """The exchange and the queues."""
        return names.of(self.user, self.delivery_queue, self.submit_queue, self.answers_queue, self.delivery_limit)

    def tls(self) -> ssl.SSLContext | None:
        """What we show and whom we believe; None for a plain connection. Raises ValueError."""
        if not self.url.startswith("amqps:"):
            return None
        return tls.context(self.ca, self.certificate, self.key.get_secret_value())


class Connector(base.Connector):
    """Both directions through one broker."""

    settings_type = Settings
    collects = True
    signed_only = True
    settings: Settings

    def __init__(self, settings: Settings, tools: base.Tools) -> None:
        super().__init__(settings, tools)
        door = Door(
            settings.url,
            settings.vhost,
            settings.login,
            settings.password.get_secret_value(),
            settings.timeout_seconds,
            settings.heartbeat_seconds,
            tools.permits,
            settings.tls(),
        )
        found = settings.names()
        self._delivering = Delivering(settings, door, found, tools)
        self._submitting = Submitting(settings, door, found, tools.log)

    async def deliver(self, parcel: base.Parcel) -> base.Outcome:
        """Into the delivery queue; Delivered by the word of whoever `acknowledge` names."""
        return await self._delivering.deliver(parcel)

    async def collect(self, message_type: str) -> AsyncIterator[base.Incoming]:
        """What the office system put into its queues. Raises PeerTroubleError."""
        async for offered in self._submitting.collect(message_type):
            yield offered

    async def news(self, seconds: float) -> None:
        """Until messages wait, `seconds` at the latest."""
        await self._submitting.news(seconds)

    async def check(self) -> str | None:
        """Connect, make what is missing and look at the delivery queue."""
        try:
            link = await self._delivering.lane.link()
            await link.depth(self.settings.names().delivery)
        except BrokerTroubleError as trouble:
            return str(trouble)
        return None

    async def close(self) -> None:
        """Let go of the broker."""
        await self._delivering.close()
        await self._submitting.close()
