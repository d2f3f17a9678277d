"""What a use case may touch: the dataclass `Hub`, the only injection there is."""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from agency_registry import directory as agency_directory
from hub import calendar
from hub.limits import Limiter, Lockout
from hub.mood import Mood
from hub.store import calendar as calendar_lines
from hub.store import copy_rules, state
from hub.store.calls import Buffer
from hub.store.openings import Openings

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
    from concurrent.futures import Executor
    from pathlib import Path

    from agency_registry.agency import System
    from agency_registry.directory import Directory
    from edxml.trust.certificates import TrustFiles
    from edxml.verdict import Need
    from hub.calendar import Calendars
    from hub.clock import Clock
    from hub.keys import Keys
    from hub.profile import Profile
    from hub.scanner import Scanner
    from hub.settings import Settings
    from hub.store.blobs import BlobStore
    from hub.store.copy_rules import CopyRule
    from hub.store.database import Database
    from hub.store.events import Journal

    Command = Callable[["Hub", dict[str, Any]], Awaitable[dict[str, Any]]]

T = TypeVar("T")


class Bell:
    """Wakes whoever waits for something new of one system: long polls and the dispatcher."""

    def __init__(self) -> None:
        self._waiting: dict[str, list[asyncio.Event]] = {}
        self._listening: list[asyncio.Event] = []

    @contextlib.contextmanager
    def listening(self) -> Iterator[asyncio.Event]:
        """An event set at every call while the block runs; who clears it before looking misses nothing."""
        event = asyncio.Event()
        self._listening.append(event)
        try:
            yield event
        finally:
            self._listening.remove(event)

    def ring(self, names: Iterable[str]) -> None:
        """Wake all who wait under these names now."""
        for name in names:
            for event in self._waiting.pop(name, ()):
                event.set()

    def call(self) -> None:
        """Wake whoever listens: something may be handed over now."""
        for event in self._listening:
            event.set()

    @contextlib.contextmanager
    def awaiting(self, name: str) -> Iterator[asyncio.Event]:
        """An event that the next ring under `name` sets: listen first, then look, so that no arrival is missed."""
        event = asyncio.Event()
        self._waiting.setdefault(name, []).append(event)
        try:
            yield event
        finally:
            waiting = self._waiting.get(name, [])
            if event in waiting:
                waiting.remove(event)
            if not waiting:
                self._waiting.pop(name, None)

    async def wait(self, name: str, seconds: float) -> bool:
        """Sleep until the bell rings under `name`; False when `seconds` passed first."""
        with self.awaiting(name) as rung:
            try:
                async with asyncio.timeout(seconds):
                    await rung.wait()
            except TimeoutError:
                return False
        return True


class Fetcher(Protocol):
    """Who may ask certification authorities; a hub without one decides by what it has.

    recovered: set when an authority answers that had not; whoever waits for such answers clears it.
    """

    recovered: asyncio.Event

    async def fetch(self, needs: Sequence[Need], seconds: float) -> bool:
        """Ask what is needed, for so long; whether something came that was not there before."""
        ...

    async def retry(self) -> None:
        """Ask those that failed once more when their rest is over, so that it shows soon when they are back."""
        ...

    def silent(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Hosts that do not answer now, and hosts that were not asked because nothing trusted names them."""
        ...


@dataclass(slots=True)
class Hub:
    """One running hub. `directory`, `trust`, `calendars` and `intake_stopped` are replaced as a whole when they change.

    authorities: every address that a trusted certificate names for lists, OCSP and issuers' certificates.
    commands: the admin commands by name, for those that are carried out when a second person has said yes.
    copy_rules: who always gets a copy; replaced as a whole. calls, openings: what is noted, before it is written.
    limiter, lockout: one for all doors. unrecorded: system id -> refused packages counted since the last alarm.
    mood: how a toy axis misbehaves now.
    """

    settings: Settings
    db: Database
    blobs: BlobStore
    keys: Keys
    clock: Clock
    journal: Journal
    directory: Directory
    trust: TrustFiles
    profile: Profile
    scratch: Path
    workers: Executor
    verifiers: Executor | None
    gate: asyncio.Semaphore
    bell: Bell = field(default_factory=Bell)
    intake_stopped: str | None = None
    scanner: Scanner | None = None
    fetcher: Fetcher | None = None
    authorities: tuple[str, ...] = ()
    limiter: Limiter = field(default_factory=Limiter)
    lockout: Lockout = field(init=False)
    calendars: Calendars = field(init=False)
    calls: Buffer = field(init=False)
    openings: Openings = field(default_factory=Openings)
    unrecorded: Counter[str] = field(default_factory=Counter)
    copy_rules: tuple[CopyRule, ...] = ()
    commands: Mapping[str, Command] = field(default_factory=dict)
    mood: Mood = field(default_factory=Mood)

    def __post_init__(self) -> None:
        """One count of wrong secrets for all doors."""
        self.lockout = Lockout(self.settings.vxp.lockout_failures, self.settings.vxp.lockout_seconds)
        self.calendars = calendar.load(self.profile)
        self.calls = Buffer(self.settings.calls.lines_per_second)

    async def reload(self) -> None:
        """Read the registry and the operator's switches again, after any change of them."""
        load = partial(agency_directory.load, now=self.clock.now(), previous=self.directory)
        self.directory = await self.db.read(load)
        self.intake_stopped = await self.db.read(lambda connection: state.get(connection, "intake.stopped"))
        days, hours = await self.db.read(calendar_lines.days), await self.db.read(calendar_lines.hours)
        self.calendars = calendar.load(self.profile, days, hours)
        self.copy_rules = await self.db.read(copy_rules.standing)

    async def in_thread(self, work: Callable[[], T]) -> T:
        """Run C work (hashes, XML, base64, cipher, fsync) beside the event loop."""
        return await asyncio.get_running_loop().run_in_executor(self.workers, work)

    def system(self, system_id: str | None) -> System | None:
        """A registered system by id."""
        return self.directory.system(system_id) if system_id else None
