"""`truc retention`: how long content and words are kept, what would go now, and letting it go."""

from __future__ import annotations

import argparse
from typing import Any

from hub.cli import line, table
from hub.cli.errors import EXIT_DONE

_WORDS = {
    "content_days": "ngày giữ nội dung sau xác nhận cuối / days of content after the last confirmation",
    "personal_days": "ngày giữ trích yếu, tên tệp, lời người viết sau đó / days of words after that",
    "record_years": "năm giữ sổ, biên nhận, bằng chứng / years of records, receipts, evidence",
    "content_counted": "gói tin đã định ngày xóa nội dung / packages whose content has its day",
    "content_due": "đến hạn xóa nội dung bây giờ / content due now",
    "words_counted": "gói tin đã xóa nội dung, còn trích yếu / content gone, words still there",
    "words_due": "đến hạn xóa trích yếu bây giờ / words due now",
    "legal_hold": "trong đó đang đóng băng / of these frozen",
    "counted": "sẽ được định ngày / would get their day",
    "moving": "giữ vì còn đang giao / kept: still being delivered",
    "recall": "giữ vì thu hồi chưa được trả lời / kept: a recall is not answered",
    "verdict": "giữ vì chữ ký còn xác minh lại / kept: its signatures are checked again",
    "kept_back": "giữ vì đang bị giữ, cách ly / kept: held or quarantined",
    "content_erased": "đã xóa nội dung / content erased",
    "words_erased": "đã xóa trích yếu / words erased",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Second words: show, run."""
    actions = table.add_actions(parser)
    table.add_action(actions, "show", "Giữ bao lâu, cái gì đến hạn", "how long, and what is due")
    run_now = table.add_action(actions, "run", "Xóa ngay cái đến hạn", "let go now what is due")
    run_now.add_argument("--dry-run", action="store_true", help="chỉ đếm, không xóa / count only")


def run(arguments: argparse.Namespace) -> int:
    """Ask the hub."""
    counting = arguments.action == "show" or arguments.dry_run
    answer = line.call(arguments.config, "retention.show" if counting else "retention.run", {})
    line.show(arguments, answer, lambda: _text(answer))
    return EXIT_DONE


def _text(answer: dict[str, Any]) -> str:
    figures = {**answer, **answer.get("to_count", {})}
    return line.columns([(str(value), _WORDS[name]) for name, value in figures.items() if name in _WORDS])
