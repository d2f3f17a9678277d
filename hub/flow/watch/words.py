"""What alarms say to people: Vietnamese first, English second."""

from __future__ import annotations

from typing import Final

from hub.flow.watch import technical_words
from hub.states import Alarm, Audience

TITLES: Final = {
    Alarm.NOT_CONFIRMED: (
        "Hệ thống nơi nhận chưa xác nhận văn bản đúng hạn",
        "The recipient's system has not confirmed the document in time",
    ),
    Alarm.NOT_ACCEPTED: (
        "Nơi nhận chưa tiếp nhận trong ngày làm việc",
        "Not accepted on the working day it was received",
    ),
    Alarm.CLOSING: (
        "Sắp hết ngày làm việc mà chưa tiếp nhận",
        "The working day ends soon and it is not accepted yet",
    ),
    Alarm.URGENT_UNOPENED: ("Văn bản khẩn chưa được mở", "An urgent document has not been opened"),
    Alarm.URGENT_AFTER_HOURS: (
        "Văn bản khẩn đến ngoài giờ làm việc",
        "An urgent document came outside working hours",
    ),
    Alarm.HOUR_NEAR: (
        "Hỏa tốc hẹn giờ: sắp đến hoặc đã qua giờ hẹn mà chưa mở",
        "Express at a fixed hour: the hour is near or over and nobody has opened it",
    ),
    Alarm.ISSUED_LATE: (
        "Văn bản khẩn được gửi đi muộn sau khi ký",
        "An urgent document was sent late after it was signed",
    ),
    Alarm.NOT_DESTROYED: (
        "Đã thu hồi mà chưa xác nhận hủy bỏ",
        "Recalled, and its destruction is not confirmed",
    ),
    Alarm.REPLY_OVERDUE: ("Quá hạn trả lời", "The answer that was asked for is overdue"),
    Alarm.REFUSED_WAITS: (
        "Nơi nhận từ chối, đang chờ nơi gửi xử lý",
        "Refused; the sender has not reacted yet",
    ),
    Alarm.UNMATCHED: (
        "Bản tin không khớp văn bản nào, chờ xem xét",
        "A message fits no document; it waits in the review queue",
    ),
    Alarm.PAPER_DUE: ("Cần phát hành bản giấy cho nơi nhận này", "Paper is to be issued to this recipient"),
    Alarm.CALENDAR: (
        "Chưa có lịch nghỉ đã quyết định của năm",
        "The days off of that year are not decided",
    ),
    Alarm.SECOND_ANSWER: (
        "Hai hệ thống của một cơ quan trả lời trái nhau",
        "Two systems of one agency contradict each other",
    ),
    Alarm.AGENT_SILENT: (
        "Phần mềm kết nối cạnh hệ thống của cơ quan im lặng quá lâu",
        "The software beside an office system gives no sign of life",
    ),
}

AUDIENCES: Final = {
    Audience.OPERATOR: ("Người vận hành", "Operator"),
    Audience.SENDER: ("Văn thư nơi gửi", "Sending clerks"),
    Audience.RECIPIENT: ("Văn thư nơi nhận", "Receiving clerks"),
    Audience.OFFICE: ("Văn phòng tỉnh", "Provincial office"),
}


def title(kind: str) -> tuple[str, str]:
    """What an alarm of this kind says; one without words is its own."""
    if kind in set(Alarm):
        return TITLES[Alarm(kind)]
    own = kind.replace("_", " ")
    return technical_words.TITLES.get(kind, (own, own))
