"""`truc system log`: what a system asked and was answered, and what the hub tried at it."""

from __future__ import annotations

import argparse
from typing import Any

from hub.cli import line, table
from hub.cli.errors import EXIT_DONE


def add(actions: Any) -> None:
    """Its arguments."""
    found = table.add_action(actions, "log", "Nhật ký các lần gọi của một hệ thống", "the calls of one system")
    found.add_argument("system_id")
    found.add_argument("--package", metavar="ID", help="chỉ về gói tin này / about this package only")
    found.add_argument("--delivery", metavar="ID", help="chỉ về bản gửi này / about this delivery only")
    found.add_argument("--faults", action="store_true", help="chỉ các lần có lỗi / faults only")
    found.add_argument("--limit", type=int, default=50, help="số dòng, mặc định 50 / lines")
    found.add_argument("--before", type=int, metavar="N", help="tiếp từ dòng số N / go on from line N")


def run(arguments: argparse.Namespace) -> int:
    """Ask the hub; the newest last, as in a log."""
    names = ("system_id", "package", "delivery", "faults", "limit", "before")
    answer = line.call(arguments.config, "system.log", {name: getattr(arguments, name) for name in names})
    line.show(arguments, answer, lambda: _text(answer))
    return EXIT_DONE


def _text(answer: dict[str, Any]) -> str:
    rows = [
        (
            one["at"],
            one["door"],
            one["operation"],
            str(one["status"] or "-"),
            one["code"] or "ok",
            f"{one['ms']} ms",
            one["delivery_id"] or one["package_id"] or "",
            one["detail"],
        )
        for one in reversed(answer["calls"])
    ]
    text = line.columns(rows) if rows else "Chưa có lần gọi nào. / No calls."
    return f"{text}\ncòn nữa / more: --before {answer['next']}" if answer["next"] is not None else text
