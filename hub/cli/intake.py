"""`truc intake`: stop or start taking packages in; deliveries go on either way."""

from __future__ import annotations

import argparse

from hub.cli import line, table
from hub.cli.errors import EXIT_DONE


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Second words: stop, start."""
    actions = table.add_actions(parser)
    found = table.add_action(actions, "stop", "Ngừng tiếp nhận; lý do được báo cho mọi bên gửi", "take nothing more in")
    table.add_person(found, reason=True)
    found = table.add_action(actions, "start", "Tiếp nhận trở lại", "take packages in again")
    table.add_person(found)


def run(arguments: argparse.Namespace) -> int:
    """Ask the hub."""
    args = {"operator": arguments.operator, "reason": arguments.reason}
    answer = line.call(arguments.config, f"intake.{arguments.action}", args)
    stopped = answer["intake"] == "stopped"
    line.show(arguments, answer, "Đã ngừng tiếp nhận / intake stopped" if stopped else "Đang tiếp nhận / intake open")
    return EXIT_DONE
