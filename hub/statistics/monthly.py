"""The monthly figures as CSV: RFC 4180 with commas, UTF-8 with a byte-order mark, CRLF.

A comma, because that is CSV's own separator: Excel with Vietnamese settings, LibreOffice and every library read it, and
the mark makes Excel read UTF-8. Every figure is a whole number, so that no reader can take a decimal comma or point for
the other. A text that a spreadsheet would run as a formula gets an apostrophe before it.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import fields

from hub.flow.figures import AgencyMonth

COLUMNS: dict[str, tuple[str, str]] = {
    "organ_id": ("Mã định danh", "Organ id"),
    "name": ("Cơ quan", "Agency"),
    "documents_sent": ("Văn bản gửi", "Documents sent"),
    "deliveries": ("Bản gửi tới các nơi nhận", "Deliveries of them"),
    "delivered": ("Đã giao", "Delivered"),
    "delivered_same_day_percent": ("Giao trong ngày (%)", "Delivered within the day (%)"),
    "median_minutes_to_delivery": ("Trung vị thời gian giao (phút)", "Median time to delivery (minutes)"),
    "waiting": ("Đang chờ giao", "Waiting"),
    "failed": ("Không giao được", "Not delivered"),
    "not_connected": ("Nơi nhận chưa kết nối", "Recipient not connected"),
    "cancelled": ("Đã hủy trước khi giao", "Cancelled before delivery"),
    "refused": ("Nơi nhận từ chối (02)", "Refused by recipient (02)"),
    "recalled": ("Thu hồi, lấy lại", "Recalled"),
    "rejected": ("Gói tin trục từ chối", "Refused by the hub"),
    "documents_received": ("Văn bản nhận", "Documents received"),
    "statuses_sent": ("Trạng thái đã gửi", "Statuses sent"),
}
"""Field of AgencyMonth -> its heading, Vietnamese and English, in the order of the columns."""

assert [field.name for field in fields(AgencyMonth)] == list(COLUMNS), "every figure has a heading, in order"

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def to_csv(month: str, rows: Iterable[AgencyMonth], language: str = "vi") -> bytes:
    """The file: a heading, then a line for each agency; each names the month, so that files can be put together."""
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, lineterminator="\r\n")
    place = 1 if language == "en" else 0
    writer.writerow([("Tháng", "Month")[place], *(heading[place] for heading in COLUMNS.values())])
    for row in rows:
        writer.writerow([month, *(cell(getattr(row, name)) for name in COLUMNS)])
    return stream.getvalue().encode("utf-8-sig")


def cell(value: str | int | None) -> str | int:
    """A value as a spreadsheet may hold it."""
    if value is None:
        return ""
    if isinstance(value, str) and value.lstrip(" ").startswith(_FORMULA):
        return "'" + value
    return value
