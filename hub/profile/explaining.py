"""Where each effective value of a profile comes from, and how two profiles differ, key by key.

A key is dotted: `formats`, `clocks.issue_rule`, `checks.scan`, `paper.2`. Entries of a list of tables count from 1.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from hub.profile.reading import NATIONAL, reasons

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from hub.profile.values import Profile

_MARK: Final = "law" + ": "
_SAID_OTHERWISE: Final = ("name", "checks")


@dataclass(frozen=True, slots=True)
class Origin:
    """One effective value. profile: whose file says it, '' = the check itself. reason: what stands above its line."""

    key: str
    value: Any
    profile: str
    reason: str


def flat(profile: Profile) -> dict[str, Any]:
    """Every value by its dotted key, without the checks; lists of words stay whole."""
    found: dict[str, Any] = {}
    for key, value in profile.as_json().items():
        if key in _SAID_OTHERWISE:
            continue
        if isinstance(value, dict):
            found |= {f"{key}.{name}": one for name, one in value.items()}
        elif isinstance(value, list) and value and isinstance(value[0], dict):
            found |= {f"{key}.{number}": one for number, one in enumerate(value, 1)}
        else:
            found[key] = value
    return found


def origins(profile: Profile, checks: Mapping[str, Any], laws: Mapping[str, str], folder: Path | None) -> list[Origin]:
    """Every effective value with its origin.

    checks: by slug, what its findings do at each door; laws: by slug, the rule a check follows where no profile speaks.
    Raises as `load`.
    """
    said = {name: reasons(name, folder) for name in dict.fromkeys((profile.name, NATIONAL))}
    found = [_origin(key, value, said, "") for key, value in flat(profile).items()]
    return found + [_origin(f"checks.{slug}", value, said, laws.get(slug, "")) for slug, value in checks.items()]


def differences(first: Profile, second: Profile) -> dict[str, tuple[Any, Any]]:
    """By key, what the first and what the second says where they differ, without the checks; None = it says nothing."""
    one, two = flat(first), flat(second)
    keys = [key for key in dict.fromkeys([*one, *two]) if key not in ("title", "decision")]
    return {key: (one.get(key), two.get(key)) for key in keys if one.get(key) != two.get(key)}


def _origin(key: str, value: Any, said: Mapping[str, Mapping[str, str]], otherwise: str) -> Origin:
    table, _, entry = key.partition(".")
    for name, lines in said.items():
        if entry.isdigit() and not any(line.startswith(f"{table}.") for line in lines):
            continue  # the whole list is another profile's
        own = [line for line in lines if line == key or line.startswith(f"{key}.")]
        if own:
            told = dict.fromkeys(lines[line] for line in own if lines[line])
            return Origin(key, value, name, "; ".join(told).removeprefix(_MARK))
    return Origin(key, value, "", otherwise)
