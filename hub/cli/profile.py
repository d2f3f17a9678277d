"""`truc profile`: what a province decides otherwise, and by which decision."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hub.cli import line, table
from hub.cli.errors import EXIT_DONE

if TYPE_CHECKING:
    from hub.profile import Profile


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Second words: list, show, diff, explain."""
    actions = table.add_actions(parser)
    table.add_action(actions, "list", "Các hồ sơ có sẵn", "the profiles there are")
    for name, vietnamese, english in (
        ("show", "Nội dung một hồ sơ, kết quả từng phép kiểm tra", "what a profile says, check by check"),
        ("diff", "Khác quy định chung cả nước ở đâu", "how it differs from the national rules"),
        ("explain", "Từng mục dựa vào quy định nào", "the decision behind each line"),
    ):
        found = table.add_action(actions, name, vietnamese, english)
        found.add_argument("name", help="tên hồ sơ / its name")


def run(arguments: argparse.Namespace) -> int:
    """Read the profiles; no hub is needed, one's own profiles are found beside its hub.toml."""
    from hub import profile
    from hub.flow import checks

    folder = _folder(arguments.config)
    if arguments.action == "list":
        found = [profile.load(name, checks.SETTABLE, folder) for name in profile.names(folder)]
        rows = [{"name": one.name, "title": one.title, "decision": one.decision} for one in found]
        line.show(arguments, {"profiles": rows}, "\n".join(f"{one.name}: {one.decision}" for one in found))
        return EXIT_DONE
    chosen = profile.load(arguments.name, checks.SETTABLE, folder)
    if arguments.action == "show":
        data = {**chosen.as_json(), "checks": _outcomes(chosen)}
    elif arguments.action == "diff":
        data = _difference(profile.load(profile.NATIONAL, checks.SETTABLE, folder), chosen)
    else:
        data = {key: why for key, why in profile.reasons(arguments.name, folder).items() if why}
    line.show(arguments, data, lambda: _text(data))
    return EXIT_DONE


def _folder(config: Path) -> Path | None:
    folder = config if config.is_dir() else config.parent
    return folder if (folder / "profiles").is_dir() else None


def _outcomes(chosen: Profile) -> dict[str, dict[str, str]]:
    """Every check, door by door, as it works under this profile."""
    from hub.flow import checks

    return {
        check.slug: {
            door: (outcome if check.fixed else chosen.outcome(check.slug, door, outcome)).value
            for door, outcome in check.outcomes.items()
        }
        for check in checks.CHECKS
    }


def _difference(national: Profile, chosen: Profile) -> dict[str, Any]:
    """By name, [national, this one] of everything that differs."""
    found: dict[str, Any] = {}
    first, second = national.as_json(), chosen.as_json()
    for key in first:
        if key not in ("name", "title", "decision", "checks") and first[key] != second[key]:
            found[key] = [first[key], second[key]]
    own = _outcomes(chosen)
    for slug, doors in _outcomes(national).items():
        if doors != own[slug]:
            found[f"checks.{slug}"] = [doors, own[slug]]
    return found


def _text(data: dict[str, Any]) -> str:
    lines = []
    for key, value in data.items():
        if isinstance(value, dict):
            lines += [f"{key}.{name}: {_one(one)}" for name, one in value.items()]
        elif isinstance(value, list) and len(value) == 2:
            lines += [f"{key}:", f"  - {_one(value[0])}", f"  + {_one(value[1])}"]
        else:
            lines.append(f"{key}: {_one(value)}")
    return "\n".join(lines) or "Giống quy định chung / the same as the national rules"


def _one(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key}={_one(one)}" for key, one in value.items())
    if isinstance(value, (list, tuple)):
        return ", ".join(map(str, value)) or "–"
    return str(value)
