"""Where a rule is named: tags in code, lines of profiles, tests.

A tag is the word `law` with a colon and ids, on the line that does the duty or above the one it explains.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

PRODUCT: Final = ("hub", "edxml", "connectors", "agency_registry")
_TAG: Final = re.compile(r"\blaw:(?! str\b) ?(.*)")  # `law: str` is a field
_ID: Final = re.compile(r"\b[RPS]-\w+")
_OWN: Final = ("hub/law/", "hub/cli/law.py", "tests/agreement/test_law")  # they speak of tags and are none


class Side(StrEnum):
    """What kind of file names a rule."""

    CODE = "code"
    PROFILE = "profile"
    TEST = "test"


@dataclass(frozen=True, slots=True)
class Place:
    """A line that names a rule. file: relative to the project, with slashes; line: from 1; text: the tag's words."""

    side: Side
    file: str
    line: int
    text: str


def root() -> Path:
    """The folder of the packages: the project in a checkout, else where they are installed."""
    return Path(__file__).parents[2]


def named(text: str) -> list[tuple[int, tuple[str, ...], str]]:
    """Line number, ids and words of every tag in a text."""
    found = enumerate(map(_TAG.search, text.splitlines()), 1)
    return [(number, tuple(_ID.findall(tag[1])), tag[1].strip(' "')) for number, tag in found if tag is not None]


def scan(folder: Path) -> dict[str, tuple[Place, ...]]:
    """Every id that is named under that folder, and where. An installed package has no tests beside it."""
    found: dict[str, list[Place]] = {}
    for side, path in _files(folder):
        file = path.relative_to(folder).as_posix()
        if file.startswith(_OWN):
            continue
        for line, ids, words in named(path.read_text(encoding="utf-8")):
            for one in dict.fromkeys(ids):
                found.setdefault(one, []).append(Place(side, file, line, words))
    return {one: tuple(places) for one, places in found.items()}


def _files(folder: Path) -> Iterator[tuple[Side, Path]]:
    for package in PRODUCT:
        yield from ((Side.CODE, path) for path in sorted((folder / package).rglob("*.py")))
    for profiles in ("config/profiles", "hub/profiles"):
        yield from ((Side.PROFILE, path) for path in sorted((folder / profiles).glob("*.toml")))
    if (folder / "tests" / "agreement").is_dir():
        yield from ((Side.TEST, path) for path in sorted((folder / "tests").rglob("*.py")))
