"""The run of the demo: open the world, play the story, sum up; without --once go on until Ctrl-C."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import errno
import json
import os
import signal
import time
from pathlib import Path

from connectors import base
from hub import log
from hub.cli.demo import cast as roles
from hub.cli.demo import endless, folder, scenes, world
from hub.cli.demo.offices import NothingCameError
from hub.cli.demo.proof import Checks, Promise
from hub.cli.demo.scene import Scene
from hub.cli.demo.telling import Life, Teller, decimal
from hub.cli.errors import EXIT_DONE, EXIT_NO, CannotNowError, CommandError


def run(arguments: argparse.Namespace) -> int:
    """Everything, from an empty folder to the exit code."""
    os.umask(0o077)
    with folder.prepared(arguments.dir, once=arguments.once) as place, (place / "hub.log").open("w") as lines:
        log.configure("info", lines)
        try:
            return asyncio.run(_play(arguments, place))
        except OSError as error:
            if error.errno not in {errno.EADDRINUSE, errno.EACCES} or error.filename:
                raise
            raise CannotNowError(
                f"Cổng {arguments.port} đang bận hoặc không được phép. Chọn cổng khác bằng --port, hoặc bỏ --port.",
                f"Port {arguments.port} is busy or not allowed. Choose another with --port, or leave it out.",
            ) from error


async def _play(arguments: argparse.Namespace, place: Path) -> int:
    started = time.monotonic()
    teller = Teller(quiet=arguments.json)
    checks = Checks()
    stop = _stop_sign()
    async with world.opened(place, arguments.port) as stage:
        if arguments.json and not arguments.once:
            print(json.dumps({"pages": [login.as_json() for login in stage.logins]}), flush=True)
        _introduce(teller, stage, time.monotonic() - started)
        telling = asyncio.create_task(_story(stage, checks, teller))
        await _first(telling, stop)
        if telling.cancelled():
            return EXIT_NO
        telling.result()
        teller.summary(checks, time.monotonic() - started)
        if arguments.once and arguments.json:
            pages = {"pages": [login.as_json() for login in stage.logins]}
            print(json.dumps({**checks.as_json(), **pages, "seconds": round(time.monotonic() - started, 2)},
                             ensure_ascii=False))  # fmt: skip
        if not arguments.once:
            _addresses(teller, stage)
            going = asyncio.create_task(endless.go_on(stage, teller))
            await _first(going, stop)
            if not going.cancelled():
                going.result()
            teller.say("\n   Dừng theo yêu cầu. / Stopped as asked.")
    return outcome(checks)


def outcome(checks: Checks) -> int:
    """The exit code of what was checked."""
    return EXIT_DONE if checks.ok else EXIT_NO


async def _story(stage: world.World, checks: Checks, teller: Teller) -> None:
    """Every scene, told as soon as it is over. A scene that breaks off is a broken promise, not the end."""
    teller.heading("Mười câu chuyện", "ten stories; times are those of the hub's own journal")
    lives = [Life(title, english) for _, title, english in scenes.STORY]
    for (play, _, _), life in zip(scenes.STORY, lives, strict=True):
        try:
            await play(Scene(stage, checks, life))
        except (NothingCameError, CommandError, base.PeerTroubleError, KeyError, IndexError) as trouble:
            if isinstance(trouble, CommandError) and trouble.code == "storage_full":
                raise
            claim = f"câu chuyện «{life.title}» đi tới cùng"
            life.checks.append(
                checks.note(Promise.ONCE, claim, holds=False, seen=f"{type(trouble).__name__}: {trouble}")
            )
        teller.life(life)


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
    teller.say("   Cứ vài giây một văn bản mới. Ctrl-C để dừng. / A new document every few seconds; Ctrl-C stops.")


def _stop_sign() -> asyncio.Event:
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    return stop


async def _first(work: asyncio.Task[None], stop: asyncio.Event) -> None:
    """Let work go on until it ends or the stop sign is given; then it is cancelled."""
    sign = asyncio.create_task(stop.wait())
    await asyncio.wait({work, sign}, return_when=asyncio.FIRST_COMPLETED)
    sign.cancel()
    if not work.done():
        work.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await work
