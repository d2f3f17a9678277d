"""What every connector is: values in, one outcome out, never the database.

The hub (or the agent beside an office system) makes a `Connector` from its `Settings` and `Tools`, gives it one
`Parcel` at a time and acts on the `Outcome`:

- `Delivered`: the other side said, in so many words, that it has the package.
- `Parked`: nothing to call; the package waits until the other side fetches it.
- `Deferred`: any trouble and any doubt. Perhaps the package arrived; it is offered again, and the receiver knows it.
- `Refused`: a definite no to these bytes. Sending them again can only be refused again.

A connector that can also fetch has `collects = True` and yields `Incoming` from `collect()`.
"""

from __future__ import annotations

import abc
import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Any, ClassVar, Protocol

from aiohttp import ClientSession
from pydantic import BaseModel, ConfigDict


class Settings(BaseModel):
    """Base of every connector's settings: frozen, an unknown key is an error, and no error repeats what was given."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class Log(Protocol):
    """Where a connector writes what an operator may read: event name first, facts as fields, no content."""

    def info(self, event: str, **facts: Any) -> object: ...
    def warning(self, event: str, **facts: Any) -> object: ...


def _nothing(host: str, port: int) -> bool:  # noqa: ARG001 - the answer is the same for all
    return False


def _unheard(item_id: str) -> None:  # noqa: ARG001 - nobody asks
    return None


@dataclass(frozen=True, slots=True)
class Tools:
    """What a connector may use of its surroundings.

    http: a session that only reaches allowed addresses (`connectors.outgoing`).
    timeout_seconds: the longest wait for the next sign of life of a peer.
    name_of: the official name of an organisation code; the code itself when it is not known.
    permits: whether a socket to this numeric address and port may be opened, for what speaks no HTTP; nothing may
    unless whoever made the tools says so.
    answered: to be told the item_id of a parcel whose answer came after its attempt: offered again, it has an outcome.
    """

    http: ClientSession
    now: Callable[[], datetime]
    log: Log
    timeout_seconds: float = 60
    name_of: Callable[[str], str] = str
    permits: Callable[[str, int], bool] = _nothing
    answered: Callable[[str], None] = _unheard


@dataclass(frozen=True, slots=True)
class Parcel:
    """One package for one receiving system, whatever the number of its agencies in To.

    item_id: stays the same when the parcel is offered again.
    recipients: the codes as they stand in the package.
    delivery_ids: ids of the deliveries, one for each of the recipients and in their order; as the native API has them.
    sending: what was said of this sending beside its package (see `Incoming.sending`).
    sha256: hex, of the `size` bytes.
    left_before: bytes of it may have left in an earlier attempt, also before a restart.
    open: gives the bytes from the first one, anew at each call; the first pull marks the package as exposed, so it
    must not happen before the connection stands.
    """

    item_id: str
    package_id: str
    message_type: str  # edoc | status
    document_id: str
    sender: str
    recipients: tuple[str, ...]
    urgency: int
    size: int
    sha256: str
    open: Callable[[], AsyncGenerator[bytes, None]] = field(repr=False)
    delivery_ids: tuple[str, ...] = ()
    sending: Mapping[str, Any] = field(default_factory=dict)
    left_before: bool = False


@dataclass(frozen=True, slots=True)
class Delivered:
    """The other side has it. remote_id: the id it gave, '' when it gives none; facts: what else it said."""

    remote_id: str = ""
    facts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Parked:
    """The package waits to be fetched."""


@dataclass(frozen=True, slots=True)
class Deferred:
    """Trouble or doubt; offered again later.

    reason: English, safe to show to an operator.
    peer: the whole endpoint is in trouble, so its other parcels wait too.
    untouched: no byte of the package has left: the parcel itself is not to blame and not exposed by this attempt.
    retry_after_seconds: the peer asked for this much rest.
    """

    reason: str
    peer: bool = True
    untouched: bool = False
    retry_after_seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Refused:
    """A definite no. code: the peer's own code; reason: its words, cut and printable."""

    reason: str
    code: str = ""


Outcome = Delivered | Parked | Deferred | Refused


@dataclass(frozen=True, slots=True)
class Bounce:
    """A peer that took a package for others says that one of them did not get it.

    remote_id: as in `Delivered`; recipient: the code as it stood in the package.
    """

    remote_id: str
    recipient: str
    reason: str


@dataclass(frozen=True, slots=True)
class Taken:
    """What whoever took an offered package gives for it.

    receipt: compact JWS, "" where none is given. repeated: it was known already; then the first receipt again.
    """

    package_id: str = ""
    document_id: str = ""
    sha256: str = ""
    receipt: str = ""
    repeated: bool = False


