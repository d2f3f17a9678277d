"""`truc review`: messages that fit no document here, and what a person decides about them."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping
from typing import Any, Final

from hub.cli import line, table
from hub.cli.errors import EXIT_DONE, WrongUseError
from hub.web import words


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Second words: list, show, match, release, return."""
    actions = table.add_actions(parser)
    _choice(table.add_action(actions, "list", "Bản tin chưa khớp với văn bản nào", "messages that fit no document"))
    show = table.add_action(actions, "show", "Một bản tin và các văn bản có thể là gốc", "one, and what it may mean")
    show.add_argument("package_id")
    match = table.add_action(actions, "match", "Chỉ rõ văn bản gốc; bản tin có hiệu lực và đi", "name its document")
    match.add_argument("package_id")
    match.add_argument("--to", required=True, metavar="PACKAGE", help="gói tin của văn bản gốc / its package")
    table.add_person(match)
    release = table.add_action(
        actions, "release", "Cho đi nguyên trạng (văn bản gốc cũ hơn trục)", "let it travel as is"
    )
    release.add_argument("package_id", nargs="?", help="bỏ trống khi chọn theo --sender, --before / or choose by these")
    _choice(release)
    table.add_person(release, reason=True)
    back = table.add_action(actions, "return", "Trả lại nơi gửi, trục báo lý do", "send it back, with the reason")
    back.add_argument("package_id")
    table.add_person(back, reason=True)


def run(arguments: argparse.Namespace) -> int:
    """Ask the hub."""
    action = arguments.action
    names = ("package_id", "to", "sender", "before", "operator", "reason")
    args: dict[str, Any] = {name: getattr(arguments, name, None) for name in names}
    args = {name: value for name, value in args.items() if value is not None}
    if action == "release" and ("package_id" in args) == ("sender" in args or "before" in args):
        raise WrongUseError(
            "Chọn một bản tin, hoặc --sender, --before.", "Name one message, or choose by --sender, --before."
        )
    answer = line.call(arguments.config, f"review.{action}", args)
    line.show(arguments, answer, lambda: _TEXT[action](answer))
    return EXIT_DONE


def _choice(parser: table.Parser) -> table.Parser:
    parser.add_argument("--sender", metavar="ORGAN_ID", help="chỉ của cơ quan này / of this agency only")
    parser.add_argument("--before", metavar="YYYY-MM-DD", help="chỉ trước ngày này / received before this day")
    return parser


def _row(one: dict[str, Any]) -> tuple[str, ...]:
    what = words.BUSINESS[one["code"]] if one["code"] in words.BUSINESS else words.KIND[str(one["kind"])]
    return one["package_id"], line.moment(one["since"]), one["from"], line.both(what), one["document_id"]


def _shown(answer: dict[str, Any]) -> str:
    head = "  ".join((*_row(answer), "→", ", ".join(answer["recipients"])))
    rows = [(one["package_id"], one["sender"], one["date"], one["document_id"]) for one in answer["candidates"]]
    return f"{head}\nCó thể là / may be:\n{line.columns(rows)}"


_TEXT: Final[Mapping[str, Callable[[dict[str, Any]], str]]] = {
    "list": lambda answer: line.columns([_row(one) for one in answer["messages"]]),
    "show": _shown,
    "match": lambda answer: f"{answer['package_id']}: → {answer['original']}",
    "release": lambda answer: f"Đã cho đi / released: {answer['released']}",
    "return": lambda answer: f"{answer['package_id']}: đã trả lại / returned",
}
