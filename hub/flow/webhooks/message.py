"""One event as a web hook tells it: ids and codes, nothing of a document."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from hub import clock

if TYPE_CHECKING:
    from datetime import datetime

    from hub.flow.feed import FeedEvent

TOLD: Final = ("alarm", "code", "fault", "verdict", "sub_indication", "kind")
"""Facts of an event that are codes; all else of it is read at GET /events."""

PING: Final = "webhook.ping"
_CODE_SIGNS: Final = 60


def message_id(one: FeedEvent) -> str:
    """The id of an event, the same for ever, also where a restored journal counts on from an earlier number."""
    return f"evt_{one.event.seq}_{one.event.at:%Y%m%d%H%M%S%f}"


def body(one: FeedEvent) -> bytes:
    """The event as JSON."""
    event = one.event
    ids = {
        "seq": event.seq,
        "package_id": one.package_id,
        "delivery_id": one.delivery_id,
        "recipient": event.recipient,
    }
    codes = {name: event.detail[name] for name in TOLD if _is_code(event.detail.get(name))}
    return written(event.type, event.at, {**codes, **ids})


def written(event_type: str, at: datetime, data: dict[str, Any]) -> bytes:
    """A message of Standard Webhooks: type, timestamp, data."""
    said = {"type": event_type, "timestamp": clock.local_text(at), "data": data}
    return json.dumps(said, separators=(",", ":")).encode("ascii")


def _is_code(value: object) -> bool:
    return isinstance(value, str) and 0 < len(value) <= _CODE_SIGNS and value.isascii() and " " not in value
