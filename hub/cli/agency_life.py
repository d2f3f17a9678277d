"""`truc agency` for what a decision makes of agencies, each from a day on, and for the registry as it stood.

law: R-026 QĐ28 Đ16.1
"""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from hub.cli import line, table
from hub.cli.errors import EXIT_DONE

ACTIONS = frozenset(
    {"show", "rename", "recode", "move", "merge", "split", "close", "reopen", "history", "structure", "level"}
)


if TYPE_CHECKING:
    _Actions = argparse._SubParsersAction[table.Parser]  # noqa: SLF001 (argparse names it no other way)


def add(actions: _Actions) -> None:
    """These second words of `truc agency`."""
    found = table.add_action(
        actions, "show", "Xem một cơ quan; --on: như nó vào ngày đó", "one agency, or as it stood on a day"
    )
    found.add_argument("organ_id")
    _add_day(found)
    found = _act_on_one(actions, "rename", "Đổi tên", "give an agency another name")
    found.add_argument("--name", required=True)
    found = _act_on_one(actions, "recode", "Đổi mã định danh, cùng một cơ quan", "give an agency a new code")
    found.add_argument("--to", required=True, metavar="MÃ_MỚI", help="theo quyết định / as the decision says")
    found.add_argument("--until", metavar="YYYY-MM-DD", help="ngày cuối mã cũ còn dùng / last day of the old code")
    found = _act_on_one(actions, "move", "Chuyển sang cấp trên khác", "put an agency below another")
    found.add_argument("--below", required=True, metavar="ORGAN_ID", help='"" là không có cấp trên / "" is none')
    found.add_argument("--level", help="cấp mới / its new level")
    found = _act(actions, "merge", "Sáp nhập vào một cơ quan", "close agencies in favour of another")
    found.add_argument("organ_ids", nargs="+", metavar="organ_id")
    found.add_argument("--into", required=True, metavar="ORGAN_ID")
    found = _act_on_one(actions, "split", "Chia tách thành nhiều cơ quan", "close an agency that several succeed")
    found.add_argument("--into", required=True, nargs="+", metavar="ORGAN_ID")
    found = _act_on_one(actions, "close", "Chấm dứt hoạt động", "close an agency")
    found.add_argument("--successor", dest="successors", action="append", default=[], metavar="ORGAN_ID")
    _act_on_one(actions, "reopen", "Cho hoạt động lại", "open a closed agency again")
    found = table.add_action(actions, "history", "Lịch sử một cơ quan", "what happened to one agency")
    found.add_argument("organ_id")
    found = table.add_action(actions, "structure", "Cây tổ chức của một ngày", "the tree of a day")
    _add_day(found)
    _add_levels(table.add_action(actions, "level", "Các cấp hành chính, có thời hạn", "levels, with their days"))


def _act_on_one(actions: _Actions, name: str, vietnamese: str, english: str) -> table.Parser:
    found = _act(actions, name, vietnamese, english)
    found.add_argument("organ_id")
    return found


def _act(actions: _Actions, name: str, vietnamese: str, english: str) -> table.Parser:
    found = table.add_action(actions, name, vietnamese, english)
    text = "ngày đầu tiên có hiệu lực, mặc định hôm nay / first day, default today"
    found.add_argument("--on", metavar="YYYY-MM-DD", help=text)
    table.add_person(found, reason=True)
    _add_decided(found)
    text = "phiên bản đã xem; ai đó sửa sau đó thì dừng / version you looked at: stop when it was changed since"
    found.add_argument("--seen", type=int, metavar="VERSION", help=text)
    return found


def _add_day(parser: table.Parser) -> None:
    parser.add_argument("--on", metavar="YYYY-MM-DD", help="ngày cần xem / the day to look at")


def _add_decided(parser: table.Parser) -> None:
    parser.add_argument("--decided-on", metavar="YYYY-MM-DD", help="ngày của quyết định / the day of the decision")


