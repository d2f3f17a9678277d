"""The two sides of an agent, and what a side may know beyond the contract of connectors: time, agencies, health."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from typing import Any, Protocol, runtime_checkable

from connectors.agent.settings import Settings
from edxml.package_signature.signing import Signer


@runtime_checkable
class KnowsTime(Protocol):
    """A side that tells its time."""

    @property
    def clock_seconds(self) -> float | None:
        """Our clock less its own at its last answer; None before the first."""


@runtime_checkable
class HearsHeartbeat(Protocol):
    """A hub that is told that the agent lives."""

    async def heartbeat(self, said: Mapping[str, Any]) -> Mapping[str, Any]:
        """Tell it; what it answers. Raises PeerTroubleError."""


@runtime_checkable
class KnowsAgencies(Protocol):
    """A hub that tells how its registry changes."""

    def agency_changes(self, since: int) -> AsyncIterator[Mapping[str, Any]]:
        """The changes after a version, oldest first. Raises PeerTroubleError."""


def signer(settings: Settings) -> Signer:
    """What signs the packages. Raises OSError, ValueError."""
    chosen = settings.signature
    assert chosen is not None, "asked only when the settings name one"
    return Signer.load(settings.at(chosen.key_file), [settings.at(one) for one in chosen.certificate_files])
