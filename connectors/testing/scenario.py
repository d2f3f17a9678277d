"""What a scenario is, and what came of running one."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from connectors.testing.bench import Bench
    from connectors.testing.peer import Peer


@dataclass(frozen=True, slots=True)
class Words:
    """One text in both languages; no secrets in it."""

    vi: str
    en: str


class Failed(Exception):  # noqa: N818 - a verdict, not an accident
    """The subject does not do what the scenario is named for."""

    def __init__(self, cause: Words, remedy: Words) -> None:
        super().__init__(cause.en)
        self.cause = cause
        self.remedy = remedy


@dataclass(frozen=True, slots=True)
class Scenario:
    """One promise of a connector, tried.

    applies: whether there is anything to try with this peer (None: the connector needs no peer).
    """

    id: str
    title: Words
    applies: Callable[[Peer | None], bool]
    run: Callable[[Bench], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Result:
    """passed: None when there was nothing to try. The texts are there when it failed."""

    id: str
    title: Words
    passed: bool | None
    seconds: float = 0
    cause: Words | None = None
    remedy: Words | None = None
