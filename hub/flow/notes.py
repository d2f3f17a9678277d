"""Warnings the hub itself gives to the sender of a package it takes all the same."""

from __future__ import annotations

from edxml.model import Warning as Note

_TITLES = {
    "base_unknown": (
        "Trục chưa thấy văn bản gốc được nhắc đến",
        "The hub has not seen the document this one refers to",
    ),
    "same_number": (
        "Đã có văn bản khác cùng số, ký hiệu trong năm của cơ quan gửi",
        "Another document of this sender has the same number and notation this year",
    ),
    "same_content": (
        "Tệp giống hệt một văn bản khác của cơ quan gửi",
        "The files are the very same as those of another document of this sender",
    ),
    "circulation": (
        "Tệp của văn bản lưu hành nội bộ được gửi ra ngoài các nơi nhận của văn bản đó",
        "Files of a document for internal circulation go beyond the recipients it had",
    ),
    "sent_to_successor": (
        "Mã cơ quan nhận không còn dùng; văn bản được chuyển tới cơ quan kế thừa",
        "The recipient's code is out of use; the document goes to the successor",
    ),
    "update_changes_files": (
        "Bản cập nhật mang tệp khác với văn bản đã gửi; muốn đổi nội dung thì gửi thay thế (loại 3)",
        "The update carries other files than the document sent; to change the content send a replacement (type 3)",
    ),
    "withdrawn_before": (
        "Văn bản này đã được thu hồi khỏi mọi nơi nhận; muốn gửi lại thì gửi với mã văn bản khác",
        "This document was withdrawn from all its recipients; to send it again use another DocumentId",
    ),
    "issued_doubtful": (
        "Thời điểm phát hành hệ thống gửi khai ở tương lai hoặc đã quá lâu; được ghi lại, không dùng để xếp thứ tự",
        "The moment of issue that was told lies in the future or long ago; it is kept and orders nothing",
    ),
    "supplementary": ("Gửi bổ sung nơi nhận", "Supplementary sending to further recipients"),
    "corrected": ("Gửi lại sau khi bị từ chối", "Corrected sending after a refusal"),
    "hour_missing": (
        "Hỏa tốc hẹn giờ mà không có giờ hẹn; xử lý như hỏa tốc",
        "Express at a fixed hour without its hour; it is handled as express",
    ),
    "reply_unknown": (
        "Văn bản được trả lời không có giữa hai bên trên trục",
        "The document answered never went between the two parties here",
    ),
    "refusal_short": (
        "Từ chối cần nêu lý do bằng vài từ",
        "A refusal says why in a few words",
    ),
    "staff_missing": (
        "Từ chối chưa ghi tên văn thư chịu trách nhiệm",
        "The clerk who answers for the refusal is not named",
    ),
    "arrival_missing": (
        "Tiếp nhận chưa kèm số đến, ngày đến",
        "The acceptance carries no arrival number and date",
    ),
    "profile_invalid": (
        "Loại bản tin khai ở tiêu đề khác nội dung XML; hệ thống theo XML",
        "The message type of the call differs from the XML; the XML decides",
    ),
}


def warning(code: str, where: str = "") -> Note:
    """A warning of the hub itself."""
    title_vi, title_en = _TITLES[code]
    return Note(code, title_vi, title_en, where)
