"""One connector under all scenarios of `connectors.testing`, told as lines of a report."""

from __future__ import annotations

import importlib
import json
import tempfile
import tomllib
import traceback
from collections.abc import AsyncIterator, Callable, Collection, Mapping
from pathlib import Path
from typing import Any

import connectors
from connectors import base
from connectors.testing import bench, scenarios, standing
from connectors.testing.peer import Peer
from connectors.testing.scenario import Failed, Result, Scenario, Words
from hub.conformance import levels
from hub.conformance.report import Line


class NoPeerError(LookupError):
    """There is no such class Peer; the text says why."""


class NotLoadedError(Exception):
    """A file of the author's cannot be imported; the text says where and why."""


def connector_class(kind: str) -> type[base.Connector]:
    """The class of this kind. Raises connectors.UnknownKindError, NotLoadedError."""
    try:
        return connectors.load(kind)
    except connectors.UnknownKindError:
        raise
    except Exception as cause:  # whatever an author's file does when it is imported
        raise NotLoadedError(_placed(cause)) from cause


def _placed(cause: Exception) -> str:
    """What went wrong while a file was imported, and its line."""
    if isinstance(cause, SyntaxError):
        return f"{Path(cause.filename or '?').name}:{cause.lineno}: SyntaxError: {cause.msg}"
    frames = [one for one in traceback.extract_tb(cause.__traceback__) if "importlib" not in one.filename]
    place = f"{Path(frames[-1].filename).name}:{frames[-1].lineno}: " if frames else ""
    return f"{place}{type(cause).__name__}: {cause}"[:300]


def peer_class(place: str) -> Callable[[], Peer]:
    """The class at `module:Class`. Raises NoPeerError, NotLoadedError."""
    module, _, name = place.partition(":")
    try:
        found = getattr(importlib.import_module(module), name or "Peer")
    except (ImportError, AttributeError, ValueError) as cause:
        raise NoPeerError(f"{place}: {_placed(cause)}") from cause
    except Exception as cause:  # whatever an author's file does when it is imported
        raise NotLoadedError(_placed(cause)) from cause
    if not (isinstance(found, type) and issubclass(found, Peer)):
        raise NoPeerError(f"{place}: connectors.testing.peer.Peer")
    return found


def settings_of(file: Path) -> dict[str, Any]:
    """The settings in a TOML or JSON file: the table itself, or its table `settings`. Raises OSError, ValueError."""
    data = file.read_bytes()
    found = json.loads(data) if file.suffix == ".json" else tomllib.loads(data.decode("utf-8"))
    inner = found.get("settings", found) if isinstance(found, dict) else None
    if not isinstance(inner, dict):
        raise ValueError(f"{file.name}: a table of settings is wanted")  # noqa: TRY004 - a matter of its content
    return inner


async def with_peer(
    kind: str, peer: Callable[[], Peer] | None, only: Collection[str], large_bytes: int
) -> AsyncIterator[Line]:
    """Every scenario (or those of these ids) with a fresh peer each. Raises UnknownKindError, NotLoadedError."""
    connector_class(kind)
    with tempfile.TemporaryDirectory(prefix="truc-check-") as folder:
        for scenario in scenarios.ALL:
            if not only or scenario.id in only:
                yield line(await scenarios.run_one(kind, peer, scenario, Path(folder), large_bytes=large_bytes))


async def with_settings(kind: str, given: Mapping[str, Any], networks: tuple[str, ...]) -> AsyncIterator[Line]:
    """What can be said without sending anything: import, settings, the way to the peer."""
    found = connector_class(kind)
    with tempfile.TemporaryDirectory(prefix="truc-check-") as folder:
        for scenario in (*standing.SCENARIOS[:2], REACHES):
            one = bench.Bench(kind, found, _There(given), Path(folder), timeout_seconds=20, hard_seconds=60)
            one.networks = networks
            yield line(await bench.run(scenario, one))


def line(result: Result) -> Line:
    """A result as a line of the report."""
    verdict = {True: "passed", False: "failed", None: "not_applicable"}[result.passed]
    level = levels.OF_CONNECTORS.get(result.id, levels.HIGHEST)
    return Line(result.id, result.title, level, verdict, result.seconds, result.cause, result.remedy)


class _There(Peer):
    """A peer that is somewhere else: only its settings are known."""

    def __init__(self, given: Mapping[str, Any]) -> None:
        self._given = given

    async def start(self) -> None:
        """It runs already."""

    async def stop(self) -> None:
        """It is not ours to stop."""

    def settings(self) -> Mapping[str, Any]:
        return self._given

    async def received(self) -> list[Any]:
        return []


async def _reach(one: bench.Bench) -> None:
    async with one.connector() as connector:
        said = await _checked(one, connector)
    if said is not None:
        raise Failed(
            Words(f"không tới được bên kia: {said}"[:300], f"the peer is not reached: {said}"[:300]),
            Words("sửa tham số, khóa hoặc đường truyền", "mend settings, credential or line"),
        )


async def _checked(one: bench.Bench, connector: base.Connector) -> str | None:
    found: str | None = await one.in_time(connector.check(), "check()")
    return found


REACHES = Scenario(
    "reaches_peer",
    Words("Tới được bên kia bằng các tham số này", "the peer is reached with these settings"),
    lambda _: True,
    _reach,
)
"""All that can be tried without a peer of our own: nothing is sent or taken."""
