"""`truc hold|release|resend|cancel`: what an operator does to one delivery, with a reason."""

from __future__ import annotations

import argparse

from hub.cli import line, table
from hub.cli.errors import EXIT_DONE


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The delivery, and who acts why."""
    parser.add_argument("delivery_id")
    table.add_config(parser)
    table.add_person(parser, reason=True)


def run(arguments: argparse.Namespace) -> int:
    """Ask the hub."""
    args = {"delivery_id": arguments.delivery_id, "operator": arguments.operator, "reason": arguments.reason}
    answer = line.call(arguments.config, f"delivery.{arguments.command}", args)
    line.show(arguments, answer, f"{answer['delivery_id']}: {answer['status']}")
    return EXIT_DONE
