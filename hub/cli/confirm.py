"""`truc confirm`: what one person asked for and another one must agree to."""

from __future__ import annotations

import argparse
import getpass
import os
import sys
from typing import Any

from hub.cli import line, table
from hub.cli.errors import EXIT_DONE, WrongUseError
from hub.web import words

PASSWORD = "TRUC_PASSWORD"  # noqa: S105 - the name of a variable


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Second words: list, show, approve, refuse."""
    actions = table.add_actions(parser)
    found = table.add_action(actions, "list", "Những việc đang chờ người thứ hai", "what waits for a second person")
    found.add_argument("--all", action="store_true", help="cả những việc đã quyết định / decided ones too")
    found = table.add_action(actions, "show", "Xem chính xác điều gì sẽ thay đổi", "what exactly will change")
    found.add_argument("id")
    for name, vietnamese, english in (
        ("approve", "Đồng ý; người thứ hai đồng ý thì thực hiện ngay", "agree; the second person's yes does it"),
        ("refuse", "Không đồng ý", "disagree"),
    ):
        found = table.add_action(actions, name, vietnamese, english)
        found.add_argument("id")
        found.add_argument("--operator", required=True, metavar="TÊN", help="tài khoản của bạn trên trục; mật khẩu "
                           f"được hỏi, hoặc lấy từ {PASSWORD} / your account; its password is asked for")  # fmt: skip
        found.add_argument("--reason", required=name == "refuse", metavar="LÝ_DO", help="lý do / why")


def run(arguments: argparse.Namespace) -> int:
    """Ask the hub."""
    action = arguments.action
    if action == "list":
        answer = line.call(arguments.config, "confirm.list", {"all": arguments.all})
        line.show(arguments, answer, lambda: line.columns([_row(one) for one in answer["confirmations"]]))
        return EXIT_DONE
    args: dict[str, Any] = {"id": arguments.id}
    if action != "show":
        args |= {"operator": arguments.operator, "reason": arguments.reason}
        args["operator_password"] = _password(arguments.operator)
    answer = line.call(arguments.config, f"confirm.{action}", args)
    line.show(arguments, answer, lambda: _shown(answer) if action == "show" else _decided(answer))
    return EXIT_DONE


def _password(name: str) -> str:
    """The person's password: of the environment, asked at a terminal, or a line of the standard input."""
    if PASSWORD in os.environ:
        return os.environ[PASSWORD]
    if sys.stdin.isatty():
        said = getpass.getpass(f"Mật khẩu của {name} / password of {name}: ")
    else:
        said = sys.stdin.readline().rstrip("\n")
    if not said:
        raise WrongUseError(f"Thiếu mật khẩu của {name}.", f"The password of {name} is missing.")
    return said


def _row(one: dict[str, Any]) -> tuple[str, ...]:
    mark = "ĐÃ LÀM NGAY / done at once" if one["done_at_once"] else line.both(words.CONFIRMATION[one["state"]])
    first = one["first_by"] or "-"
    return (
        one["confirmation"],
        mark,
        line.moment(one["asked_at"]),
        one["asked_by"],
        first,
        f"{one['title_vi']} {one['of']}",
    )


def _shown(one: dict[str, Any]) -> str:
    change = one["change"]
    at, state = line.moment(one["asked_at"]), line.both(words.CONFIRMATION[one["state"]])
    who = f"đề nghị/asked: {one['asked_by']}, {at}; người thứ nhất/first person: {one['first_by'] or '-'}"
    lines = [
        f"{one['title_vi']} / {one['title_en']}: {one['of']}",
        f"  trạng thái/state: {state}; {who}; lý do/reason: {one['reason'] or '-'}",
    ]
    if one["done_at_once"]:
        lines.append("  ĐÃ THỰC HIỆN NGAY: đồng ý để xác nhận, từ chối để đề nghị hoàn tác")
        lines.append("  DONE AT ONCE: agree to confirm it, refuse to have its undoing filed")
    if not one["as_asked"]:
        lines.append("  KHÁC lúc đề nghị: từ chối rồi đề nghị lại / DIFFERS from what was asked: refuse, ask anew")
    for each in change["lines"]:
        lines.append(f"  {line.both(words.CHANGED[each['kind']])} {each['of']}")
        lines += [
            f"    {name}: {_value(each['before'], name)} -> {_value(each['after'], name)}"
            for name in dict.fromkeys([*each["before"], *each["after"]])
            if _value(each["before"], name) != _value(each["after"], name)
        ]
    if change["total"] > len(change["lines"]):
        more = change["total"] - len(change["lines"])
        lines.append(f"  … và {more} thay đổi nữa / and {more} more")
    return "\n".join(lines)


def _value(facts: dict[str, Any], name: str) -> str:
    value = facts.get(name)
    if isinstance(value, list):
        value = " ".join(map(str, value))
    return "(không có/none)" if value in (None, "", {}) else str(value)


def _decided(answer: dict[str, Any]) -> str:
    state = answer.get("confirmation_state") or answer["state"]
    lines = [f"{answer['confirmation']}: {line.both(words.CONFIRMATION[state])}"]
    hidden = ("confirmation", "confirmation_state", "state")
    lines += [f"  {name}: {value}" for name, value in answer.items() if name not in hidden and value not in (None, "")]
    if {"secret", "password"} & set(answer):
        lines.append("Khóa, mật khẩu chỉ hiện lần này. / Secrets are shown this once.")
    return "\n".join(lines)
