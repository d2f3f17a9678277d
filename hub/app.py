"""The composition root: makes a Hub from its settings, and runs one."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import importlib
import shutil
import signal
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from aiohttp import web

from agency_registry import directory
from agency_registry.edit import Connection
from hub import admin, log, profile
from hub.admin_socket import AdminServer
from hub.clock import Clock
from hub.context import Hub
from hub.flow import checks, trust
from hub.http import server
from hub.http.health import Readiness
from hub.jobs import registry as turning
from hub.jobs.revocation_fetch import RevocationFetcher
from hub.keys import Keys
from hub.lock import FolderLock
from hub.scanner import Scanner
from hub.sections import Listen
from hub.settings import Settings, SettingsProblem
from hub.store import schema, state
from hub.store.blobs import BlobStore
from hub.store.database import Database
from hub.store.events import Journal
from hub.verifiers import VerifierPool

WORKER_THREADS = 8
STOP_SECONDS = 30.0
_RESTART_SECONDS = (1.0, 5.0, 30.0)
_HEALTHY_SECONDS = 60.0

Loop = Callable[[Hub], Awaitable[None]]

LOOPS: dict[str, str] = {
    "deliver": "hub.flow.outward:deliver",
    "collect": "hub.flow.outward:fetch",
    "webhooks": "hub.jobs.webhooks:run",
    "text messages": "hub.jobs.text_messages:run",
    "registry": "hub.jobs.registry:follow",
    "national list": "hub.jobs.national_list:follow",
    "prune": "hub.jobs.pruning:follow",
    "sweep": "hub.jobs.sweep:once",
    "keep": "hub.jobs.keeping:follow",
    "forget": "hub.jobs.retention:follow",
    "revocation": "hub.jobs.revocation:run",
    "recheck": "hub.jobs.recheck:run",
    "watch": "hub.jobs.watch:run",
    "calls": "hub.jobs.calls:follow",
    "lag": "hub.jobs.lag:watch",
}
"""Background work of a running hub: name -> `module:function`, an endless coroutine of the Hub."""


async def open_hub(settings: Settings, *, clock: Clock | None = None, verifying: bool = False) -> Hub:
    """Everything a use case may touch, ready: tables brought up to date, keys, sealed files, registry, trust.

    The caller holds the folder's lock and ends with `close_hub`. verifying: with processes that verify PDF signatures;
    without them verification runs in threads, enough for single commands.
    Raises SettingsProblem, KeyProblem, OSError, UnknownSchemaError.
    """
    keys = Keys.load(settings.keys_folder)
    believed = await asyncio.to_thread(_trust, settings)
    province = profile.load(settings.profile.name, checks.SETTABLE, settings.folder)
    blobs = BlobStore(settings.blobs_folder)
    blobs.sweep_parts()
    db = Database(_sqlite(settings))
    try:
        origin = await db.write(lambda connection: _prepare(connection, settings))
        registry = await db.read(directory.load)
        intake = settings.intake
        hub = Hub(
            settings=settings,
            db=db,
            blobs=blobs,
            keys=keys,
            clock=clock or Clock(),
            journal=Journal(keys, origin),
            directory=registry,
            trust=believed.files,
            authorities=believed.addresses,
            profile=province,
            scratch=_scratch(settings.folder),
            workers=ThreadPoolExecutor(WORKER_THREADS, thread_name_prefix="work"),
            verifiers=VerifierPool(intake.verify_processes, intake.verify_timeout_seconds) if verifying else None,
            gate=asyncio.Semaphore(settings.limits.inflight_packages),
        )
        hub.scanner, hub.commands = _scanner(hub), admin.COMMANDS
        await hub.reload()
        await turning.look(hub)
    except BaseException:
        db.close()
        raise
    return hub


async def close_hub(hub: Hub) -> None:
    """Let go of everything `open_hub` took, the database last."""
    if hub.verifiers is not None:
        hub.verifiers.shutdown(wait=False)
    await asyncio.to_thread(hub.workers.shutdown)
    await asyncio.to_thread(hub.db.close)


class Running:
    """A hub that answers: `start`, `wait`, `stop`. Holds its folder's lock from start to stop."""

    def __init__(self, settings: Settings, *, clock: Clock | None = None) -> None:
        self.settings = settings
        self.urls: list[str] = []
        self.hub: Hub
        self.readiness: Readiness
        self._clock = clock
        self._log = log.get()
        self._closing = contextlib.AsyncExitStack()

    async def start(self) -> None:
        """Open the hub and its listeners; returns when /health/ready answers 200.

        Raises FolderBusyError, SettingsProblem, KeyProblem, OSError (a port is busy).
        """
        try:
            await self._start()
        except BaseException:
            await self._closing.aclose()
            raise

    async def stop(self) -> None:
        """Take no more, let what is under way end within STOP_SECONDS, and close."""
        self.readiness.stopping = True
        await self._closing.aclose()
        self._log.info("hub stopped")

    async def _start(self) -> None:
        self._closing.enter_context(FolderLock(self.settings.folder))
        hub = self.hub = await open_hub(self.settings, clock=self._clock, verifying=True)
        self._closing.push_async_callback(close_hub, hub)
        warm = hub.verifiers.warm() if isinstance(hub.verifiers, VerifierPool) else []
        await trust.keep_answers(hub)
        fetcher = hub.fetcher = RevocationFetcher(hub)
        self._closing.push_async_callback(fetcher.close)
        self.readiness = Readiness(hub)
        socket = AdminServer(self.settings.folder, lambda name, args: admin.answer(hub, name, args))
        await socket.start()
        self._closing.push_async_callback(socket.stop)
        for name, place in LOOPS.items():
            task = asyncio.create_task(_supervise(hub, name, _function(place)), name=name)
            self._closing.push_async_callback(_end, task)
        for listen in self.settings.listen:
            self.urls.append(await self._listen(listen))
        if warm:  # else the first documents would wait for verifiers that are being started
            await asyncio.wait([asyncio.wrap_future(one) for one in warm], timeout=STOP_SECONDS)
        while not await self.readiness.ready():
            self._log.warning("not ready", checks=await self.readiness.checks())
            await asyncio.sleep(1)
        self._log.info("hub ready", urls=self.urls, role=self.settings.hub.role, test_keys=hub.keys.is_test)

    async def _listen(self, listen: Listen) -> str:
        runner = server.runner(server.build(self.hub, listen, self.readiness), STOP_SECONDS)
        await runner.setup()
        self._closing.push_async_callback(runner.cleanup)
        site = server.site(self.settings, listen, runner)
        await site.start()
        return server.url(listen, _port(runner))


