"""`truc broker plan`: what an administrator of RabbitMQ types to let one office system in, and no further."""

from __future__ import annotations

import argparse
import re
import shlex

from hub.cli import line, table
from hub.cli.errors import EXIT_DONE, WrongUseError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """One second word: plan."""
    actions = table.add_actions(parser)
    found = table.add_action(
        actions, "plan", "Lệnh rabbitmqctl cho một phần mềm", "rabbitmqctl's commands for a system"
    )
    found.add_argument("user", metavar="USER", help="tên của phần mềm ở RabbitMQ / the office system's user there")
    found.add_argument("--vhost", default="truc", help="máy chủ ảo / virtual host (truc)")
    found.add_argument("--login", default="truc", help="tên của trục ở RabbitMQ / the hub's own user there (truc)")


def run(arguments: argparse.Namespace) -> int:
    """Print; nothing is changed anywhere."""
    from connectors.amqp import names

    if not re.fullmatch(names.USER, arguments.user):
        raise WrongUseError(
            f"Tên {arguments.user!r} chỉ gồm chữ, số, dấu - và _ (không có dấu chấm).",
            f"The name {arguments.user!r} may have letters, numbers, - and _ only (no dots).",
        )
    found = names.of(arguments.user)
    vhost, login = arguments.vhost, arguments.login
    lines = [
        "# add_user hỏi mật khẩu / asks for the password",
        *(shlex.join(["rabbitmqctl", *words]) for words in names.commands(found, vhost, login)),
    ]
    line.show(arguments, names.definitions(found, vhost, login), "\n".join(lines))
    return EXIT_DONE
