"""What the watchdog tells VXP senders: that door has no alarms, so the hub says it in a status of its own.

Only what its clerks must act on: not confirmed in time, paper proposed, not delivered. Always 01, the document is with
the hub: what became of one recipient is no refusal of the document.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from edxml.faults import Refusal
from hub import clock, log
from hub.flow import notices
from hub.flow.watch import non_delivery
from hub.states import Alarm
from hub.store import alarms

if TYPE_CHECKING:
    from sqlalchemy import Row

    from hub.context import Hub

KINDS: Final = (Alarm.NOT_CONFIRMED, Alarm.PAPER_DUE)
MOST: Final = 100
"""Messages of one look."""


class Notices:
    """Remembers how far it has told, so that an idle look costs one question; a repeat arrives once anyhow."""

    def __init__(self) -> None:
        self._after = 0

    async def send(self, hub: Hub) -> int:
        """Tell what was not told yet; how many messages."""
        rows, newest = await hub.db.read(
            lambda connection: (
                alarms.at_door(connection, "vxp", KINDS, after=self._after, limit=MOST),
                alarms.newest(connection),
            )
        )
        sent = 0
        for row in rows:
            try:
                sent += await notices.say(hub, row, "01", _words(hub, row), clock.from_text(row.raised_at))
            except Refusal as refusal:
                log.get().warning("notice not sent", package=row.package_id, why=refusal.fault.slug)
                if refusal.fault.retry != "never":  # the intake is stopped: the next look tells it
                    return sent
            self._after = row.seq
        if len(rows) < MOST:
            self._after = newest
        return sent


def _words(hub: Hub, row: Row[Any]) -> str:
    agency = hub.directory.agency(row.recipient)
    whom = f"{agency.name} ({row.written_as})" if agency is not None else row.written_as
    if row.kind == Alarm.NOT_CONFIRMED:
        return f"Hệ thống của nơi nhận {whom} chưa xác nhận đã nhận văn bản này. Trục vẫn tiếp tục chuyển."
    if row.mark == non_delivery.MARK:
        return f"Trục không giao được văn bản này tới nơi nhận {whom}. Đề nghị phát hành bản giấy tới nơi nhận này."
    return f"Nơi nhận {whom} vẫn chưa xác nhận văn bản này. Đề nghị xem xét phát hành bản giấy tới nơi nhận này."
