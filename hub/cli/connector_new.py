"""`truc connector new`: a working connector of forty lines, its peer, its tests and a README."""

from __future__ import annotations

import argparse
from pathlib import Path

from hub.cli import line
from hub.cli.errors import EXIT_DONE, WrongUseError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """NAME and --dir."""
    parser.add_argument("name", help="tên, chữ thường không dấu / its name: a-z, 0-9, _")
    parser.add_argument("--dir", type=Path, default=Path(), metavar="DIR", help="thư mục chứa / where it is made")


def run(arguments: argparse.Namespace) -> int:
    """Write the files and say what to do next."""
    from hub.conformance import starting

    try:
        written = starting.write(arguments.name, arguments.dir)
    except starting.NameTakenError as cause:
        raise WrongUseError(
            f"Không tạo được: {cause} (tên không hợp lệ hoặc đã có).", f"Not made: {cause} (a bad name, or taken)."
        ) from cause
    kind = f"{arguments.name}.connector"
    there = [] if arguments.dir == Path() else [f"cd {arguments.dir}"]
    commands = [*there, f"truc connector check {kind}", f"python -m pytest -q {arguments.name}"]
    told = {"kind": kind, "files": [str(path) for path in written], "next": commands}
    rows = "\n".join(f"  {path}" for path in written)
    steps = "\n".join(f"  {step}" for step in commands)
    line.show(arguments, told, f"{rows}\nTiếp theo / next:\n{steps}")
    return EXIT_DONE
