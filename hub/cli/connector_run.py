"""`truc connector run`: the agent beside an office system, or a look at whether it could run."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hub.cli import line
from hub.cli.errors import EXIT_CANNOT, EXIT_DONE, EXIT_NO, CannotNowError, WrongUseError

if TYPE_CHECKING:
    from connectors import base
    from connectors.agent.settings import Settings


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Which settings, and for how long."""
    parser.add_argument("file", type=Path, metavar="AGENT.TOML", help="cấu hình của đại lý / the agent's settings")
    how = parser.add_mutually_exclusive_group()
    how.add_argument(
        "--once", action="store_true",
        help="chạy đến khi không còn việc rồi dừng; mã 3 nếu còn gói tin chờ / run until nothing is left to do",
    )  # fmt: skip
    how.add_argument(
        "--check", action="store_true",
        help="chỉ kiểm tra hai phía, chữ ký, đồng hồ; không chuyển gì / look at both sides, move nothing",
    )  # fmt: skip


def run(arguments: argparse.Namespace) -> int:
    """0 when told to stop, when nothing is left (--once) or all is fit (--check); with --json a line at each status."""
    from hub import log

    settings = _settings(arguments.file)
    os.umask(0o077)
    log.configure(settings.whole.log.level)
    if arguments.check:
        return asyncio.run(_check(settings, arguments))
    return asyncio.run(_work(settings, arguments))


async def _work(settings: Settings, arguments: argparse.Namespace) -> int:
    from connectors.agent import running
    from connectors.agent.ledger import LedgerVersionError
    from connectors.agent.lock import FolderBusyError

    stop, loop = asyncio.Event(), asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT) if not arguments.once else ():
        loop.add_signal_handler(number, stop.set)
    try:
        async with surroundings(settings) as tools_of, running.opened(settings, tools_of, _software()) as agent:
            if arguments.once:
                status = await agent.once()
                line.show(arguments, status, lambda: _words(status))
                return EXIT_CANNOT if status["waiting_in"] or status["waiting_out"] or status["untold"] else EXIT_DONE
            await agent.run(stop, _said if arguments.json else lambda _: None)
    except FolderBusyError as busy:
        raise CannotNowError(
            f"Đại lý ở {settings.folder} đang chạy (tiến trình {busy.holder or '?'}). Dừng nó trước.",
            f"An agent already runs in {settings.folder} (process {busy.holder or '?'}). Stop it first.",
        ) from busy
    except LedgerVersionError as newer:
        raise CannotNowError("Sổ của đại lý do phiên bản mới hơn ghi; hãy nâng cấp.", f"{newer}; upgrade.") from newer
    return EXIT_DONE


async def _check(settings: Settings, arguments: argparse.Namespace) -> int:
    from connectors.agent import checking

    async with surroundings(settings) as tools_of:
        found = [one async for one in checking.check(settings, tools_of)]
    answer = {
        "ok": all(one.ok for one in found),
        "findings": [
            {"subject": one.subject, "ok": one.ok, "title": one.vietnamese, "detail": one.english} for one in found
        ],
    }
    said = [
        f"{'✔' if one.ok else '✘'} {one.subject}: {one.vietnamese}\n  {' ' * len(one.subject)}  {one.english}"
        for one in found
    ]
    line.show(arguments, answer, "\n".join(said))
    return EXIT_DONE if answer["ok"] else EXIT_NO


def _settings(path: Path) -> Settings:
    from connectors.agent.settings import AgentSettingsError, load

    try:
        return load(path)
    except AgentSettingsError as wrong:
        raise WrongUseError(
            f"Cấu hình {path.name} sai: {wrong.vietnamese}", f"The settings {path.name} are wrong: {wrong.english}",
            "settings",
        ) from wrong  # fmt: skip


@contextlib.asynccontextmanager
async def surroundings(settings: Settings) -> AsyncIterator[Callable[..., base.Tools]]:
    """What the connectors may use, by the side's name and what names codes; one session for all calls."""
    from connectors import base, outgoing
    from hub import clock, log

    now = clock.Clock().now
    seconds = settings.agent.timeout_seconds
    guard = outgoing.Guard(settings.whole.outgoing.allow)
    async with outgoing.session(guard, timeout_seconds=seconds) as http:
        yield lambda side, name_of=str: base.Tools(
            http, now, log.get().bind(side=side), seconds, name_of, guard.permits
        )


def _software() -> str:
    from importlib import metadata

    return f"truc agent {metadata.version('truc')}"


def _said(status: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(status, ensure_ascii=False) + "\n")
    sys.stdout.flush()


def _words(status: dict[str, Any]) -> str:
    lines = [
        f"chờ vào phần mềm / waiting for the office: {status['waiting_in']}",
        f"chờ gửi lên trục / waiting for the hub: {status['waiting_out']}",
        f"chưa báo lại / not told yet: {status['untold']}",
    ]
    lines += [f"✘ {one['code']}: {one['text']}" for one in status["problems"]]
    return "\n".join(lines)
