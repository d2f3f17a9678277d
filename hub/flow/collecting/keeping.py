"""One collecting task for each system that offers something, begun and ended as the registry changes."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from connectors import base
from hub import log
from hub.flow import peers, routing
from hub.flow.collecting.collector import Collector
from hub.flow.dispatch import SENT_BELL
from hub.store.database import StorageDownError, StorageFullError

if TYPE_CHECKING:
    from hub.context import Hub
    from hub.flow.peers import Peer

LOOK_SECONDS = 1.0
"""How often the registry is looked at for a change; the look itself compares one object."""

POLL_SECONDS = 30.0
"""How often a system is asked whose connector has no setting `poll_seconds`."""

SHORTEST_PAUSE_SECONDS = 1.0
LONGEST_PAUSE_SECONDS = 300.0
"""After failures in a row a system is asked ever more rarely, up to this: asking is also how its return is noticed."""

GRACE_SECONDS = 10.0
"""How long a turn under way may finish when its task is to end."""


async def run(hub: Hub, tools: base.Tools, stop: asyncio.Event) -> None:
    """Collect from every active system that offers something, and from the axis, until `stop` is set."""
    keeper = Keeper(hub, tools)
    try:
        while not stop.is_set():
            await keeper.look()
            await _first(LOOK_SECONDS, stop.wait())
    finally:
        await asyncio.shield(keeper.close())


class Keeper:
    """The tasks, by system id."""

    def __init__(self, hub: Hub, tools: base.Tools) -> None:
        self._hub = hub
        self._tools = tools
        self._seen: object = None
        self._tasks: dict[str, _Kept] = {}
        self._ending: set[asyncio.Task[None]] = set()

    @property
    def systems(self) -> frozenset[str]:
        """Those that are collected from now."""
        return frozenset(self._tasks)

    async def look(self) -> None:
        """Follow the registry: begin, end, or make anew with other settings."""
        if self._hub.directory is self._seen and not any(kept.task.done() for kept in self._tasks.values()):
            return
        self._seen = self._hub.directory
        wanted = {peer.system.id: peer for peer in self._peers()}
        for system_id, kept in list(self._tasks.items()):
            peer = wanted.get(system_id)
            if peer is None or kept.task.done() or (peer.kind, peer.system.settings) != kept.made_with:
                self._end(self._tasks.pop(system_id))
        for system_id, peer in wanted.items():
            if system_id not in self._tasks:
                self._tasks[system_id] = _Kept(self._hub, self._tools, peer)

    async def close(self) -> None:
        """End all; a turn under way gets a while to finish."""
        for kept in self._tasks.values():
            self._end(kept)
        self._tasks.clear()
        await asyncio.gather(*self._ending, return_exceptions=True)

    def _peers(self) -> list[Peer]:
        names = [system.id for system in self._hub.directory.systems() if system.state == "active"]
        found = [peers.find(self._hub, name) for name in (*names, routing.AXIS)]
        return [peer for peer in found if peer is not None and peers.collects(peer)]

    def _end(self, kept: _Kept) -> None:
        ending = asyncio.create_task(kept.end(), name="end of collecting")
        self._ending.add(ending)
        ending.add_done_callback(self._ending.discard)


class _Kept:
    """One system's task. made_with: its kind and settings then."""

    def __init__(self, hub: Hub, tools: base.Tools, peer: Peer) -> None:
        self.made_with: tuple[str, Any] = (peer.kind, peer.system.settings)
        self._stop = asyncio.Event()
        self.task = asyncio.create_task(_collect(hub, tools, peer, self._stop), name=f"collect {peer.system.id}")

    async def end(self) -> None:
        self._stop.set()
        await asyncio.wait({self.task}, timeout=GRACE_SECONDS)
        self.task.cancel()
        await asyncio.gather(self.task, return_exceptions=True)


async def _collect(hub: Hub, tools: base.Tools, peer: Peer, stop: asyncio.Event) -> None:
    """Ask one system again and again; whatever it does, the others go on."""
    collector = Collector(hub, tools, peer)
    failures = 0
    try:
        while not stop.is_set():
            try:
                turn = await collector.turn()
                failures = 0 if turn.answered or turn.took else failures + 1
            except (StorageDownError, StorageFullError) as error:
                log.get().error("collecting cannot use the database", system=peer.system.id, reason=str(error))
                turn, failures = None, failures + 1
            if turn is not None and turn.took:
                await _first(SHORTEST_PAUSE_SECONDS, stop.wait())
                continue
            await _rest(hub, collector, peer, stop, failures)
    finally:
        await asyncio.shield(collector.close())


async def _rest(hub: Hub, collector: Collector, peer: Peer, stop: asyncio.Event, failures: int) -> None:
    """Until there may be news, the hub stops, or the axis was just sent something."""
    try:
        connector = await collector.connector()
    except peers.PeerSettingsError:
        await _first(LONGEST_PAUSE_SECONDS, stop.wait())
        return
    seconds = float(getattr(connector.settings, "poll_seconds", POLL_SECONDS))
    if failures:
        longest = max(seconds, LONGEST_PAUSE_SECONDS)
        await _first(min(seconds * 2.0 ** min(failures - 1, 20), longest), stop.wait())
        return
    signs: list[Any] = [stop.wait(), connector.news(seconds)]
    if peer.is_axis:
        signs.append(hub.bell.wait(SENT_BELL, seconds))
    await _first(seconds, *signs)


async def _first(seconds: float, *signs: Any) -> None:
    """Sleep until one of the signs comes, at most `seconds`. A connector that fails to wait is waited for all the same.

    signs: coroutines; those that have not come are cancelled.
    """
    loop = asyncio.get_running_loop()
    until = loop.time() + seconds
    waits = {asyncio.ensure_future(sign) for sign in signs}
    try:
        while waits and (left := until - loop.time()) > 0:
            done, waits = await asyncio.wait(waits, timeout=left, return_when=asyncio.FIRST_COMPLETED)
            if any(one.exception() is None for one in done):
                return
        await asyncio.sleep(max(0.0, until - loop.time()))
    finally:
        for wait in waits:
            wait.cancel()
        await asyncio.gather(*waits, return_exceptions=True)
