"""`truc connector`: the agent beside an office system, a start for a new connector, and the kit that checks one."""

from __future__ import annotations

import argparse
import importlib
from typing import Any

from hub.cli import table

_ACTIONS = (
    ("run", "Chạy bên cạnh phần mềm văn phòng", "run the agent beside an office system"),
    ("new", "Viết khung một đầu nối mới", "write the start of a new connector"),
    ("check", "Kiểm tra một đầu nối hoặc phần mềm văn phòng", "check a connector or an office system"),
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Second words, each in a module of its own."""
    actions = table.add_actions(parser)
    for name, vietnamese, english in _ACTIONS:
        _module(name).add_arguments(table.add_action(actions, name, vietnamese, english))


def run(arguments: argparse.Namespace) -> int:
    """Hand over to the action's module."""
    code: int = _module(arguments.action).run(arguments)
    return code


def _module(name: str) -> Any:
    return importlib.import_module(f"hub.cli.connector_{name}")
