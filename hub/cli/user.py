"""`truc user`: people who use the pages."""

from __future__ import annotations

import argparse

from hub.cli import line, table
from hub.cli.errors import EXIT_DONE


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Second words: add, suspend, activate, password, list."""
    actions = table.add_actions(parser)
    found = table.add_action(actions, "add", "Thêm người dùng; mật khẩu đầu chỉ hiện một lần", "add a person")
    found.add_argument("name")
    found.add_argument("--role", required=True, choices=("operator", "clerk", "office", "security"))
    found.add_argument("--organ-id", metavar="ORGAN_ID", help="cơ quan của văn thư / the clerk's agency")
    for name, vietnamese, english in (
        ("suspend", "Khóa tài khoản; phiên đang mở kết thúc ngay", "lock an account; its sessions end at once"),
        ("activate", "Mở lại tài khoản", "open an account again"),
        ("password", "Cấp mật khẩu mới; phiên đang mở kết thúc ngay", "a new password; sessions end at once"),
    ):
        found = table.add_action(actions, name, vietnamese, english)
        found.add_argument("name")
        table.add_person(found)
    table.add_action(actions, "list", "Liệt kê", "list people")


def run(arguments: argparse.Namespace) -> int:
    """Ask the hub."""
    if arguments.action == "list":
        answer = line.call(arguments.config, "user.list", {})
        rows = [(u["name"], u["role"], u["state"], u["organ_id"] or "") for u in answer["users"]]
        line.show(arguments, answer, lambda: line.columns(rows))
        return EXIT_DONE
    known = ("name", "role", "organ_id", "operator", "reason", "decision")
    args = {name: getattr(arguments, name, None) for name in known}
    answer = line.call(arguments.config, f"user.{arguments.action}", args)
    if "password" not in answer:
        line.show(arguments, answer, f"{answer['name']}: {answer['state']}")
        return EXIT_DONE
    note = "Mật khẩu chỉ hiện lần này. / The password is shown this once."
    line.show(arguments, answer, f"name      {answer['name']}\npassword  {answer['password']}\n{note}")
    return EXIT_DONE
