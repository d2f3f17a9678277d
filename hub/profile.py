"""Provincial profiles: what one province decides otherwise, each line with its decision.

A profile is a TOML file. `national.toml` says everything; any other file names only what differs from it. A file
`profiles/NAME.toml` beside hub.toml goes before the one that comes with Truc.
"""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, fields
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

from hub.settings import SettingsProblem

DOORS: Final = ("api", "page", "vxp", "axis")
NATIONAL: Final = "national"
_INSTALLED: Final = Path(__file__).parent / "profiles"
_CHECKOUT: Final = Path(__file__).parents[1] / "config" / "profiles"
_KEY: Final = re.compile(r"([\w-]+)\s*=")
_TABLE: Final = re.compile(r"\[(\w+)\]\s*")
SHIPPED: Final = _INSTALLED if _INSTALLED.is_dir() else _CHECKOUT
"""The profiles that come with Truc: packed beside this module, in a checkout those of config/."""


class Outcome(StrEnum):
    """What a finding of a check does at a door."""

    ENFORCE = "enforce"  # the package is refused, held or put under quarantine, whichever the check asks for
    WARN = "warn"  # the package travels; sender and recipient are told
    RECORD = "record"  # the package travels; it stands in the books only
    OFF = "off"  # the check is not asked


@dataclass(frozen=True, slots=True)
class Profile:
    """What a province's rules ask of documents.

    checks: check -> door -> outcome, where it differs from the check's own.
    formats: extensions a file may have, lower case.
    excluded_kinds: kinds of document that do not travel here, as their type is named or their subject begins.
    copy_needs_mark: whether an organisation's signature makes a copy only with SAO Y, SAO LỤC or TRÍCH SAO.
    empty_subjects: subjects that say nothing; shortest_subject: characters below which one says too little.
    """

    name: str
    title: str
    decision: str
    checks: Mapping[str, Mapping[str, Outcome]]
    formats: tuple[str, ...]
    excluded_kinds: tuple[str, ...]
    copy_needs_mark: bool
    empty_subjects: tuple[str, ...]
    shortest_subject: int

    def outcome(self, check: str, door: str, default: Outcome) -> Outcome:
        """What a finding of that check does at that door."""
        return self.checks.get(check, {}).get(door, default)

    def as_json(self) -> dict[str, Any]:
        """The profile as JSON values."""
        return asdict(self)


KEYS: Final = tuple(one.name for one in fields(Profile) if one.name != "name")


def load(name: str, checks: Collection[str], folder: Path | None = None) -> Profile:
    """The profile of that name. checks: the checks it may set; folder: where the operator keeps his own profiles.

    Raises SettingsProblem: no such profile, or an unknown key, check, door or outcome; the nearest name is given.
    """
    values = _read(NATIONAL, None)
    merged: dict[str, Any] = {**values, "checks": dict(values.get("checks", {}))}
    if name != NATIONAL:
        own = _read(name, folder)
        merged |= {key: value for key, value in own.items() if key != "checks"}
        for slug, doors in _table(own.get("checks", {}), name).items():
            merged["checks"][slug] = {**_doors(merged["checks"].get(slug, {})), **_doors(doors)}
    return _made(name, merged, checks)


def names(folder: Path | None = None) -> list[str]:
    """Every profile there is."""
    found = {path.stem for path in SHIPPED.glob("*.toml")}
    if folder is not None:
        found |= {path.stem for path in (folder / "profiles").glob("*.toml")}
    return sorted(found)


def reasons(name: str, folder: Path | None = None) -> dict[str, str]:
    """Each line that a profile's own file sets, and the comment above it: the law it follows. Raises as `load`."""
    found: dict[str, str] = {}
    table, above = "", []
    for line in _path(name, folder).read_text(encoding="utf-8").splitlines():
        if (header := _TABLE.fullmatch(line)) is not None:
            table = f"{header.group(1)}."
        if line.startswith("#"):
            above.append(line.lstrip("# "))
            continue
        if (key := _KEY.match(line)) is not None:
            found[table + key.group(1)] = " ".join(above)
        above = []
    return found


def _path(name: str, folder: Path | None) -> Path:
    places = ([folder / "profiles"] if folder is not None else []) + [SHIPPED]
    path = next((one for place in places if (one := place / f"{name}.toml").is_file()), None)
    if path is None or Path(name).name != name:
        raise SettingsProblem("profile", [(name[:60], _nearest("profile", name, names(folder)))])
    return path


def _read(name: str, folder: Path | None) -> dict[str, Any]:
    path = _path(name, folder)
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as cause:
        raise SettingsProblem(path.name, [("", str(cause))]) from cause
    problems = [(key, _nearest("setting", key, KEYS)) for key in found if key not in KEYS]
    if problems:
        raise SettingsProblem(path.name, problems)
    return found


def _made(name: str, values: dict[str, Any], checks: Collection[str]) -> Profile:
    problems: list[tuple[str, str]] = []
    outcomes: dict[str, dict[str, Outcome]] = {}
    for slug, said in values["checks"].items():
        if slug not in checks:
            problems.append((f"checks.{slug}", _nearest("check", slug, checks)))
            continue
        outcomes[slug] = {}
        for door, outcome in _doors(said).items():
            if door not in DOORS:
                problems.append((f"checks.{slug}.{door}", _nearest("door", str(door), DOORS)))
            elif outcome not in tuple(Outcome):
                problems.append((f"checks.{slug}.{door}", _nearest("outcome", str(outcome), tuple(Outcome))))
            else:
                outcomes[slug][door] = Outcome(outcome)
    made = Profile(
        name=name,
        checks=outcomes,
        title=_of(values, "title", str, problems),
        decision=_of(values, "decision", str, problems),
        formats=tuple(one.lower().lstrip(".") for one in _words(values, "formats", problems)),
        excluded_kinds=_words(values, "excluded_kinds", problems),
        copy_needs_mark=_of(values, "copy_needs_mark", bool, problems),
        empty_subjects=_words(values, "empty_subjects", problems),
        shortest_subject=_of(values, "shortest_subject", int, problems),
    )
    if problems:
        raise SettingsProblem(f"{name}.toml", problems)
    return made


def _doors(said: Any) -> dict[str, Any]:
    """A table of doors; one word stands for all of them."""
    return dict(said) if isinstance(said, Mapping) else dict.fromkeys(DOORS, said)


def _table(said: Any, name: str) -> dict[str, Any]:
    if not isinstance(said, dict):
        raise SettingsProblem(f"{name}.toml", [("checks", "is a table: [checks] name = {door = outcome}")])
    return said


def _of(values: dict[str, Any], key: str, kind: type[Any], problems: list[tuple[str, str]]) -> Any:
    said = values.get(key)
    if type(said) is not kind:
        problems.append((key, f"is a {kind.__name__}"))
        return kind()
    return said


def _words(values: dict[str, Any], key: str, problems: list[tuple[str, str]]) -> tuple[str, ...]:
    said = values.get(key)
    if isinstance(said, list) and all(isinstance(one, str) for one in said):
        return tuple(said)
    problems.append((key, "is a list of texts"))
    return ()


def _nearest(kind: str, name: str, known: Collection[str]) -> str:
    near = difflib.get_close_matches(name, list(known), n=1, cutoff=0.4)
    hint = f"did you mean `{near[0]}`?" if near else f"known here: {', '.join(sorted(known))}"
    return f"unknown {kind}; {hint}"