@dataclass(frozen=True, slots=True)
class Declined:
    """Why an offered package can never be taken. code: a slug of `edxml.faults`; the texts are safe to show."""

    code: str
    title_vi: str
    title_en: str
    remedy_vi: str = ""
    remedy_en: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Notice:
    """A few words for a person's telephone: never anything of a document but its number, notation and urgency.

    id: the same when the notice comes again. to: a mobile number, `+84…`. text: plain ASCII, 1 to 160 characters.
    """

    id: str
    to: str
    text: str

    LONGEST: ClassVar[int] = 160

    def __post_init__(self) -> None:
        """Raise ValueError for what may not be sent.  law: R-060 CB Đ10.5"""
        printable = self.text.isascii() and self.text.isprintable()
        if not printable or not 1 <= len(self.text) <= self.LONGEST:  # law: R-060 CB Đ10.5
            message = "a text message has 1 to 160 characters without accents"
            raise ValueError(message)


class PeerTroubleError(Exception):
    """The peer could not be reached or made no sense while something was fetched; the text is safe to show."""


class Incoming(abc.ABC):
    """One package the peer offers. Nothing is acknowledged before the taker's own commit.

    remote_id: the same each time this package is offered, and never that of other bytes: whoever took a package answers
    to its id, perhaps after a restart. At most 100 characters; where the peer gives names anew, take the digest.
    message_type: edoc | status, as the peer says, "" where it does not; the XML decides.
    sending: what is said of the sending beside its package, under the names of the native API's metadata
    (`to` with roles and modes, `reply_requested`, `issued_at`, ...); empty for most.
    package_id, delivery_ids, recipients: as in `Parcel`, where the peer says them; the XML's own To otherwise.
    size: how many bytes the peer announces; 0 where it does not say. sha256: hex, of these bytes, where the peer says
    it and `claim` can stand for `body`.
    receipt: what the peer gave for our confirmation, after it; '' where it gives none.
    """

    remote_id: str
    message_type: str
    sending: Mapping[str, Any] = MappingProxyType({})
    package_id: str = ""
    delivery_ids: tuple[str, ...] = ()
    recipients: tuple[str, ...] = ()
    size: int = 0
    sha256: str = ""
    receipt: str = ""

    async def claim(self) -> None:  # noqa: B027 - nothing to say where no digest is announced
        """Tell the peer that bytes of this digest, which lie here already, are used for this offer too.

        Called in place of `body`. Raises PeerTroubleError; then they are not used.
        """

    @abc.abstractmethod
    def body(self) -> AsyncIterator[bytes]:
        """The bytes, streamed. Raises PeerTroubleError at any point; then the bytes so far mean nothing."""

    @abc.abstractmethod
    async def confirm(self, taken: Taken) -> None:
        """Tell the peer that it is safely ours; may be repeated, and after a restart. Raises PeerTroubleError."""

    @abc.abstractmethod
    async def reject(self, declined: Declined) -> None:
        """Tell the peer that it can never be taken; may be repeated. Raises PeerTroubleError."""


class Connector(abc.ABC):
    """One way to reach one system. Made anew when the settings change; used by several tasks at once.

    collects: it can fetch. signed_only: what it fetches counts only with a package signature, because the way itself
    does not prove who put it there.
    """

    settings_type: ClassVar[type[Settings]] = Settings
    collects: ClassVar[bool] = False
    signed_only: ClassVar[bool] = False

    def __init__(self, settings: Settings, tools: Tools) -> None:
        self.settings = settings
        self.tools = tools

    @abc.abstractmethod
    async def deliver(self, parcel: Parcel) -> Outcome:
        """Hand one parcel over. Never raises for trouble of the peer; may be cancelled at any await."""

    async def collect(self, message_type: str) -> AsyncIterator[Incoming]:  # noqa: ARG002 - for those that override
        """What the peer offers now, in its order. Raises PeerTroubleError."""
        nothing: tuple[Incoming, ...] = ()
        for incoming in nothing:
            yield incoming

    async def news(self, seconds: float) -> None:
        """Return when `collect` may have something new, after `seconds` at the latest. Never raises for trouble."""
        await asyncio.sleep(seconds)

    async def bounces(self) -> tuple[Bounce, ...]:
        """What the peer could not hand on, of all it took lately; the same ones again each time.

        Raises PeerTroubleError.
        """
        return ()

    async def remembered(self, message_type: str) -> frozenset[str]:  # noqa: ARG002 - for those that override
        """Ids of what the peer took lately, as its own list names them; perhaps not all. Raises PeerTroubleError."""
        return frozenset()

    async def forgotten(self, message_type: str, remote_id: str) -> bool:  # noqa: ARG002 - for those that override
        """Whether the peer says that it does not have what it took under this id. Raises PeerTroubleError."""
        return False

    async def check(self) -> str | None:
        """What is wrong with the way to the peer, None when it answers; nothing is sent or taken."""
        return None

    async def close(self) -> None:  # noqa: B027 - most hold nothing
        """Let go of what the connector holds."""


class Notifier(abc.ABC):
    """One way to send notices to persons' telephones; its kinds lie in `connectors/notifiers`. It delivers no packages.

    Made anew when its settings change.
    """

    settings_type: ClassVar[type[Settings]] = Settings

    def __init__(self, settings: Settings, tools: Tools) -> None:
        self.settings = settings
        self.tools = tools

    @abc.abstractmethod
    async def notify(self, notice: Notice) -> Delivered | Deferred | Refused:
        """Send one. Delivered: the gateway took it. Never raises for trouble of the gateway."""
