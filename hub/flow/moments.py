"""When a document was sent and when it was received: what counts as each moment, door by door.

The five moments kept of a document (Law 20/2023 Điều 15, 17): signed, issued by the clerk, entered the hub, entered
the recipient's system, accepted by its clerk. The hub's clock decides; what others claim is kept beside it.
"""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from hub import clock
from hub.states import PackageStatus
from hub.store import deliveries

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sqlalchemy import Connection, Row

    from hub.context import Hub


class By(StrEnum):
    """What tells that a document has entered the recipient's system; a lease or a waiting copy never does."""

    ACK = "ack"  # native: the digest of the stored bytes
    DONE = "done"  # VXP
    STATUS = "01"  # the recipient's own word, by whatever door; 03 to 06 say it too
    PUSH = "push"  # the recipient's system answered 2xx
    RENAME = "rename"  # folder, database: the finished copy has its name
    LISTED = "listed"  # it stands in the clerk's mailbox here


BY_CONNECTOR: Final[Mapping[str, By]] = {
    "push": By.PUSH,
    "amqp": By.PUSH,
    "folder": By.RENAME,
    "database": By.RENAME,
    "mailbox": By.LISTED,
}
"""What a success of a connector tells. The national axis is not here: what it took the recipient does not have yet."""

_FUTURE: Final = timedelta(minutes=5)
_PAST: Final = timedelta(days=1)
"""How far a told moment may lie from the hub's clock before it is doubted."""


def receipt(hub: Hub, row: Row[Any], now: datetime, by: By) -> dict[str, str]:
    """The columns that say a delivery was received now; empty when an earlier moment stands.

    The first sign counts; only the acknowledgement of a native system gives way to its later 01.  law: R-089 HN Đ12.2
    """
    if row.message_type != "edoc":
        return {}
    if row.received_by is not None and (row.received_by, by) != (By.ACK, By.STATUS):
        return {}
    calendar = hub.calendars.of(row.recipient)
    at = clock.to_text(now)
    return {
        "received_at": at,
        "received_by": by.value,
        "received_legal": clock.to_text(calendar.opening(now)),  # law: R-090 HN Đ12.2
        "accept_by": clock.to_text(calendar.end_of_day(now)),  # law: R-097 HN Đ9.1a
        "watch_at": at,
    }


def told(columns: Mapping[str, str]) -> dict[str, str]:
    """What a receipt tells of the columns of `receipt`: the legal time beside the real one, both +07:00."""
    names = ("received_legal", "accept_by")
    return {name: clock.local_text(clock.from_text(columns[name])) for name in names if name in columns}


def received(hub: Hub, connection: Connection, row: Row[Any], now: datetime, by: By) -> None:
    """Write down that a delivery was received now, unless an earlier moment stands."""
    values = receipt(hub, row, now, by)
    if values:
        deliveries.set_facts(connection, row.id, **values)


def is_doubtful(claimed: datetime, now: datetime) -> bool:
    """Whether a moment that somebody tells cannot be believed: in the future, or long past."""
    return not now - _PAST <= claimed <= now + _FUTURE


def sending_time(hub: Hub, row: Row[Any]) -> datetime | None:
    """When a package counts as sent; None as long as the hub has not answered that it travels.

    The clerk's click if its system told one that is not in the hub's future, else the moment of the answer.
    law: R-087 HN Đ12.1
    """
    if row.status != PackageStatus.ACCEPTED:
        return None
    answered = clock.from_text(row.received_at)
    if hub.profile.clocks.sending_time == "answer" or row.issued_at is None:
        return answered
    return min(clock.from_text(row.issued_at), answered)
