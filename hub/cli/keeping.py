"""`truc held`, `truc quarantine`: packages kept back. One person looks or stops; two open, release or erase."""

from __future__ import annotations

import argparse
import getpass
import sys
from pathlib import Path
from typing import Any

from hub.cli import line, table
from hub.cli.errors import EXIT_DONE, WrongUseError

_TWO = ("open", "release", "erase")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Second words: list, show, open, release, erase; of quarantine also add."""
    actions = table.add_actions(parser)
    table.add_action(actions, "list", "Liệt kê gói tin đang giữ, đang cách ly", "what is held or quarantined")
    _package(table.add_action(actions, "show", "Ở đâu, vì sao, ai đã có, ai đã mở", "where, why, who has it"))
    if parser.get_default("command") == "quarantine":
        text = "Dừng ngay một gói tin ở mọi cửa; một người là đủ"
        stop = _package(table.add_action(actions, "add", text, "stop a package at every door"))
        table.add_person(stop, reason=True)
    opened = two(table.add_action(actions, "open", "Mở nội dung ra tệp; cần hai người", "write the content to a file"))
    opened.add_argument("--out", type=Path, required=True, metavar="FILE", help="tệp mới / a new file")
    two(table.add_action(actions, "release", "Cho chuyển tiếp; cần hai người", "let it travel"))
    two(table.add_action(actions, "erase", "Xóa hẳn nội dung; cần hai người", "erase the content for good"))


def run(arguments: argparse.Namespace) -> int:
    """Ask the hub."""
    action = arguments.action
    if action == "list":
        answer = line.call(arguments.config, "kept.list", {})
        rows = [
            (one["package_id"], one["status"], " ".join(one["held_for"]), one["received_at"], one["sender"])
            for one in answer["packages"]
        ]
        line.show(arguments, answer, lambda: line.columns(rows))
        return EXIT_DONE
    args: dict[str, Any] = {"package_id": arguments.package_id}
    if action == "show":
        answer = line.call(arguments.config, "kept.show", args)
        line.show(arguments, answer, lambda: _shown(answer))
        return EXIT_DONE
    args["reason"] = arguments.reason
    if action in _TWO:
        args |= passwords(arguments)
    else:
        args["operator"] = arguments.operator
    if action == "open":
        args["out"] = str(arguments.out.absolute())
    answer = line.call(arguments.config, f"kept.{'stop' if action == 'add' else action}", args)
    line.show(arguments, answer, f"{answer['package_id']}: {answer.get('status') or answer['file']}")
    return EXIT_DONE


def _package(parser: table.Parser) -> table.Parser:
    parser.add_argument("package_id")
    return parser


def two(parser: table.Parser) -> table.Parser:
    """A package, two people and a reason."""
    _package(parser)
    parser.add_argument("--officer", required=True, metavar="TÊN", help="cán bộ an ninh / the security officer")
    parser.add_argument("--second", required=True, metavar="TÊN", help="người thứ hai / the second person")
    parser.add_argument("--reason", required=True, metavar="LÝ_DO", help="lý do, ghi vào nhật ký / why")
    return parser


def passwords(arguments: argparse.Namespace) -> dict[str, str]:
    """Both passwords: asked at a terminal, else two lines of the standard input."""
    said = {"officer": arguments.officer, "second": arguments.second}
    for role in ("officer", "second"):
        name = said[role]
        if sys.stdin.isatty():
            said[f"{role}_password"] = getpass.getpass(f"Mật khẩu của {name} / password of {name}: ")
        else:
            said[f"{role}_password"] = sys.stdin.readline().rstrip("\n")
        if not said[f"{role}_password"]:
            raise WrongUseError(f"Thiếu mật khẩu của {name}.", f"The password of {name} is missing.")
    return said


def _shown(answer: dict[str, Any]) -> str:
    lines = [
        f"{answer['status']}  {' '.join(answer['held_for'])}  {answer['sender']}  {answer['received_at']}",
        *(
            f"đã tới / reached  {one['recipient']}  {one['status']}  {one['exposed_at'] or ''}"
            for one in answer["reached"]
        ),
        *(
            f"đã mở / opened   {one['at']}  {one['officer']}, {one['second']}: {one['reason']}"
            for one in answer["opened"]
        ),
    ]
    return "\n".join(lines)
