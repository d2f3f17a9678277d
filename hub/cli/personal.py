"""`truc personal`: where a person stands in the books, for whoever asks what is held about them."""

from __future__ import annotations

import argparse
from typing import Any

from hub.cli import line, table
from hub.cli.errors import EXIT_DONE


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Second word: find."""
    actions = table.add_actions(parser)
    found = table.add_action(actions, "find", "Dữ liệu về một người nằm ở đâu", "where data about a person stand")
    found.add_argument("wanted", metavar="NAME|PHONE|EMAIL", help="họ tên, điện thoại hoặc thư điện tử")
    found.add_argument("--purpose", required=True, metavar="LÝ_DO", help="để làm gì, ghi vào nhật ký / what for")
    table.add_person(found)


def run(arguments: argparse.Namespace) -> int:
    """Ask the hub; it records that somebody asked, not for whom."""
    args = {"wanted": arguments.wanted, "purpose": arguments.purpose, "operator": arguments.operator}
    answer = line.call(arguments.config, "personal.find", args)
    line.show(arguments, answer, lambda: _text(answer))
    return EXIT_DONE


def _text(answer: dict[str, Any]) -> str:
    rows = [(f"{one['table']}.{one['field']}", one["about"] or "–") for one in answer["places"]]
    counted = ", ".join(f"{name}: {count}" for name, count in answer["fields"].items()) or "0"
    return "\n".join([
        line.columns(rows), "", f"tổng / in all: {counted}",
        f"{answer['sealed']} gói tin còn nội dung, không mở để tìm; hỏi cơ quan ban hành / contents stay sealed",
    ])  # fmt: skip
