"""Code lists of edXML with Vietnamese labels: status, business type, urgency, receiver type, document kinds."""

from __future__ import annotations

from enum import IntEnum, StrEnum
from typing import Final


class StatusCode(StrEnum):
    """What a status message says, always two digits."""

    ARRIVED = "01"
    REFUSED = "02"
    ACCEPTED = "03"
    ASSIGNED = "04"
    PROCESSING = "05"
    FINISHED = "06"
    TAKE_BACK = "13"
    CHANGE_AGREED = "15"
    CHANGE_REFUSED = "16"

    @property
    def label_vi(self) -> str:
        """What clerks see."""
        return _STATUS_VI[self.value]

    @property
    def label_en(self) -> str:
        """The same in English."""
        return _STATUS_EN[self.value]

    @property
    def needs_reason(self) -> bool:
        """Whether the Description must say why."""
        return self in (StatusCode.REFUSED, StatusCode.TAKE_BACK)


_STATUS_VI: Final = {
    "01": "Đã đến",
    "02": "Từ chối tiếp nhận",
    "03": "Đã tiếp nhận",
    "04": "Phân công",
    "05": "Đang xử lý",
    "06": "Hoàn thành",
    "13": "Lấy lại",
    "15": "Đồng ý cập nhật/lấy lại",
    "16": "Từ chối cập nhật/lấy lại",
}
_STATUS_EN: Final = {
    "01": "arrived",
    "02": "refused",
    "03": "accepted",
    "04": "assigned",
    "05": "in progress",
    "06": "finished",
    "13": "take back",
    "15": "change agreed",
    "16": "change refused",
}


def normalise_status(text: str) -> str:
    """A status code in two digits; the text unchanged when it is not one or two ASCII digits."""
    text = text.strip()
    if text.isascii() and text.isdigit() and len(text) <= 2:
        return text.zfill(2)
    return text


class Refusal02(StrEnum):
    """Why a recipient refuses; OTHER needs words.  law: R-128 HN Đ6.4"""

    BAD_SIGNATURE = "BAD_SIGNATURE"
    CORRUPT = "CORRUPT"
    INCOMPLETE = "INCOMPLETE"
    WRONG_RECIPIENT = "WRONG_RECIPIENT"
    SECRET = "SECRET"  # noqa: S105 - a reason, no password
    EXCLUDED_KIND = "EXCLUDED_KIND"
    BAD_FORMAT = "BAD_FORMAT"
    VIRUS = "VIRUS"
    DUPLICATE = "DUPLICATE"
    UNSIGNED_REQUIRED = "UNSIGNED_REQUIRED"
    OTHER = "OTHER"


class BusinessType(IntEnum):
    """What a document message does (BussinessDocType)."""

    NEW = 0
    RECALL = 1
    UPDATE = 2
    REPLACEMENT = 3

    @property
    def label_vi(self) -> str:
        """What clerks see."""
        return ("Văn bản điện tử mới", "Thu hồi", "Cập nhật", "Thay thế")[self.value]


class Priority(IntEnum):
    """Urgency (độ khẩn)."""

    NORMAL = 0
    URGENT = 1
    VERY_URGENT = 2
    EXPRESS = 3
    EXPRESS_AT_HOUR = 4

    @property
    def label_vi(self) -> str:
        """What clerks see."""
        return ("Thường", "Khẩn", "Thượng khẩn", "Hỏa tốc", "Hỏa tốc hẹn giờ")[self.value]


def known_priority(value: int) -> Priority:
    """The urgency meant by any integer: the next higher known one; above all known ones the highest."""
    # law: R-037 NĐ30 Đ4.2c
    return Priority(min(max(value, Priority.NORMAL), Priority.EXPRESS_AT_HOUR))


class ReceiverType(IntEnum):
    """What an update does with a recipient."""

    REMOVED = 0
    ADDED = 1


# Abbreviations of administrative documents. law: R-036 NĐ30 PL III.I
DOCUMENT_KINDS: Final = {
    "NQ": "Nghị quyết",
    "QĐ": "Quyết định",
    "CT": "Chỉ thị",
    "QC": "Quy chế",
    "QyĐ": "Quy định",
    "TC": "Thông cáo",
    "TB": "Thông báo",
    "HD": "Hướng dẫn",
    "CTr": "Chương trình",
    "KH": "Kế hoạch",
    "PA": "Phương án",
    "ĐA": "Đề án",
    "DA": "Dự án",
    "BC": "Báo cáo",
    "BB": "Biên bản",
    "TTr": "Tờ trình",
    "HĐ": "Hợp đồng",
    "CĐ": "Công điện",
    "BGN": "Bản ghi nhớ",
    "BTT": "Bản thỏa thuận",
    "GUQ": "Giấy ủy quyền",
    "GM": "Giấy mời",
    "GGT": "Giấy giới thiệu",
    "GNP": "Giấy nghỉ phép",
    "PG": "Phiếu gửi",
    "PC": "Phiếu chuyển",
    "PB": "Phiếu báo",
}
COPY_KINDS: Final = {"SY": "Sao y", "TrS": "Trích sao", "SL": "Sao lục"}

ONE_STOP: Final = "MCDT_DT"
"""ApplicationType of a document that the one-stop system (một cửa điện tử) sends."""

# Marks that limit the use of a document, as they are printed. law: R-020 NĐ30 PL I.III.2c
CIRCULATION_MARKS: Final = {"internal": "LƯU HÀNH NỘI BỘ", "return": "XEM XONG TRẢ LẠI"}
