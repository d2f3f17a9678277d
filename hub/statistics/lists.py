"""Lists behind figures, and the totals of a quarter, as CSV of the same kind as the monthly file."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import fields
from typing import Any

from hub.flow.figures_behind import Line
from hub.statistics.monthly import COLUMNS, cell

LINE: dict[str, tuple[str, str]] = {
    "package_id": ("Mã gói tin", "Package"),
    "delivery_id": ("Mã lượt giao", "Delivery"),
    "document_id": ("Mã văn bản", "Document id"),
    "number": ("Số", "Number"),
    "notation": ("Ký hiệu", "Notation"),
    "sender": ("Nơi gửi", "Sender"),
    "recipient": ("Nơi nhận", "Recipient"),
    "sent_at": ("Thời điểm gửi", "Sent at"),
    "received_legal": ("Thời điểm nhận theo quy định", "Legal receiving time"),
    "status": ("Trạng thái", "Status"),
    "business_status": ("Trạng thái xử lý", "Business status"),
    "late_strict": ("Phát hành muộn so với buổi sáng kế tiếp (phút làm việc)", "Issued late, morning rule (minutes)"),
    "late_wide": ("Phát hành muộn so với ngày kế tiếp (phút làm việc)", "Issued late, day rule (minutes)"),
}
"""Field of Line -> its heading, Vietnamese and English, in the order of the columns."""

assert [field.name for field in fields(Line)] == list(LINE), "every field has a heading, in order"

TOTALS: dict[str, tuple[str, str]] = {
    **{name: COLUMNS[name] for name in ("documents_sent", "deliveries", "documents_received")},
    "sent_through_axis": ("Văn bản gửi qua trục quốc gia", "Documents sent through the national axis"),
    "received_through_axis": ("Văn bản nhận từ trục quốc gia", "Documents received from the national axis"),
}


def to_csv(rows: Iterable[Line], language: str = "vi") -> bytes:
    """The file: a heading, then a line for each document or delivery."""
    place = 1 if language == "en" else 0
    heading = [words[place] for words in LINE.values()]
    return _file(heading, ([getattr(row, name) for name in LINE] for row in rows))


def national_csv(told: Mapping[str, Any], language: str = "vi") -> bytes:
    """The totals of a quarter, one a line: quarter, province, what is counted, how many.  law: R-204 QĐ28 Đ11.1"""
    place = 1 if language == "en" else 0
    counted = [(words[place], told[name]) for name, words in TOTALS.items()]
    status, refused = ("Lượt giao, trạng thái", "Deliveries, status"), ("Từ chối", "Refused")
    counted += [(f"{status[place]} {code}", number) for code, number in told["statuses"].items()]
    counted += [(f"{refused[place]} {one['organ_id']} {one['reason_code']}", one["count"]) for one in told["refusals"]]
    heading = [("Quý", "Tỉnh", "Chỉ tiêu", "Số lượng"), ("Quarter", "Province", "Figure", "Count")][place]
    return _file(heading, ([told["quarter"], told["organ_id"], *one] for one in counted))


def _file(heading: Iterable[str], rows: Iterable[Iterable[str | int | None]]) -> bytes:
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerow(heading)
    writer.writerows([cell(one) for one in row] for row in rows)
    return stream.getvalue().encode("utf-8-sig")
