"""`truc profile`: what a province decides otherwise, and by which decision."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hub.cli import line, table
from hub.cli.errors import EXIT_DONE

if TYPE_CHECKING:
    from hub.profile import Origin, Profile


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Second words: list, show, diff, explain."""
    actions = table.add_actions(parser)
    table.add_action(actions, "list", "Các hồ sơ có sẵn", "the profiles there are")
    for name, vietnamese, english in (
        ("show", "Nội dung một hồ sơ, kết quả từng phép kiểm tra", "what a profile says, check by check"),
        ("diff", "Khác quy định chung cả nước ở đâu", "how it differs from the national rules"),
        ("explain", "Từng giá trị từ đâu, theo quy định nào", "where each value comes from, by which decision"),
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
        shown = {**chosen.as_json(), "checks": _outcomes(chosen)}
        line.show(arguments, shown, lambda: _shown(chosen))
    elif arguments.action == "diff":
        different = _difference(profile.load(profile.NATIONAL, checks.SETTABLE, folder), chosen)
        line.show(arguments, different, lambda: _compared(different))
    else:
        laws = {check.slug: check.law for check in checks.CHECKS}
        origins = profile.origins(chosen, _outcomes(chosen), laws, folder)
        line.show(arguments, _explained(origins), lambda: _told(origins))
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
    from hub import profile

    found: dict[str, Any] = {key: list(pair) for key, pair in profile.differences(national, chosen).items()}
    own = _outcomes(chosen)
    for slug, doors in _outcomes(national).items():
        if doors != own[slug]:
            found[f"checks.{slug}"] = [doors, own[slug]]
    return found


def _explained(found: list[Origin]) -> dict[str, Any]:
    return {one.key: {"value": one.value, "from": one.profile or "check", "reason": one.reason} for one in found}


def _shown(chosen: Profile) -> str:
    from hub import profile

    values = {**profile.flat(chosen), **{f"checks.{slug}": one for slug, one in _outcomes(chosen).items()}}
    return line.columns([(key, _one(value)) for key, value in values.items()])


def _told(found: list[Origin]) -> str:
    return line.columns([(one.key, _one(one.value)[:60], one.profile or "–", one.reason) for one in found])


def _compared(different: dict[str, Any]) -> str:
    lines = []
    for key, (first, second) in different.items():
        if isinstance(first, list) and isinstance(second, list):
            gone, new = ([one for one in a if one not in b] for a, b in ((first, second), (second, first)))
            lines += [f"{key}:", *(f"  - {_one(one)}" for one in gone), *(f"  + {_one(one)}" for one in new)]
        else:
            lines += [f"{key}:", f"  - {_one(first)}", f"  + {_one(second)}"]
    return "\n".join(lines) or "Giống quy định chung / the same as the national rules"


def _one(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key}={_one(one)}" for key, one in value.items() if one not in (None, "", [], False))
    if isinstance(value, (list, tuple)):
        return " · ".join(map(_one, value)) or "–"
    return "–" if value in (None, "") else str(value)
