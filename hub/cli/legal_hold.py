"""`truc legal-hold`: freeze a package against every erasing, and lift that again; two people with their passwords."""

from __future__ import annotations

import argparse
from typing import Any

from hub.cli import keeping, line, table
from hub.cli.errors import EXIT_DONE


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Second words: list, set, clear."""
    actions = table.add_actions(parser)
    table.add_action(actions, "list", "Liệt kê gói tin đang phong tỏa", "what is frozen")
    keeping.two(table.add_action(actions, "set", "Phong tỏa, không ai xóa được; cần hai người", "freeze a package"))
    keeping.two(table.add_action(actions, "clear", "Bỏ phong tỏa; cần hai người", "lift the hold"))


def run(arguments: argparse.Namespace) -> int:
    """Ask the hub."""
    if arguments.action == "list":
        answer = line.call(arguments.config, "legal_hold.list", {})
        rows = [(one["package_id"], one["legal_hold_at"], one["status"], one["sender"]) for one in answer["packages"]]
        line.show(arguments, answer, lambda: line.columns(rows))
        return EXIT_DONE
    args: dict[str, Any] = {"package_id": arguments.package_id, "reason": arguments.reason}
    args |= keeping.passwords(arguments)
    answer = line.call(arguments.config, f"legal_hold.{arguments.action}", args)
    line.show(arguments, answer, f"{answer['package_id']}: {answer['legal_hold_at'] or 'không phong tỏa / not frozen'}")
    return EXIT_DONE