async def serve(settings: Settings, announce: Callable[[str], None]) -> None:
    """Run a hub until SIGTERM or SIGINT. `announce` is told the first listener's URL once the hub is ready."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    running = Running(settings)
    starting = asyncio.create_task(running.start())
    stopping = asyncio.create_task(stop.wait())
    await asyncio.wait({starting, stopping}, return_when=asyncio.FIRST_COMPLETED)
    if not starting.done():
        starting.cancel()
        await asyncio.wait({starting})
        return
    try:
        starting.result()
        gc.freeze()  # what a hub is made of stays: the collector need not walk it again and again
        announce(running.urls[0])
        await stopping
    finally:
        stopping.cancel()
        if starting.exception() is None:
            await running.stop()


async def _supervise(hub: Hub, name: str, loop: Loop) -> None:
    """Keep a background loop going: one that ends or raises is logged and begun again, each time a little later."""
    failures = 0
    while True:
        began = time.monotonic()
        try:
            await loop(hub)
        except Exception:  # noqa: BLE001 - an edge: the other loops and the doors go on
            log.get().exception("background loop failed", loop=name, failures=failures + 1)
        if time.monotonic() - began > _HEALTHY_SECONDS:
            failures = 0
        await asyncio.sleep(_RESTART_SECONDS[min(failures, len(_RESTART_SECONDS) - 1)])
        failures += 1


async def _end(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.wait({task}, timeout=STOP_SECONDS)


def _function(place: str) -> Loop:
    module, _, name = place.partition(":")
    function: Loop = getattr(importlib.import_module(module), name)
    return function


def _prepare(connection: Connection, settings: Settings) -> str:
    """Bring the tables up to date; gives the origin of this hub's log, chosen once and kept."""
    schema.upgrade(connection)
    origin = state.get(connection, "log.origin")
    if origin is None:
        origin = f"truc/{settings.hub.organ_id}"
        state.put(connection, "log.origin", origin)
    return origin


def _sqlite(settings: Settings) -> Path:
    path = settings.sqlite_path
    if path is None:
        raise SettingsProblem(settings.path.name, [("store.url", "this version keeps its rows in `sqlite:///FILE`")])
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def _trust(settings: Settings) -> trust.TrustList:
    try:
        return trust.load(settings)
    except ValueError as cause:
        raise SettingsProblem(settings.path.name, [("trust.folder", str(cause))]) from cause


def _scanner(hub: Hub) -> Scanner | None:
    antivirus = hub.settings.antivirus
    if not antivirus.address:
        return None
    return Scanner(
        antivirus.address,
        timeout_seconds=antivirus.timeout_seconds,
        stream_bytes=antivirus.stream_bytes,
        in_thread=hub.in_thread,
    )


def _scratch(folder: Path) -> Path:
    """An empty folder for decoded attachments; what a crash left in it is removed."""
    scratch = folder / "scratch"
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir(mode=0o700)
    return scratch


def _port(runner: web.AppRunner) -> int:
    address = runner.addresses[0]
    return int(address[1])
