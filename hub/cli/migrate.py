"""`truc migrate`: bring the database up to the version of this software. Starting a hub does the same."""

from __future__ import annotations

import argparse

from hub.cli import line, table
from hub.cli.errors import EXIT_DONE


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Only --config."""
    table.add_config(parser)


def run(arguments: argparse.Namespace) -> int:
    """Open the database, which upgrades it, and say what it is now."""
    answer = line.call(arguments.config, "status", {})
    line.show(arguments, {"schema": answer["schema"]}, f"Cơ sở dữ liệu ở phiên bản / database at {answer['schema']}")
    return EXIT_DONE
