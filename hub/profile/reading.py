"""Reading profiles: one file over the national one, and the reason that stands above each line."""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Collection, Mapping
from dataclasses import fields
from itertools import count
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel, ValidationError

from hub.profile.rules import Clocks, Flows, Hours, Keeping, PaperRule, Watch
from hub.profile.values import DOORS, Outcome, Profile
from hub.settings import SettingsProblem

NATIONAL: Final = "national"
_INSTALLED: Final = Path(__file__).parents[1] / "profiles"
_CHECKOUT: Final = Path(__file__).parents[2] / "config" / "profiles"
_KEY: Final = re.compile(r"([\w.-]+)\s*=")
_TABLE: Final = re.compile(r"(\[{1,2})([\w.-]+)\]{1,2}\s*")
SHIPPED: Final = _INSTALLED if _INSTALLED.is_dir() else _CHECKOUT
"""The profiles that come with Truc: packed beside this package, in a checkout those of config/."""

_TABLES: Final = ("clocks", "flows", "watch", "keeping")
"""Tables of which a profile of one's own names only what differs."""


KEYS: Final = tuple(one.name for one in fields(Profile) if one.name != "name")


def load(name: str, checks: Collection[str], folder: Path | None = None) -> Profile:
    """The profile of that name. checks: the checks it may set; folder: where the operator keeps his own profiles.

    Raises SettingsProblem: no such profile, or an unknown key, check, door or outcome; the nearest name is given.
    """
    values = _read(NATIONAL, None)
    merged: dict[str, Any] = {**values, "checks": dict(values.get("checks", {}))}
    if name != NATIONAL:
        own = _read(name, folder)
        merged |= {key: value for key, value in own.items() if key not in ("checks", *_TABLES)}
        for key in _TABLES:  # a table of one's own names only what differs
            merged[key] = {**_table(values.get(key, {}), key, NATIONAL), **_table(own.get(key, {}), key, name)}
        for slug, doors in _table(own.get("checks", {}), "checks", name).items():
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
    table, above = "", list[str]()
    for line in _path(name, folder).read_text(encoding="utf-8").splitlines():
        if (header := _TABLE.fullmatch(line)) is not None:
            table = header.group(2)
            if header.group(1) == "[[":
                table = next(f"{table}.{number}" for number in count(1) if f"{table}.{number}" not in found)
                found[table] = " ".join(above)  # one reason for the whole entry
            elif "." in table:
                found[table] = " ".join(above)
        elif line.startswith("#"):
            above.append(line.lstrip("# "))
            continue
        elif (key := _KEY.match(line)) is not None and table not in found:
            found[f"{table}.{key.group(1)}".lstrip(".")] = " ".join(above)
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
        clocks=_model(values.get("clocks", {}), Clocks, "clocks", problems),
        flows=_model(values.get("flows", {}), Flows, "flows", problems),
        watch=_model(values.get("watch", {}), Watch, "watch", problems),
        keeping=_model(values.get("keeping", {}), Keeping, "keeping", problems),
        hours=_models(values.get("hours", []), Hours, "hours", problems),
        paper=_models(values.get("paper", []), PaperRule, "paper", problems),
    )
    if problems:
        raise SettingsProblem(f"{name}.toml", problems)
    return made


def _doors(said: Any) -> dict[str, Any]:
    """A table of doors; one word stands for all of them."""
    return dict(said) if isinstance(said, Mapping) else dict.fromkeys(DOORS, said)


def _table(said: Any, key: str, name: str) -> dict[str, Any]:
    if not isinstance(said, dict):
        raise SettingsProblem(f"{name}.toml", [(key, f"is a table: [{key}] name = value")])
    return said


def _models(said: Any, model: type[BaseModel], key: str, problems: list[tuple[str, str]]) -> tuple[Any, ...]:
    if not isinstance(said, list):
        problems.append((key, f"is a list of tables: [[{key}]]"))
        return ()
    return tuple(_model(one, model, f"{key}.{number}", problems) for number, one in enumerate(said, 1))


def _model(said: Any, model: type[BaseModel], key: str, problems: list[tuple[str, str]]) -> Any:
    try:
        return model.model_validate(said)
    except ValidationError as cause:
        for error in cause.errors():
            place = ".".join([key, *(str(part) for part in error["loc"][:1])])
            unknown = error["type"] == "extra_forbidden"
            text = _nearest("setting", str(error["loc"][0]), tuple(model.model_fields)) if unknown else error["msg"]
            problems.append((place, text.removeprefix("Value error, ")))
        return None


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
