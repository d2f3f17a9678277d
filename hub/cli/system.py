"""`truc system`: connected software, its secret, the agencies it speaks for."""

from __future__ import annotations

import argparse

from hub.cli import line, table
from hub.cli.errors import EXIT_DONE, WrongUseError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Second words: add, rotate, suspend, activate, list."""
    actions = table.add_actions(parser)
    found = table.add_action(actions, "add", "Đăng ký hệ thống; khóa bí mật chỉ hiện một lần", "register a system")
    found.add_argument("name")
    found.add_argument("--for", dest="for", action="append", required=True, metavar="ORGAN_ID", nargs="+",
                       help="cơ quan mà hệ thống gửi nhận thay / agencies it speaks for")  # fmt: skip
    found.add_argument("--connector", default="pull", help="cách giao nhận, mặc định pull / how it is reached")
    found.add_argument("--setting", dest="settings", action="append", default=[], metavar="NAME=VALUE",
                       help="thiết lập của connector / a setting of the connector")  # fmt: skip
    found.add_argument("--address", dest="networks", action="append", default=[], metavar="NET",
                       help="mạng được phép gọi, mặc định mọi nơi / where it may call from")  # fmt: skip
    found.add_argument("--state", choices=("active", "proposed"))
    found.add_argument("--item-per-agency", action="store_true")
    found.add_argument("--replace", action="store_true", help="thay hệ thống đang nhận cho các cơ quan này")
    table.add_person(found)
    found = table.add_action(actions, "rotate", "Cấp khóa bí mật mới", "give it a new secret")
    found.add_argument("system_id")
    found.add_argument("--keep-hours", type=float, default=24.0, help="khóa cũ còn dùng được bao lâu, mặc định 24 giờ")
    table.add_person(found)
    for name, vietnamese, english in (
        ("suspend", "Tạm ngừng", "stop it from calling"),
        ("activate", "Cho hoạt động", "let it work"),
    ):
        found = table.add_action(actions, name, vietnamese, english)
        found.add_argument("system_id")
        table.add_person(found)
    table.add_action(actions, "list", "Liệt kê", "list systems")


def run(arguments: argparse.Namespace) -> int:
    """Ask the hub."""
    args = {
        name: value for name, value in vars(arguments).items() if name not in {"command", "action", "config", "json"}
    }
    if arguments.action == "add":
        args["for"] = [organ_id for group in args["for"] for organ_id in group]
        args["settings"] = dict(map(_setting, arguments.settings))
    answer = line.call(arguments.config, f"system.{arguments.action}", args)
    if arguments.action == "list":
        rows = [(s["system_id"], s["state"], s["connector"], " ".join(s["organ_ids"])) for s in answer["systems"]]
        line.show(arguments, answer, lambda: line.columns(rows))
    elif "secret" in answer:
        note = "Khóa bí mật chỉ hiện lần này. / The secret is shown this once."
        line.show(arguments, answer, f"system_id  {answer['system_id']}\nsecret     {answer['secret']}\n{note}")
    else:
        line.show(arguments, answer, f"{answer['system_id']}: {answer['state']}")
    return EXIT_DONE


def _setting(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name:
        raise WrongUseError(f"--setting cần dạng TÊN=GIÁ_TRỊ, không phải {text}", "--setting takes NAME=VALUE")
    return name, value
