"""When a document was sent and when it was received: what counts as each moment, door by door.

Five moments are kept of a document (Law 20/2023 Điều 15, 17): signed, issued by the clerk, entered the hub, entered
the recipient's system, accepted by its clerk. The hub's clock decides; what others claim is kept beside it, warned of
when it cannot be, and orders nothing.  law: R-088
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from hub import clock
from hub.flow import notes
from hub.states import PackageStatus

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sqlalchemy import Row

    from edxml.model import Warning as Note
    from hub.calendar.lateness import Lateness
    from hub.context import Hub


class By(StrEnum):
    """What tells that a document has entered the recipient's system; a lease or a waiting copy never does."""

    ACK = "ack"  # native: the digest of the stored bytes
    DONE = "done"  # VXP
    STATUS = "01"  # the recipient's own word, by whatever door; 03 to 06 say it too
    PUSH = "push"  # the recipient's system answered 2xx
    RENAME = "rename"  # folder, database: the finished copy has its name
    LISTED = "listed"  # it stands in the clerk's mailbox here


_RENAMING: Final = frozenset({"folder", "database"})
_FETCHED: Final = frozenset({"vxp", "pull"})
"""Connectors whose success is not yet the recipient's: the axis, or the copy that waits here, is asked for later."""

_FUTURE: Final = timedelta(minutes=5)
_PAST: Final = timedelta(days=1)
"""How far a told moment may lie from the hub's clock before it is doubted."""


@dataclass(frozen=True, slots=True)
class Sent:
    """The sender's moments of a package, None where nothing is known; those of the hub stand in the package itself."""

    signed_at: datetime | None
    issued_at: datetime | None
    sent_at: datetime | None


@dataclass(frozen=True, slots=True)
class Received:
    """The recipient's moments of one delivery. by: what told `at` (By). legal, accept_by: on its own calendar."""

    at: datetime | None
    by: str | None
    legal: datetime | None
    accept_by: datetime | None
    accepted_at: datetime | None


def doubts(issued_at: datetime | None, now: datetime) -> tuple[Note, ...]:
    """The warning for a told moment in the future or long past."""
    if issued_at is None or now - _PAST <= issued_at <= now + _FUTURE:
        return ()
    return (notes.warning("issued_doubtful", "issued_at"),)


def sent(hub: Hub, row: Row[Any]) -> Sent:
    """The sender's moments of a package."""
    signed, issued = _moment(row.signed_at), _moment(row.issued_at)
    if row.status != PackageStatus.ACCEPTED:
        return Sent(signed, issued, None)
    # law: R-087 HN Đ12.1 (empty until the answer is there; then the clerk's click, or the answer, as the profile says)
    answered = clock.from_text(row.received_at)
    click = hub.profile.clocks.sending_time == "click" and issued is not None and issued <= answered
    return Sent(signed, issued, issued if click else answered)


@dataclass(frozen=True, slots=True)
class IssuedLate:
    """How late a signed document was sent. strict: after the morning of the next working day; wide: after that day.

    by, by_wide: until when it was due by each. rule: which of both the profile holds senders to. None = in time.
    """

    by: datetime
    by_wide: datetime
    strict: Lateness | None
    wide: Lateness | None
    rule: str


def issued_late(hub: Hub, sender: str, sent: Sent) -> IssuedLate | None:
    """None while it is not sent, for what no person signed, and for a signature that says a later time."""
    # law: R-082 HN Đ7.2 (both rules stand beside each other)
    if sent.signed_at is None or sent.sent_at is None or sent.signed_at > sent.sent_at:
        return None
    calendar = hub.calendars.of(sender)
    due = calendar.issue_by(sent.signed_at)
    strict, wide = (calendar.lateness(by, sent.sent_at) for by in (due.strict, due.wide))
    return IssuedLate(due.strict, due.wide, strict, wide, hub.profile.clocks.issue_rule)


def received_of(row: Row[Any]) -> Received:
    """The recipient's moments of a delivery."""
    return Received(
        _moment(row.received_at),
        row.received_by,
        _moment(row.received_legal),
        _moment(row.accept_by),
        _moment(row.accepted_at),
    )


def of_connector(kind: str) -> By | None:
    """What a success of a connector tells; None when the recipient has nothing yet."""
    if kind in _FETCHED:
        return None
    if kind in _RENAMING:
        return By.RENAME
    return By.LISTED if kind == "mailbox" else By.PUSH


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


def told(stored: Mapping[str, str]) -> dict[str, str]:
    """What a receipt tells of the columns of `receipt`: the legal time beside the real one, both +07:00."""
    names = ("received_legal", "accept_by")
    return {name: clock.local_text(clock.from_text(stored[name])) for name in names if name in stored}


def _moment(text: str | None) -> datetime | None:
    return clock.from_text(text) if text else None
