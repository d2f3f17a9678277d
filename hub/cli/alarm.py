"""`truc alarm`: what an operator must know now, and that somebody has seen to it."""

from __future__ import annotations

import argparse
from typing import Any

from hub.cli import line, table
from hub.cli.errors import EXIT_DONE


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Second words: list, clear."""
    actions = table.add_actions(parser)
    listed = table.add_action(actions, "list", "Báo động đang mở, cũ trước", "open alarms, oldest first")
    listed.add_argument("--after", type=int, default=0, metavar="SỐ", help="chỉ từ sau số này / only behind this one")
    clear = table.add_action(actions, "clear", "Đã xử lý một báo động", "one has been seen to")
    clear.add_argument("number", type=int, metavar="SỐ")
    table.add_person(clear, reason=True)


def run(arguments: argparse.Namespace) -> int:
    """Ask the hub."""
    if arguments.action == "list":
        answer = line.call(arguments.config, "alarm.list", {"after": arguments.after})
        line.show(arguments, answer, lambda: line.columns([_row(one) for one in answer["alarms"]]))
        return EXIT_DONE
    args = {"number": arguments.number, "operator": arguments.operator, "reason": arguments.reason}
    answer = line.call(arguments.config, "alarm.clear", args)
    line.show(arguments, answer, f"{answer['number']}: đã xử lý / seen to")
    return EXIT_DONE


def _row(one: dict[str, Any]) -> tuple[str, ...]:
    about = one["recipient"] or one["detail"].get("system") or one["detail"].get("year") or ""
    title = f"{one['title_vi']} / {one['title_en']}"
    about, due = str(about), f"hạn / due {line.moment(one['due_at'])}" if one["due_at"] else ""
    return str(one["number"]), line.moment(one["raised_at"]), one["kind"], about, one["package_id"] or "", due, title
