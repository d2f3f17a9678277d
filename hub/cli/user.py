"""`truc user`: people who use the pages."""

from __future__ import annotations

import argparse

from hub.cli import line, table
from hub.cli.errors import EXIT_DONE


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Second words: add, list."""
    actions = table.add_actions(parser)
    found = table.add_action(actions, "add", "Thêm người dùng; mật khẩu đầu chỉ hiện một lần", "add a person")
    found.add_argument("name")
    found.add_argument("--role", required=True, choices=("operator", "clerk", "office", "security"))
    found.add_argument("--organ-id", metavar="ORGAN_ID", help="cơ quan của văn thư / the clerk's agency")
    table.add_action(actions, "list", "Liệt kê", "list people")


def run(arguments: argparse.Namespace) -> int:
    """Ask the hub."""
    if arguments.action == "list":
        answer = line.call(arguments.config, "user.list", {})
        rows = [(u["name"], u["role"], u["state"], u["organ_id"] or "") for u in answer["users"]]
        line.show(arguments, answer, lambda: line.columns(rows))
        return EXIT_DONE
    args = {"name": arguments.name, "role": arguments.role, "organ_id": arguments.organ_id}
    answer = line.call(arguments.config, "user.add", args)
    note = "Mật khẩu chỉ hiện lần này. / The password is shown this once."
    line.show(arguments, answer, f"name      {answer['name']}\npassword  {answer['password']}\n{note}")
    return EXIT_DONE
