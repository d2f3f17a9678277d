"""The agent at work: both directions, the heartbeat and the directory, until it is told to stop or nothing is left."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeVar

from connectors import base
from connectors.agent import sides
from connectors.agent.checking import CLOCK_SECONDS
from connectors.agent.directory import Directory
from connectors.agent.fetching import Fetching
from connectors.agent.handing_over import HandingOver
from connectors.agent.health import Health, Problems
from connectors.agent.item import Way
from connectors.agent.ledger import Ledger
from connectors.agent.lock import FolderLock
from connectors.agent.means import Means
from connectors.agent.settings import Settings
from connectors.agent.spool import Spool
from connectors.agent.telling import Telling

T = TypeVar("T")

GRACE_SECONDS = 10.0
"""How long attempts under way may finish when the agent stops."""
MEBIBYTE = 1 << 20


@dataclass(frozen=True, slots=True)
class Direction:
    """One way through the agent."""

    way: Way
    source: base.Connector
    source_health: Health
    fetching: Fetching
    telling: Telling
    handing_over: HandingOver


class Agent:
    """Made by `opened`."""

    def __init__(
        self,
        settings: Settings,
        means: Means,
        directory: Directory,
        hub: base.Connector,
        directions: tuple[Direction, Direction],
        software: str,
    ) -> None:
        self._settings = settings
        self._means = means
        self._directory = directory
        self._hub = hub
        self._directions = directions
        self._software = software

    async def run(self, stop: asyncio.Event, said: Callable[[dict[str, Any]], object] = lambda _: None) -> None:
        """Work until `stop` is set. said: is given the status at each heartbeat."""
        loops: list[Coroutine[Any, Any, None]] = [self._report(said), self._refresh(), self._tidy()]
        for one in self._directions:
            loops += [self._fetch(one), self._tell(one), self._hand_over(one)]
        tasks = [asyncio.create_task(loop) for loop in loops]
        stopped = asyncio.create_task(stop.wait())
        try:
            done, _ = await asyncio.wait([*tasks, stopped], return_when=asyncio.FIRST_COMPLETED)
            for task in done - {stopped}:
                task.result()  # a loop never ends by itself
        finally:
            for task in (*tasks, stopped):
                task.cancel()
            await asyncio.gather(*tasks, stopped, return_exceptions=True)
            await self._let_finish()

    async def once(self) -> dict[str, Any]:
        """Work until nothing is left that could be done now; the status afterwards."""
        with contextlib.suppress(base.PeerTroubleError):
            await self._refresh_once()
        changed = True
        while changed:
            changed = False
            for one in self._directions:
                changed |= await one.fetching.turn()
            for one in self._directions:
                while await one.handing_over.turn() or one.handing_over.running:
                    changed = True
                    await asyncio.wait(one.handing_over.running)
                changed |= await one.telling.turn()
        await self._beat()
        return await self.status()

    async def status(self) -> dict[str, Any]:
        """What waits, what is wrong, how the clocks stand: ids and counts, no content."""
        ledger = self._means.ledger

        def look() -> dict[str, Any]:
            return {
                "waiting_in": ledger.waiting(Way.IN),
                "waiting_out": ledger.waiting(Way.OUT),
                "untold": len(ledger.owed(Way.IN)) + len(ledger.owed(Way.OUT)),
                "oldest_in": ledger.oldest(Way.IN) or None,
                "oldest_out": ledger.oldest(Way.OUT) or None,
                "spool_bytes": ledger.stored_bytes(),
            }

        found = await self._means.keep(look)
        problems = [{"code": code, "text": text} for code, text in self._means.problems.found.items()]
        clock = self._hub.clock_seconds if isinstance(self._hub, sides.KnowsTime) else None
        return {
            "software": self._software, "at": self._means.now().isoformat(timespec="seconds"), **found,
            "clock_seconds": None if clock is None else round(clock), "agencies": len(self._directory),
            "registry_version": self._directory.version, "problems": problems,
        }  # fmt: skip

    # ----------------------------------------------------------------------------------------------- loops

    async def _fetch(self, one: Direction) -> None:
        while True:
            await self._guarded(one.fetching.turn)
            if one.source_health.rest_seconds > 0:
                await asyncio.sleep(one.source_health.rest_seconds)
            else:
                await self._guarded(lambda: one.source.news(self._settings.agent.poll_seconds))

    async def _tell(self, one: Direction) -> None:
        while True:
            await one.handing_over.answered.wait()
            one.handing_over.answered.clear()
            await self._guarded(one.telling.turn)

    async def _hand_over(self, one: Direction) -> None:
        while True:
            one.handing_over.wake.clear()
            await self._guarded(one.handing_over.turn)
            await self._guarded(lambda: self._wait(one))

    async def _wait(self, one: Direction) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(await self._pause(one)):
                await one.handing_over.wake.wait()

    async def _pause(self, one: Direction) -> float:
        """How long nothing more can be handed over, if nothing happens."""
        rest = one.handing_over.rest_seconds
        if rest > 0:
            return rest
        ledger, way = self._means.ledger, one.way
        due = await self._means.keep(lambda: ledger.next_due(way))
        pause = float(self._settings.agent.poll_seconds)
        if due is not None and not one.handing_over.running:
            pause = min(pause, max(due - self._means.now().timestamp(), 0.5))
        return pause

    async def _report(self, said: Callable[[dict[str, Any]], object]) -> None:
        while True:
            await self._guarded(self._beat)
            await self._guarded(lambda: self._say(said))
            await asyncio.sleep(self._settings.agent.heartbeat_seconds)

    async def _say(self, said: Callable[[dict[str, Any]], object]) -> None:
        said(await self.status())

    async def _beat(self) -> None:
        """Tell the hub that we live, how our clock stands and what waits."""
        means, seconds = self._means, self._settings.agent.heartbeat_seconds
        now = await self.status()
        clock = now["clock_seconds"]
        if clock is not None and abs(clock) > CLOCK_SECONDS:  # law: R-094 HN Đ12.3
            means.wrong("clock_differs", f"{clock} s")
        else:
            means.over("clock_differs")
        if not isinstance(self._hub, sides.HearsHeartbeat):
            return
        problems = [{"code": code, "text": text} for code, text in means.problems.found.items()]
        beat = {
            "time": means.now().isoformat(), "software": self._software, "next_seconds": seconds,
            "waiting_out": now["waiting_out"], "waiting_in": now["waiting_in"], "problems": problems[:20],
        }  # fmt: skip
        with contextlib.suppress(base.PeerTroubleError):  # law: R-175 HN Đ20.3c
            heard = await self._hub.heartbeat(beat)
            version = heard.get("registry_version")
            if isinstance(version, int) and version > self._directory.version:
                await self._refresh_once()

    async def _refresh(self) -> None:
        while True:
            await self._guarded(self._refresh_once)
            await asyncio.sleep(self._settings.agent.directory_seconds)

    async def _refresh_once(self) -> None:
        if isinstance(self._hub, sides.KnowsAgencies):
            changes = await self._directory.refresh(self._hub)
            if changes:
                self._means.log.info("directory", changes=changes, version=self._directory.version)

    async def _tidy(self) -> None:
        while True:
            await self._guarded(self._forget)
            await asyncio.sleep(86_400)

    async def _forget(self) -> None:
        before = self._means.now() - timedelta(days=self._settings.agent.keep_days)
        moment, ledger = before.isoformat(timespec="seconds"), self._means.ledger
        await self._means.keep(lambda: ledger.forget(moment))

    async def _guarded(self, work: Callable[[], Awaitable[object]]) -> None:
        """Do it; what goes wrong is said, and the loop goes on after a while."""
        try:
            await work()
        except base.PeerTroubleError as trouble:
            self._means.log.warning("peer", reason=str(trouble))
        except Exception as error:  # noqa: BLE001 - an edge: the loop outlives any one turn
            self._means.wrong("agent_failed", repr(error)[:200])
            await asyncio.sleep(self._settings.agent.retry_seconds[0])

    async def _let_finish(self) -> None:
        running = [task for one in self._directions for task in one.handing_over.running]
        if running:
            _, late = await asyncio.wait(running, timeout=GRACE_SECONDS)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        for one in self._directions:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(GRACE_SECONDS):
                    await self._guarded(one.telling.turn)


@contextlib.asynccontextmanager
async def opened(settings: Settings, tools_of: Callable[..., base.Tools], software: str) -> AsyncIterator[Agent]:
    """An agent in its folder, with both sides connected.

    tools_of: the surroundings for the connector of one side (`hub`, `office`), with the names of the directory.
    Raises FolderBusyError, LedgerVersionError, OSError, ValueError (a signature that cannot be used).
    """
    folder = settings.folder
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    async with contextlib.AsyncExitStack() as stack:
        stack.callback(FolderLock(folder).close)
        signer = sides.signer(settings) if settings.signature is not None else None
        directory = Directory(folder / "agencies.json")
        ledger = Ledger(folder)
        stack.callback(ledger.close)
        thread = ThreadPoolExecutor(1, thread_name_prefix="ledger")
        stack.callback(thread.shutdown)
        chosen = settings.agent
        spool = Spool(folder / "spool", chosen.spool_megabytes * MEBIBYTE, chosen.package_megabytes * MEBIBYTE, signer)
        spool.sweep(ledger.files())
        hub, office = (
            side.connect(tools_of(name, directory.name_of))
            for name, side in (("hub", settings.hub), ("office", settings.office))
        )
        stack.push_async_callback(hub.close)
        stack.push_async_callback(office.close)
        surroundings = tools_of("agent", directory.name_of)

        async def keep(work: Callable[[], T], /) -> T:
            return await asyncio.get_running_loop().run_in_executor(thread, work)

        means = Means(chosen, ledger, spool, Problems(), surroundings.log, surroundings.now, directory.name_of, keep)
        clock = asyncio.get_running_loop().time

        def health(problem: str) -> Health:
            return Health(problem, clock, chosen.retry_seconds)

        own = health("agent_failed")
        coming = HandingOver(Way.IN, office, health("office_not_taking"), own, means)
        going = HandingOver(Way.OUT, hub, health("hub_not_taking"), own, means)
        directions = (
            _direction(Way.IN, hub, health("hub_away"), coming, means, told=going.wake.set),
            _direction(Way.OUT, office, health("office_away"), going, means, told=coming.wake.set),
        )
        yield Agent(settings, means, directory, hub, directions, software)


def _direction(
    way: Way,
    source: base.Connector,
    health: Health,
    handing_over: HandingOver,
    means: Means,
    *,
    told: Callable[[], None],
) -> Direction:
    telling = Telling(way, means, told=told)
    fetching = Fetching(way, source, health, telling, means, stored=handing_over.wake.set)
    return Direction(way, source, health, fetching, telling, handing_over)
