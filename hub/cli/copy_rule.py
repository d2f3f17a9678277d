"""`truc copy-rule add|list|end`: who always gets a copy of what goes to units of a sector."""

from __future__ import annotations

import argparse
from typing import Any

from hub.cli import line, table
from hub.cli.errors import EXIT_DONE

_SENT = ("below", "kind", "copy_to", "mode", "decision", "id", "operator", "reason")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Second words: add, list, end."""
    actions = table.add_actions(parser)
    found = table.add_action(actions, "add", "Thêm một quy tắc", "add a rule")
    found.add_argument("copy_to", metavar="ORGAN_ID", help="cơ quan quản lý ngành, luôn được gửi thêm / the office")
    found.add_argument("--below", metavar="ORGAN_ID", help="khi gửi tới đơn vị trực thuộc cơ quan này / units under it")
    found.add_argument("--kind", help="khi gửi tới loại cơ quan này, ví dụ truong / units of this kind")
    found.add_argument("--mode", choices=("add", "warn"), default="add",
                       help="add: trục gửi thêm; warn: chỉ nhắc nơi gửi / add it, or tell the sender")  # fmt: skip
    table.add_person(found)
    table.add_action(actions, "list", "Các quy tắc đang có hiệu lực", "the rules that hold")
    found = table.add_action(actions, "end", "Thôi một quy tắc", "end a rule")
    found.add_argument("id", metavar="RULE_ID")
    table.add_person(found)


def run(arguments: argparse.Namespace) -> int:
    """Ask the hub."""
    args = {name: getattr(arguments, name) for name in _SENT if getattr(arguments, name, None) is not None}
    answer = line.call(arguments.config, f"copy-rule.{arguments.action}", args)
    if arguments.action == "list":
        line.show(arguments, answer, lambda: line.columns([_row(rule) for rule in answer["rules"]]))
    elif arguments.action == "add":
        line.show(arguments, answer, lambda: line.columns([_row(answer)]))
    else:
        line.show(arguments, answer, f"{answer['id']}: đã thôi / ended")
    return EXIT_DONE


def _row(rule: dict[str, Any]) -> tuple[str, ...]:
    return (rule["id"], rule["mode"], rule["copy_to"], rule["below"] or "*", rule["kind"] or "*", rule["decision"])
