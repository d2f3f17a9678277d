"""The rules as values, read once from the files beside this one."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any, Final

FOLDER: Final = Path(__file__).with_name("rules")
_DOCUMENTS: Final = "documents.toml"
_KNOWN: Final = frozenset({"vi", "en", "concerns", "must", "later", "elsewhere_vi", "elsewhere_en"})


class Mark(StrEnum):
    """How well a source is known."""

    READ = "read"  # its own words
    PARTLY = "partly"  # in part, in a summary, in messages or software that follow it
    DERIVED = "derived"  # a consequence; the source itself is silent
    UNCERTAIN = "uncertain"  # by hearsay; to be looked up before anybody relies on it


class Verb(StrEnum):
    """What software must do about a rule."""

    ENFORCE = "enforce"  # make the contrary impossible, or refuse it
    WARN = "warn"  # tell, and let a person decide
    RECORD = "record"  # keep as a fact
    REPORT = "report"  # show in a list or a figure
    OFFER = "offer"  # a tool for whoever wants it


class Standing(StrEnum):
    """Where the duty is done."""

    HERE = "here"
    LATER = "later"
    ELSEWHERE = "elsewhere"


CONCERNED: Final = ("HUB", "CONNECTOR", "CLERK", "OPERATOR", "PROVINCIAL OFFICE")
"""The exchange · the piece in or beside an office system · the clerk's screens · who runs it · the office's figures."""

PACKAGES: Final = ("accounts", "connectors", "mailbox", "operations", "statistics")
"""What a rule with standing `later` may wait for."""


@dataclass(frozen=True, slots=True)
class Source:
    """Article of a document, by its short name in `documents`."""

    cited: str
    mark: Mark


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule. later: the package that will carry it; elsewhere_vi, elsewhere_en: whose duty it is, and why."""

    id: str
    group: str
    vi: str
    en: str
    sources: tuple[Source, ...]
    concerns: tuple[str, ...]
    must: tuple[Verb, ...]
    later: str
    elsewhere_vi: str
    elsewhere_en: str

    @property
    def standing(self) -> Standing:
        """Where its duty is done."""
        if self.elsewhere_vi:
            return Standing.ELSEWHERE
        return Standing.LATER if self.later else Standing.HERE


@dataclass(frozen=True, slots=True)
class Group:
    """Rules of one subject, by letter."""

    letter: str
    title_vi: str
    title_en: str


@cache
def load() -> dict[str, Rule]:
    """Every rule by its id, in the order of the groups."""
    return {name: _rule(name, data["group"], one) for data in _files() for name, one in data.items() if _is_rule(one)}


@cache
def groups() -> dict[str, Group]:
    """The groups by letter."""
    return {data["group"]: Group(data["group"], data["title_vi"], data["title_en"]) for data in _files()}


@cache
def documents() -> dict[str, str]:
    """The title of each document by its short name."""
    found = tomllib.loads((FOLDER / _DOCUMENTS).read_text(encoding="utf-8"))
    return {name: str(one["title"]) for name, one in found.items()}


def _files() -> list[dict[str, Any]]:
    paths = sorted(path for path in FOLDER.glob("*.toml") if path.name != _DOCUMENTS)
    return [tomllib.loads(path.read_text(encoding="utf-8")) for path in paths]


def _is_rule(value: Any) -> bool:
    return isinstance(value, dict)


def _rule(name: str, group: str, data: dict[str, Any]) -> Rule:
    unknown = data.keys() - _KNOWN - set(Mark)
    if unknown:
        message = f"{name}: unknown {', '.join(sorted(unknown))}"
        raise ValueError(message)
    return Rule(
        id=name,
        group=group,
        vi=data["vi"],
        en=data["en"],
        sources=tuple(Source(cited, mark) for mark in Mark for cited in data.get(mark.value, ())),
        concerns=tuple(data["concerns"]),
        must=tuple(map(Verb, data["must"])),
        later=data.get("later", ""),
        elsewhere_vi=data.get("elsewhere_vi", ""),
        elsewhere_en=data.get("elsewhere_en", ""),
    )
