"""The run of the demo: open the world, play the story, sum up; without --once go on until Ctrl-C."""

from __future__ import annotations

import argparse
import asyncio
import errno
import json
import os
import signal
import socket
import time
from pathlib import Path

from hub import log
from hub.cli.demo import cast as roles
from hub.cli.demo import endless, folder, story, world
from hub.cli.demo.offices import TROUBLE
from hub.cli.demo.proof import Checks, Promise
from hub.cli.demo.scene import Scene
from hub.cli.demo.telling import Life, Teller, decimal
from hub.cli.errors import EXIT_DONE, EXIT_INTERRUPTED, EXIT_NO, CannotNowError, CommandError


def run(arguments: argparse.Namespace) -> int:
    """Everything, from an empty folder to the exit code."""
    os.umask(0o077)
    _require_port(arguments.port)
    with folder.prepared(arguments.dir, once=arguments.once) as place, (place / "hub.log").open("w") as lines:
        log.configure("info", lines)
        try:
            return asyncio.run(_until_stopped(Show(arguments, place)))
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise
            raise _port_busy(arguments.port) from error


def _require_port(port: int) -> None:
    """Say at once that a port cannot be had. Raises CannotNowError."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise _port_busy(port) from error


def _port_busy(port: int) -> CannotNowError:
    return CannotNowError(
        f"Cổng {port} đang bận hoặc không được phép. Chọn cổng khác bằng --port, hoặc bỏ --port.",
        f"Port {port} is busy or not allowed. Choose another with --port, or leave it out.",
    )


async def _until_stopped(show: Show) -> int:
    """Play until the end, or until Ctrl-C; the hubs are closed in good order either way."""
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    playing, sign = asyncio.create_task(show.play()), asyncio.create_task(stop.wait())
    await asyncio.wait({playing, sign}, return_when=asyncio.FIRST_COMPLETED)
    sign.cancel()
    if not playing.done():
        playing.cancel()
        show.teller.say("\n   Đang dừng. / Stopping.")
    try:
        await playing
    except asyncio.CancelledError:
        pass  # by us, above
    except BaseExceptionGroup as several:  # of the scenes' task group
        raise several.exceptions[0] from several
    return outcome(show.checks) if show.is_told else EXIT_INTERRUPTED


class Show:
    """One run. `checks`: what was claimed so far; `is_told`: the story came to its end."""

    def __init__(self, arguments: argparse.Namespace, place: Path) -> None:
        self.checks = Checks()
        self.is_told = False
        self.teller = Teller(quiet=arguments.json)
        self._arguments = arguments
        self._place = place

    async def play(self) -> None:
        """Open the world, tell the story, sum up; without --once go on until cancelled."""
        started = time.monotonic()
        once, as_json = self._arguments.once, self._arguments.json
        async with world.opened(self._place, self._arguments.port) as stage:
            pages = {"pages": [login.as_json() for login in stage.logins]}
            if as_json and not once:
                print(json.dumps(pages), flush=True)
            _introduce(self.teller, stage, time.monotonic() - started)
            await _story(stage, self.checks, self.teller)
            self.is_told = True
            seconds = time.monotonic() - started
            self.teller.summary(self.checks, seconds)
            if as_json and once:
                print(json.dumps({**self.checks.as_json(), **pages, "seconds": round(seconds, 2)}, ensure_ascii=False))
            if not once:
                _addresses(self.teller, stage)
                await endless.go_on(stage, self.checks, self.teller)


def outcome(checks: Checks) -> int:
    """The exit code of what was checked."""
    return EXIT_DONE if checks.ok else EXIT_NO


async def _story(stage: world.World, checks: Checks, teller: Teller) -> None:
    """Every scene, told in order; those with the axis, which is asked once a second, begin beside the first."""
    teller.heading(f"{len(story.STORY)} câu chuyện", "the stories; times are those of the hub's own journal")
    async with asyncio.TaskGroup() as group:
        meanwhile: dict[story.Play, asyncio.Task[Life]] = {}
        for play, title, english in story.STORY:
            if play in story.BESIDE:
                earlier = [meanwhile[one] for one in story.AFTER.get(play, ())]
                meanwhile[play] = group.create_task(_afterwards(earlier, play, title, english, stage, checks))
        for play, title, english in story.STORY:
            beside = meanwhile.get(play)
            teller.life(await beside if beside else await _played(play, title, english, stage, checks))


async def _afterwards(
    earlier: list[asyncio.Task[Life]], play: story.Play, title: str, english: str, stage: world.World, checks: Checks
) -> Life:
    """A scene that begins when the earlier ones are over."""
    for one in earlier:
        await one
    return await _played(play, title, english, stage, checks)


async def _played(play: story.Play, title: str, english: str, stage: world.World, checks: Checks) -> Life:
    """One scene. That it breaks off is a broken promise, not the end of the demo; a full disk is the end."""
    life = Life(title, english)
    try:
        await play(Scene(stage, checks, life))
    except TROUBLE as trouble:
        if isinstance(trouble, CommandError) and trouble.code == "storage_full":
            raise
        seen = f"{type(trouble).__name__}: {trouble}"
        life.checks.append(checks.note(Promise.ONCE, f"câu chuyện «{title}» đi tới cùng", holds=False, seen=seen))
    return life


def _introduce(teller: Teller, stage: world.World, seconds: float) -> None:
    teller.heading("Một tỉnh trong hộp", "a province in a box: everything is made up, under the test code H99")
    teller.rows([
        ("Trục tỉnh", stage.url, f"sẵn sàng sau {decimal(seconds)} giây"),
        ("Trục quốc gia", stage.axis_url, "đồ chơi: một Truc thứ hai"),
    ])  # fmt: skip
    teller.say()
    teller.rows([(role.short, role.organ_id, role.name, role.way) for role in roles.EVERYBODY])


def _addresses(teller: Teller, stage: world.World) -> None:
    teller.heading("Mời vào xem", "come in; the passwords are of this run only")
    rows = [(login.url, login.user, login.password) for login in stage.logins]
    rows += [(f"{stage.url}/api/docs", "", "mô tả API / the API, described")]
    teller.rows(rows)
    teller.say(f"   Tệp của lần chạy này / files of this run: {stage.folder}", "dim")
    teller.say("   Cho trục quốc gia chạy sai, từ cửa sổ khác / let the axis misbehave, from another window:", "dim")
    teller.say(f"   truc break axis --config {stage.folder} --mode html --seconds 60", "bold")
    teller.say("   Cứ vài giây một văn bản mới. Ctrl-C để dừng. / A new document every few seconds; Ctrl-C stops.")
