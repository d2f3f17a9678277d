"""The other side of one connector, made for its trials: real, small, and able to misbehave when it is told to."""

from __future__ import annotations

import abc
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, ClassVar


class Mode(StrEnum):
    """One way to misbehave, whatever is asked. Everything but `REFUSES` and `SLOW_READER` must end in Deferred."""

    UNREACHABLE = "unreachable"  # nothing listens, no such share, no server: not one byte may be pulled
    HALF_OPEN = "half_open"  # the connection stands, nothing is read and nothing answered
    ERROR_500 = "error_500"
    ERROR_503 = "error_503"
    ERROR_429 = "error_429"  # with Retry-After
    HTML_200 = "html_200"  # a proxy's login page with status 200
    EMPTY = "empty"  # success without a word
    CUT_BEFORE_ANSWER = "cut_before_answer"  # takes the package, then the connection is cut before the answer
    WRONG_DIGEST = "wrong_digest"  # says it has other bytes than were sent
    ENDLESS_ANSWER = "endless_answer"  # begins an answer that never ends
    SLOW_READER = "slow_reader"  # reads a few bytes a second: an outcome in time, whichever
    BROKEN = "broken"  # trouble of its own: no space left, a lock held by somebody, a channel that was closed
    REFUSES = "refuses"  # says a definite no to these bytes: Refused


class OfferState(StrEnum):
    """What the peer thinks of something it offered."""

    WAITING = "waiting"
    TAKEN = "taken"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class Arrival:
    """One effect at the peer: a document that its people would see.

    item_id: as in the parcel, '' where this kind of peer is not told. sha256: hex of what it has; None where it only
    gets a notice without content.
    """

    item_id: str
    sha256: str | None


@dataclass(frozen=True, slots=True)
class Offer:
    """One package the peer offered, in the order of offering. text: what its people can read beside it."""

    sha256: str
    state: OfferState
    text: str = ""


class BeyondPeerError(Exception):
    """A peer was asked for what it does not say of itself that it can do (`modes`, `collects`, `incomplete`)."""


class Peer(abc.ABC):
    """One peer; a trial starts it, uses it and stops it. Nothing of it that runs outlives `stop`.

    It may be stopped twice, and started again at the same place.

    modes: in which ways it can misbehave while a package is handed over.
    collect_modes: in which ways while something is fetched; each must end in PeerTroubleError, never in "nothing new".
    collects: it can offer packages. ordered: it offers in the order of offering. typed: it says of each whether it is a
    document or a status; where it does not, all is collected as documents (`Incoming.message_type` is then "").
    incomplete: it can show a package that is still being written (`offer_incomplete`).
    largest_bytes: longest package this kind of peer takes.
    """

    modes: ClassVar[frozenset[Mode]] = frozenset()
    collect_modes: ClassVar[frozenset[Mode]] = frozenset()
    collects: ClassVar[bool] = False
    ordered: ClassVar[bool] = True
    typed: ClassVar[bool] = True
    incomplete: ClassVar[bool] = False
    largest_bytes: ClassVar[int] = 1 << 30

    @abc.abstractmethod
    async def start(self) -> None:
        """Begin to be there."""

    @abc.abstractmethod
    async def stop(self) -> None:
        """Leave; connections that stand are cut."""

    @abc.abstractmethod
    def settings(self) -> Mapping[str, Any]:
        """The connector's settings that reach this peer, as they stand in a settings file; secrets in clear."""

    @abc.abstractmethod
    async def received(self) -> list[Arrival]:
        """The effects so far: a package that came twice and was known the second time is one."""

    async def misbehave(self, mode: Mode | None) -> None:
        """Misbehave from now on; None: behave."""
        raise BeyondPeerError(mode)

    def mistakes(self) -> list[str]:
        """What went wrong in this class itself, with the place in its file; no fault of the connector."""
        return []

    async def half_done(self) -> list[str]:
        """What an attempt left that nobody will ever end or clear away, or that looks finished and is not; in words."""
        return []

    async def offer(self, data: bytes, message_type: str = "edoc") -> None:
        """Put a package where the connector finds it."""
        raise BeyondPeerError(message_type, len(data))

    async def offer_incomplete(self, data: bytes) -> None:
        """Begin to put a package there; `complete` ends it."""
        raise BeyondPeerError(len(data))

    async def complete(self) -> None:
        """End what `offer_incomplete` began."""
        raise BeyondPeerError

    async def offers(self) -> list[Offer]:
        """What was offered, in the order of offering, and what became of it."""
        return []