def _add_levels(parser: table.Parser) -> None:
    """Third words of `truc agency level`.  law: R-027"""
    actions = parser.add_subparsers(dest="level_action", required=True, metavar="ACTION", parser_class=table.Parser)
    _add_day(table.add_action(actions, "list", "Liệt kê", "list levels"))
    found = table.add_action(actions, "set", "Đặt một cấp và thời hạn của nó", "name a level and its days")
    found.add_argument("level")
    found.add_argument("--name", required=True)
    found.add_argument("--name-en")
    found.add_argument("--rank", type=int, default=9, help="1 = cao nhất / highest")
    found.add_argument("--first", metavar="YYYY-MM-DD")
    found.add_argument("--last", metavar="YYYY-MM-DD")
    table.add_person(found, reason=True)
    _add_decided(found)


def run(arguments: argparse.Namespace, args: dict[str, Any]) -> int:
    """Ask the hub."""
    action = arguments.action
    name = f"agency.level.{arguments.level_action}" if action == "level" else f"agency.{action}"
    answer = line.call(arguments.config, name, args)
    shown = _SHOWN.get(name, _fields)
    line.show(arguments, answer, lambda: shown(answer))
    return EXIT_DONE


def _history(answer: dict[str, Any]) -> str:
    periods = [
        (f"{one['first_day'] or '…'} – {one['last_day'] or '…'}", one["state"], one["organ_id"], one["level"],
         one["parent"] or "-", one["name"])
        for one in answer["periods"]
    ]  # fmt: skip
    links = [_link(one) for one in (*answer["predecessors"], *answer["succession"])]
    past = [
        (one["at"][:10], one["on"] or "-", one["change"], one["actor"] or "-", one["decision"] or one["reason"] or "-")
        for one in answer["history"]
    ]
    parts = [f"{answer['organ_id']}  {answer['name']}", line.columns(periods), line.columns(links), line.columns(past)]
    return "\n\n".join(part for part in parts if part)


def _link(one: dict[str, Any]) -> tuple[str, ...]:
    decided = " ".join(part for part in (one["decision"], one["decided_on"]) if part)
    return (one["first_day"], one["kind"], one["organ_id"], "→", one["successor"] or "-", decided or "-")


def _structure(answer: dict[str, Any]) -> str:
    """The tree, a step to the right for each level below."""
    below: dict[str | None, list[dict[str, Any]]] = {}
    for one in answer["agencies"]:
        below.setdefault(one["parent"], []).append(one)
    lines = [f"{answer['on']}: {len(answer['agencies'])} cơ quan / agencies"]
    waiting = [(0, one) for one in reversed(below.get(None, []))]
    while waiting:
        depth, one = waiting.pop()
        level = f"  [{one['level']}]" if one["level"] else ""
        lines.append(f"{'  ' * depth}{one['organ_id']}  {one['name']}{level}")
        waiting += [(depth + 1, child) for child in reversed(below.get(one["organ_id"], []))]
    return "\n".join(lines)


def _levels(answer: dict[str, Any]) -> str:
    return line.columns([
        (one["level"], str(one["rank"]), one["first_day"] or "…", one["last_day"] or "…", one["name_vi"],
         one["name_en"])
        for one in answer["levels"]
    ])  # fmt: skip


def _fields(answer: dict[str, Any]) -> str:
    agency = answer.get("agency") or answer
    shown = {name: value for name, value in agency.items() if value not in ("", None, [], ())}
    lines = [f"{name}: {text(value)}" for name, value in shown.items()]
    lines += [f"lưu ý/warning: {text(warning)}" for warning in answer.get("warnings", ())]
    for path in answer.get("succession", ()) if "agency" in answer else ():
        lines.append(" · ".join(" ".join(_link(one)) for one in path))
    return "\n".join(lines)


def text(value: object) -> str:
    """A value of an answer on one line."""
    if isinstance(value, list):
        return ", ".join(text(part) for part in value)
    if isinstance(value, dict):
        return " ".join(f"{name}={text(part)}" for name, part in value.items() if part not in ("", None))
    return str(value)


_SHOWN = {
    "agency.history": _history,
    "agency.structure": _structure,
    "agency.level.list": _levels,
}
