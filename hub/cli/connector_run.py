"""`truc connector run`: the agent beside an office system, or a look at whether it could run."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import TYPE_CHECKING

from hub.cli import line
from hub.cli.errors import EXIT_DONE, EXIT_NO, WrongUseError

if TYPE_CHECKING:
    from connectors import base
    from connectors.agent.settings import Settings


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Which settings, and for how long."""
    parser.add_argument("file", type=Path, metavar="AGENT.TOML", help="cấu hình của đại lý / the agent's settings")
    parser.add_argument(
        "--check", action="store_true", required=True,
        help="chỉ kiểm tra hai phía, chữ ký, đồng hồ; không chuyển gì / look at both sides, move nothing",
    )  # fmt: skip


def run(arguments: argparse.Namespace) -> int:
    """Look at everything once; 0 when all of it is fit."""
    from hub import log

    settings = _settings(arguments.file)
    log.configure(settings.whole.log.level)
    return asyncio.run(_check(settings, arguments))


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
    async with outgoing.session(outgoing.Guard(settings.whole.outgoing.allow), timeout_seconds=seconds) as http:
        yield lambda side, name_of=str: base.Tools(http, now, log.get().bind(side=side), seconds, name_of)
