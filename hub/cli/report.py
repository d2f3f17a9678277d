"""`truc report monthly`: the exchange in figures, as CSV for a spreadsheet or as JSON."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from hub.cli import line, table
from hub.cli.errors import EXIT_DONE, WrongUseError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Second words: monthly."""
    actions = table.add_actions(parser)
    found = table.add_action(
        actions, "monthly", "Số liệu gửi nhận của một tháng, theo cơ quan", "figures of a month, per agency"
    )
    found.add_argument("--month", required=True, metavar="YYYY-MM", help="tháng, ví dụ 2026-11 / the month")
    found.add_argument(
        "--structure", metavar="YYYY-MM-DD", help="theo cơ cấu tổ chức của ngày này / by the structure of that day"
    )
    found.add_argument(
        "--by", choices=("agency", "level", "kind", "parent"), help="gộp theo / put together by; default agency"
    )
    found.add_argument("--out", type=Path, metavar="FILE", help="ghi vào tệp này; mặc định in ra / write to this file")
    found.add_argument(
        "--lang", choices=("vi", "en"), default="vi", help="ngôn ngữ của dòng đầu / language of the heading"
    )


def run(arguments: argparse.Namespace) -> int:
    """Ask the hub, then write the file or print it."""
    from hub.flow import figures
    from hub.statistics import monthly

    try:
        figures.bounds(arguments.month)
    except ValueError as error:
        raise WrongUseError(f"--month viết dạng 2026-11, không phải {arguments.month}", f"--month: {error}") from error
    try:
        figures.cut(arguments.month, arguments.structure, arguments.by)
    except ValueError as error:
        raise WrongUseError(f"--structure viết dạng 2025-06-30: {error}", f"--structure: {error}") from error
    asked = {"month": arguments.month, "structure": arguments.structure, "by": arguments.by}
    answer = line.call(arguments.config, "report.monthly", asked)
    rows = [figures.AgencyMonth(**row) for row in answer["agencies"]]
    data = monthly.to_csv(arguments.month, rows, arguments.lang)
    if arguments.out is not None:
        arguments.out.write_bytes(data)
        told = {"month": arguments.month, "agencies": len(rows), "file": str(arguments.out)}
        text = f"{arguments.out}: {len(rows)} cơ quan, tháng {arguments.month} / agencies in {arguments.month}"
        line.show(arguments, told, text)
    elif arguments.json:
        line.show(arguments, answer, "")
    else:
        sys.stdout.write(data.decode("utf-8-sig").replace("\r\n", "\n"))
    return EXIT_DONE
