"""`truc report`: the exchange in figures, the documents behind one of them, and the totals for the national axis."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from hub.cli import line, table
from hub.cli.errors import EXIT_DONE, WrongUseError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Second words: list, monthly, national, openings."""
    actions = table.add_actions(parser)
    found = table.add_action(
        actions, "monthly", "Số liệu gửi nhận của một tháng, theo cơ quan", "figures of a month, per agency"
    )
    _add_month(found)
    found.add_argument(
        "--structure", metavar="YYYY-MM-DD", help="theo cơ cấu tổ chức của ngày này / by the structure of that day"
    )
    found.add_argument(
        "--by", choices=("agency", "level", "kind", "parent"), help="gộp theo / put together by; default agency"
    )
    _add_file(found)
    found = table.add_action(
        actions,
        "list",
        "Các văn bản đứng sau một số liệu, có ghi người xem",
        "what stands behind a figure; recorded",
    )
    _add_month(found)
    found.add_argument("--agency", required=True, metavar="ORGAN_ID")
    found.add_argument("--figure", required=True, help="ví dụ delivered, refused / as in the heading of monthly --json")
    _add_file(found)
    found = table.add_action(
        actions, "national", "Tổng số của một quý cho trục quốc gia", "totals of a quarter for the national axis"
    )
    found.add_argument("--quarter", required=True, metavar="YYYYQn", help="quý, ví dụ 2026Q4 / the quarter")
    _add_file(found)
    found = table.add_action(
        actions, "openings", "Cơ quan mở hộp đến chưa đủ hai lần trong ngày làm việc", "inboxes opened too seldom"
    )
    found.add_argument("--day", required=True, metavar="YYYY-MM-DD", help="ngày làm việc / the working day")


def _add_month(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--month", required=True, metavar="YYYY-MM", help="tháng, ví dụ 2026-11 / the month")


def _add_file(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--out", type=Path, metavar="FILE", help="ghi vào tệp này; mặc định in ra / write to this file")
    parser.add_argument(
        "--lang", choices=("vi", "en"), default="vi", help="ngôn ngữ của dòng đầu / language of the heading"
    )


def run(arguments: argparse.Namespace) -> int:
    """Ask the hub, then write the file or print it."""
    ways = {"list": _list, "monthly": _monthly, "national": _national, "openings": _openings}
    return ways[arguments.action](arguments)


def _openings(arguments: argparse.Namespace) -> int:
    answer = line.call(arguments.config, "report.openings", {"day": arguments.day})
    rows = [(one["organ_id"], str(one["times"]), one["system_id"], one["name"]) for one in answer["agencies"]]
    line.show(arguments, answer, lambda: line.columns(rows) if rows else "Không có cơ quan nào. / None.")
    return EXIT_DONE


def _monthly(arguments: argparse.Namespace) -> int:
    from hub.flow import figures
    from hub.statistics import monthly

    _check_month(arguments)
    try:
        figures.cut(arguments.month, arguments.structure, arguments.by)
    except ValueError as error:
        raise WrongUseError(f"--structure viết dạng 2025-06-30: {error}", f"--structure: {error}") from error
    asked = {"month": arguments.month, "structure": arguments.structure, "by": arguments.by}
    answer = line.call(arguments.config, "report.monthly", asked)
    rows = [figures.AgencyMonth(**row) for row in answer["agencies"]]
    data = monthly.to_csv(arguments.month, rows, arguments.lang)
    told = {"month": arguments.month, "agencies": len(rows)}
    return _give(arguments, answer, data, told, f"{len(rows)} cơ quan, tháng {arguments.month} / agencies")


def _list(arguments: argparse.Namespace) -> int:
    from hub.flow import figures_behind
    from hub.statistics import lists

    _check_month(arguments)
    if arguments.figure not in figures_behind.FIGURES:
        names = ", ".join(figures_behind.FIGURES)
        raise WrongUseError(f"--figure là một trong: {names}", f"--figure is one of {names}")
    asked = {"month": arguments.month, "agency": arguments.agency, "figure": arguments.figure}
    answer = line.call(arguments.config, "report.list", asked)
    rows = [figures_behind.Line(**row) for row in answer["lines"]]
    told = {**asked, "lines": len(rows)}
    return _give(arguments, answer, lists.to_csv(rows, arguments.lang), told, f"{len(rows)} dòng / lines")


def _national(arguments: argparse.Namespace) -> int:
    from hub.flow import figures_national
    from hub.statistics import lists

    try:
        figures_national.bounds(arguments.quarter)
    except ValueError as error:
        raise WrongUseError(
            f"--quarter viết dạng 2026Q4, không phải {arguments.quarter}", f"--quarter: {error}"
        ) from error
    answer = line.call(arguments.config, "report.national", {"quarter": arguments.quarter})
    data = lists.national_csv(answer, arguments.lang)
    told = {"quarter": arguments.quarter}
    return _give(arguments, answer, data, told, f"quý {arguments.quarter} / quarter")


def _check_month(arguments: argparse.Namespace) -> None:
    from hub.flow import figures

    try:
        figures.bounds(arguments.month)
    except ValueError as error:
        raise WrongUseError(f"--month viết dạng 2026-11, không phải {arguments.month}", f"--month: {error}") from error


def _give(
    arguments: argparse.Namespace, answer: dict[str, Any], data: bytes, told: dict[str, object], words: str
) -> int:
    """Into the file that was named, as JSON, or as text."""
    if arguments.out is not None:
        arguments.out.write_bytes(data)
        line.show(arguments, {**told, "file": str(arguments.out)}, f"{arguments.out}: {words}")
    elif arguments.json:
        line.show(arguments, answer, "")
    else:
        sys.stdout.write(data.decode("utf-8-sig").replace("\r\n", "\n"))
    return EXIT_DONE
