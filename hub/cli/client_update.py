"""`truc update`: change the data or the recipients of a document that was sent."""

from __future__ import annotations

import argparse

from hub.cli import line
from hub.cli.errors import EXIT_DONE, WrongUseError
from hub.cli.http_client import API, Client


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What changes, and why."""
    parser.add_argument("package_id")
    parser.add_argument("--reason", required=True, help="lý do / why")
    parser.add_argument("--subject", help="trích yếu mới / the new subject")
    parser.add_argument("--content", help="tóm tắt nội dung / summary")
    parser.add_argument("--due-date", metavar="YYYY-MM-DD", help="hạn trả lời / the day of the answer")
    parser.add_argument("--sphere", help="lĩnh vực / field")
    parser.add_argument(
        "--add", action="append", default=[], metavar="ORGAN_ID", help="thêm nơi nhận, được giao văn bản gốc"
    )
    parser.add_argument(
        "--remove", action="append", default=[], metavar="ORGAN_ID", help="bỏ nơi nhận, phải hủy bản đã nhận"
    )


def run(arguments: argparse.Namespace) -> int:
    """Send the update."""
    fields = ("reason", "subject", "content", "due_date", "sphere", "add", "remove")
    body = {name: getattr(arguments, name) for name in fields}
    if not any(body[name] for name in fields[1:]):
        raise WrongUseError(
            "Chưa nói cập nhật gì: --subject, --content, --due-date, --sphere, --add hoặc --remove.",
            "Say what changes: --subject, --content, --due-date, --sphere, --add or --remove.",
        )
    answer = Client.from_environment().post(f"{API}/packages/{arguments.package_id}/update", body)
    notes = [f"lưu ý / note: {one['title']}" for one in answer["warnings"]]
    text = "\n".join([f"{answer['package_id']}: đã gửi cập nhật / update sent", *notes])
    line.show(arguments, answer, text)
    return EXIT_DONE
