"""A refusal 02: what a recipient must say with it, and what it no longer has afterwards."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from edxml import status_words
from edxml.codes import Refusal02
from edxml.faults import Fault, Refusal
from hub.states import DeliveryStatus
from hub.store import deliveries, items

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection


def require(reason_code: str, words: str, name: str) -> None:
    """What a refusal by our own API must say: a code of the list, a few words, and who refuses.

    Whoever names no code (as before there were any) says at least why, and is OTHER.
    Raises Refusal: REASON_REQUIRED, SCHEMA_INVALID for a code that is not in the list.
    """
    # law: R-127 HN Đ6.4
    if reason_code and reason_code not in set(Refusal02):
        raise Refusal(Fault.SCHEMA_INVALID, f"one of {', '.join(Refusal02)}", where="reason_code")
    if not words.strip() or (reason_code and not status_words.few_words(words)):
        raise Refusal(Fault.REASON_REQUIRED, "a few words say why", where="reason")
    if reason_code and not name.strip():
        raise Refusal(Fault.REASON_REQUIRED, "who refuses must be named", where="staff")


def is_returned(row: Any) -> bool:
    """Whether a delivery was given back as sent to the wrong place: its recipient sees nothing of the content."""
    # law: R-129 NĐ30 Đ21.2b
    return bool(row.business_status == "02" and row.refusal == Refusal02.WRONG_RECIPIENT)


def returned(connection: Connection, delivery_id: str, now: datetime) -> None:
    """A delivery was refused as sent to the wrong place: whoever has not fetched it yet is not offered it any more."""
    row = deliveries.get(connection, delivery_id)
    if row is None or row.item_id is None or not is_returned(row):
        return
    item = items.get(connection, row.item_id)
    others = [one for one in deliveries.of_item(connection, row.item_id) if one.status == DeliveryStatus.AVAILABLE]
    if item is not None and item.state in items.OPEN and all(is_returned(one) for one in others):
        items.set_state(connection, item.id, "fail", row.business_reason or "", now)
