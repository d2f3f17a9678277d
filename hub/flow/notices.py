"""What the hub tells a VXP sender in its own name: that door answers OK and has no place for a warning.

A status message from the hub's organ id, never in a recipient's: 01, the document has come as far as the hub and is
held there; 02, the hub stopped it for good. It is always the same bytes, so however often it is sent it arrives once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from agency_registry.agency import System
from edxml import model, writer
from edxml.faults import Refusal
from hub import clock, log
from hub.flow import intake
from hub.flow.thread import statuses
from hub.states import Hold, PackageStatus
from hub.store import keeping

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection, Row

    from hub.context import Hub

OWN_ID: Final = "(hub)"
"""The hub as a system of its own; no registered system can be called so."""

_HELD: Final = {
    Hold.STAMP: "Trục đang giữ văn bản này, chưa nơi nhận nào thấy: trang 1 có dấu hiệu mật. Nếu không mật, văn thư "
    "khai báo qua trang web, API hoặc lệnh `truc declare` của trục; nếu mật, gửi thu hồi (loại 1) ngay.",
    Hold.UNREAD: "Trục đang giữ văn bản này vì chưa kịp đọc trang 1; đọc xong trục tự chuyển, không phải gửi lại.",
    Hold.SCANNER: "Trục đang giữ văn bản này vì chưa quét được mã độc; quét xong trục tự chuyển, không phải gửi lại.",
    Hold.UNMATCHED: "Trục đang giữ bản thu hồi hoặc cập nhật này vì chưa thấy văn bản gốc; văn bản gốc đến thì trục tự "
    "chuyển, nếu không người vận hành xem xét.",
    Hold.DAMAGED: "Trục đang giữ văn bản này vì bản lưu bị hỏng; khôi phục xong trục tự chuyển, không phải gửi lại.",
}
_STOPPED: Final = {
    Hold.VIRUS: "Trục đã cách ly văn bản này vì tệp đính kèm có mã độc. Làm sạch máy, tạo lại tệp rồi gửi văn bản mới.",
    Hold.ORDER: "Trục đã cách ly văn bản này và dừng chuyển tới mọi nơi nhận. Liên hệ đơn vị vận hành trục.",
}


async def send(hub: Hub, told: set[tuple[str, str]]) -> int:
    """Tell VXP senders of what is kept back now; how many messages. told: what was said already, kept by the caller.

    A notice is a status message through the hub itself, never a letter beside it.  law: R-005 HN Đ6.2
    """

    def look(connection: Connection) -> list[Row[Any]]:
        kept = [
            row
            for status in (PackageStatus.HELD, PackageStatus.QUARANTINED)
            for row in keeping.kept(connection, status)
        ]
        return [row for row in kept if row.door == "vxp" and row.fault is None and row.message_type == "edoc"]

    kept = {(row.id, row.held_for): row for row in await hub.db.read(look)}
    told.intersection_update(kept)
    sent = 0
    for key, row in kept.items():
        if key in told:
            continue
        try:
            new = await say(hub, row, *_words(row), clock.from_text(row.received_at))
        except Refusal as refusal:
            log.get().warning("notice not sent", package=row.id, why=refusal.fault.slug)
            if refusal.fault.retry != "never":  # the intake is stopped
                continue
        else:
            sent += new
        told.add(key)
    return sent


async def say(hub: Hub, row: Row[Any], code: str, text: str, at: datetime) -> bool:
    """Tell the sender of a package something in the hub's own name; whether it was not told before.

    row: whatever has the package's sender, number, notation, document_id and promulgated. The same words about the
    same moment are the same bytes. Raises Refusal, as an intake that is stopped.
    """
    own = hub.settings.hub
    number = "/".join(part for part in (row.number, row.notation) if part)
    message = model.StatusMessage(
        sender=model.Organization(own.organ_id, own.name or own.organ_id),
        response_for=model.ResponseFor(row.sender, number, row.document_id, row.promulgated),
        staff=None,
        code=code,
        description=text,
        timestamp=clock.local(at).strftime("%Y/%m/%d %H:%M:%S"),
    )
    submission = intake.Submission(System(OWN_ID, own.name or own.organ_id), "hub")
    accepted = await intake.accept(hub, statuses.pieces(writer.write_status(message)), submission)
    return not accepted.repeated


def _words(row: Row[Any]) -> tuple[str, str]:
    """Code and sentences about a package that is kept back."""
    words = keeping.words(row.held_for)
    code, sentences = ("02", _STOPPED) if any(word in _STOPPED for word in words) else ("01", _HELD)
    return code, " ".join(sentences[word] for word in words if word in sentences)
