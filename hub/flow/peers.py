"""The systems the hub itself calls: which connector, with which settings, in how many slots."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pydantic

import connectors
from agency_registry.agency import System
from connectors import base
from hub.context import Hub
from hub.flow import routing
from hub.keys import KeyProblem, Keys


class PeerSettingsError(ValueError):
    """A system cannot be called as it is set up; the text says what an operator should look at."""


@dataclass(frozen=True, slots=True)
class Peer:
    """One receiving system as the dispatcher sees it."""

    system: System
    kind: str
    slots: int

    @property
    def is_axis(self) -> bool:
        """Whether this is the national axis: what is handed to it is relayed, not yet with the recipient."""
        return self.system.id == routing.AXIS


def sealed(keys: Keys, secret: str) -> dict[str, str]:
    """A secret as it stands among the settings of a system: the registry never holds it plain."""
    return {"wrapped": base64.b64encode(keys.wrap(secret.encode())).decode("ascii")}


def axis_system(hub: Hub) -> System | None:
    """The national axis as a system of ours; None when the hub has none."""
    axis = hub.settings.axis
    if axis is None:
        return None
    return System(id=routing.AXIS, name="Trục liên thông văn bản quốc gia", connector="vxp")


def find(hub: Hub, system_id: str) -> Peer | None:
    """The peer behind a system id; None when there is none, or it may not be called now."""
    if system_id == routing.AXIS:
        system = axis_system(hub)
        return None if system is None else Peer(system, "vxp", hub.settings.dispatch.axis_slots)
    system = hub.directory.system(system_id)
    if system is None or system.state != "active":
        return None
    dispatch = hub.settings.dispatch
    slots = dispatch.folder_slots if system.connector == "folder" else dispatch.push_slots
    return Peer(system, system.connector, slots)


def collects(peer: Peer) -> bool:
    """Whether the hub fetches from this peer; False where no connector has its kind."""
    try:
        return connectors.load(peer.kind).collects
    except connectors.UnknownKindError:
        return False


def signed_only(peer: Peer) -> bool:
    """Whether what is fetched there counts only with a package signature. Raises UnknownKindError."""
    return connectors.load(peer.kind).signed_only


class Connections:
    """The connectors in use, each made once and made anew when its settings change."""

    def __init__(self, hub: Hub, tools: base.Tools) -> None:
        self._hub = hub
        self._tools = tools
        self._made: dict[str, tuple[str, dict[str, Any], base.Connector]] = {}

    async def connector(self, peer: Peer) -> base.Connector:
        """The connector to a peer. Raises PeerSettingsError."""
        wanted = self._settings(peer)
        known = self._made.get(peer.system.id)
        if known is not None:
            if known[:2] == (peer.kind, wanted):
                return known[2]
            del self._made[peer.system.id]
        try:
            cls = connectors.load(peer.kind)
            made = cls(cls.settings_type.model_validate(wanted), self._tools)
        except connectors.UnknownKindError as cause:
            message = f"no connector is called {peer.kind!r}"
            raise PeerSettingsError(message) from cause
        except pydantic.ValidationError as cause:
            places = ", ".join(".".join(str(part) for part in error["loc"]) for error in cause.errors())
            message = f"settings of connector {peer.kind}: {places}"
            raise PeerSettingsError(message) from cause
        self._made[peer.system.id] = (peer.kind, wanted, made)
        if known is not None:
            await known[2].close()
        return made

    async def close(self) -> None:
        """Close all."""
        for _, _, made in self._made.values():
            await made.close()
        self._made.clear()

    def _settings(self, peer: Peer) -> dict[str, Any]:
        axis = self._hub.settings.axis
        if not peer.is_axis:
            return {name: self._plain(value) for name, value in peer.system.settings.items()}
        assert axis is not None, "a peer of kind axis exists only with its settings"
        try:
            secret = self._hub.settings.at(axis.secret_file).read_text("utf-8").strip()
        except (OSError, UnicodeDecodeError) as cause:
            message = "the file [axis] secret_file cannot be read"
            raise PeerSettingsError(message) from cause
        return {
            "endpoint": axis.endpoint,
            "system_id": axis.system_id,
            "secret": secret,
            "poll_seconds": axis.poll_seconds,
        }

    def _plain(self, value: object) -> object:
        """A setting as the connector gets it: what `sealed` made is opened."""
        if not isinstance(value, Mapping) or set(value) != {"wrapped"}:
            return value
        try:
            wrapped = base64.b64decode(str(value["wrapped"]), validate=True)
            return self._hub.keys.unwrap(wrapped).decode()
        except (binascii.Error, KeyProblem, UnicodeDecodeError) as cause:
            message = "a wrapped secret of the system cannot be opened"
            raise PeerSettingsError(message) from cause
