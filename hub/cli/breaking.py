"""`truc break axis`: a toy axis misbehaves for a while, so that one sees what a province's hub makes of it."""

from __future__ import annotations

import argparse
import tomllib
from pathlib import Path

from hub.cli import line, table
from hub.cli.errors import EXIT_DONE, CannotNowError
from hub.mood import Mood


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Second word: axis."""
    actions = table.add_actions(parser)
    found = table.add_action(actions, "axis", "Làm cho trục quốc gia giả chạy sai", "make a toy axis misbehave")
    found.add_argument("--mode", required=True, choices=(*Mood.MODES, Mood.OFF), help="sai cách nào / how")
    found.add_argument("--seconds", type=float, default=60.0, help="trong bao nhiêu giây / for how long")
    found.add_argument("--seed", type=int, help="để lặp lại đúng như trước / to repeat the same")


def run(arguments: argparse.Namespace) -> int:
    """Ask the axis that runs: the hub of --config, or the one in the folder `axis` in it or beside it."""
    config = _axis(arguments.config)
    args = {"mode": arguments.mode, "seconds": arguments.seconds, "seed": arguments.seed}
    answer = line.call(config, "break.axis", args)
    words = (
        f"Trục giả chạy sai kiểu {answer['mode']} trong {answer['seconds']:g} giây (seed {answer['seed']})"
        if answer["seconds"]
        else "Trục giả chạy bình thường / the axis behaves"
    )
    line.show(arguments, answer, words)
    return EXIT_DONE


def _axis(config: Path) -> Path:
    """The settings file of the axis. Raises CannotNowError when that axis does not run."""
    folder = config if config.is_dir() else config.parent
    beside = [folder / "axis" / "hub.toml", folder.absolute().parent / "axis" / "hub.toml"]
    own = folder / "hub.toml" if config.is_dir() else config
    found = own
    if not own.is_file() or _role(own) != "axis":
        found = next((one for one in beside if one.is_file()), own)
    if found.is_file() and not (found.absolute().parent / "admin.sock").exists():
        raise CannotNowError(
            f"Trục ở {found.parent} không chạy, nên không có gì để làm sai.", f"No hub runs in {found.parent}."
        )
    return found


def _role(file: Path) -> str:
    try:
        return str(tomllib.loads(file.read_text("utf-8")).get("hub", {}).get("role", "province"))
    except (OSError, ValueError):
        return ""
