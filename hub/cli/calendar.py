"""`truc calendar`: legal times, the days and hours they follow from, and what the operator enters over them."""

from __future__ import annotations

import argparse
from typing import Any

from hub.cli import calendar_answers, line, table
from hub.cli.errors import EXIT_DONE, WrongUseError

_COLUMNS = (
    "Tệp CSV: cột time (bắt buộc), agency, profile; dòng đầu là tên cột, hoặc mỗi dòng chỉ có thời điểm.\n"
    "Mỗi dòng vào có một dòng ra, theo thứ tự; dòng không đọc được có `error`.\n"
    "CSV: columns time (needed), agency, profile; the first row names them, or each row is a time alone.\n"
    "One line of output for each row, in order; a row that cannot be read has `error`."
)
_TIME = "2026-02-13T17:31:00+07:00; không có múi giờ là giờ Việt Nam / without a zone it is Vietnam time"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Second words: legal, show, override, hours."""
    actions = table.add_actions(parser)
    legal = table.add_action(actions, "legal", "Thời điểm nhận theo quy định", "the legal time of a moment")
    legal.epilog = _COLUMNS
    what = legal.add_mutually_exclusive_group(required=True)
    what.add_argument("time", nargs="?", metavar="TIME", help=_TIME)
    what.add_argument("--file", metavar="CSV", help="nhiều thời điểm, - là đầu vào chuẩn / many moments, - = stdin")
    legal.add_argument("--signed", action="store_true", help="hạn phát hành nếu ký lúc đó / until when it is issued")
    _whose(legal)
    show = table.add_action(actions, "show", "Ngày nghỉ, ngày làm việc, giờ làm việc", "days and hours")
    show.add_argument("when", nargs="?", metavar="YEAR|MONTH", help="2026 | 2026-02; mặc định năm nay / this year")
    _whose(show)
    _override(table.add_action(actions, "override", "Nhập, bỏ một ngày", "enter or take back a day"))
    _hours(table.add_action(actions, "hours", "Nhập, bỏ giờ làm việc", "enter or take back working hours"))


def run(arguments: argparse.Namespace) -> int:
    """Answer by profile and table, with the hub's own lines where there is one; changes go to the hub."""
    if arguments.action == "legal":
        return calendar_answers.legal(arguments)
    if arguments.action == "show":
        return calendar_answers.show(arguments)
    if arguments.action == "override":
        return _change_day(arguments)
    return _change_hours(arguments)


def _whose(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--profile", metavar="P", help="hồ sơ tỉnh; mặc định của trục / a province's rules")
    parser.add_argument("--agency", metavar="A", help="mã định danh cơ quan có lịch riêng / an agency's organ id")


def _override(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("day", metavar="DATE", help="yyyy-mm-dd")
    parser.add_argument("--until", metavar="DATE", help="cả khoảng tới ngày này / every day up to this one")
    kinds = ("off", "off-swapped", "worked-swapped", "worked", "half-day")
    parser.add_argument("--kind", choices=kinds, help="nghỉ | nghỉ hoán đổi | làm bù | làm bình thường | làm buổi đầu")
    parser.add_argument("--name", help="tên ngày / its name")
    parser.add_argument("--source", metavar="SỐ", help="số và ngày quyết định / number and date of the decision")
    states = ("decided", "expected", "to-confirm")
    parser.add_argument("--state", choices=states, default="decided", help="mặc định / default: decided")
    parser.add_argument("--agency", metavar="A", help="chỉ một cơ quan / one agency only")
    parser.add_argument("--remove", action="store_true", help="bỏ những gì đã nhập cho ngày ấy / take it back")
    table.add_person(parser)


def _hours(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--sessions", metavar="LIST", help="07:00-11:30,13:30-17:00")
    parser.add_argument("--season", metavar="MM-DD..MM-DD", help="mùa, có thể qua 31/12 / may pass 31 December")
    parser.add_argument("--days", metavar="LIST", help="mon,tue,wed,thu,fri (mặc định / default); sat,sun")
    parser.add_argument("--valid-from", metavar="DATE", help="hiệu lực từ / in force from")
    parser.add_argument("--valid-to", metavar="DATE", help="hiệu lực đến hết / in force up to")
    parser.add_argument("--source", metavar="SỐ", help="số và ngày quyết định / number and date of the decision")
    parser.add_argument("--agency", metavar="A", help="chỉ một cơ quan / one agency only")
    parser.add_argument("--remove", type=int, metavar="N", help="bỏ dòng N (xem calendar show) / take back line N")
    table.add_person(parser)


def _change_day(arguments: argparse.Namespace) -> int:
    args = _said(arguments, "day", "until", "reason", "operator", "decision") | _agency(arguments)
    if arguments.remove:
        answer = line.call(arguments.config, "calendar.day.remove", args)
        line.show(arguments, answer, f"{answer['day']}: đã bỏ / taken back")
        return EXIT_DONE
    _need(arguments, "kind", "name", "source")
    args |= _said(arguments, "kind", "name", "source", "state")
    answer = line.call(arguments.config, "calendar.day", args)
    line.show(arguments, answer, lambda: f"{answer['day']} … {answer['until']}: {answer['kind']}, {answer['source']}")
    return EXIT_DONE


def _change_hours(arguments: argparse.Namespace) -> int:
    args = _said(arguments, "reason", "operator", "decision")
    if arguments.remove is not None:
        answer = line.call(arguments.config, "calendar.hours.remove", {**args, "number": arguments.remove})
        line.show(arguments, answer, f"{answer['number']}: đã bỏ / taken back")
        return EXIT_DONE
    _need(arguments, "sessions", "source")
    hours: dict[str, Any] = {"sessions": arguments.sessions.split(",")}
    if arguments.season:
        hours["start"], _, hours["end"] = arguments.season.partition("..")
    if arguments.days:
        hours["days"] = arguments.days.split(",")
    hours |= _said(arguments, "valid_from", "valid_to")
    args |= {"hours": hours, "source": arguments.source} | _agency(arguments)
    answer = line.call(arguments.config, "calendar.hours", args)
    line.show(arguments, answer, lambda: f"{answer['number']}: {', '.join(answer['hours']['sessions'])}")
    return EXIT_DONE


def _said(arguments: argparse.Namespace, *names: str) -> dict[str, Any]:
    return {name: value for name in names if (value := getattr(arguments, name)) is not None}


def _agency(arguments: argparse.Namespace) -> dict[str, str]:
    return {"organ_id": arguments.agency} if arguments.agency else {}


def _need(arguments: argparse.Namespace, *names: str) -> None:
    missing = ", ".join(f"--{name}" for name in names if not getattr(arguments, name))
    if missing:
        raise WrongUseError(f"Thiếu {missing}, hoặc --remove.", f"{missing} is missing, or --remove.")
