"""What the watchdog looks at, and what it may answer: plain values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from hub.states import BESIDE, Copy, DeliveryStatus, RecallState, Role
from hub.store.alarms import Alarm

if TYPE_CHECKING:
    from hub.calendar import WorkCalendar
    from hub.profile.rules import Watch

_REFUSED = "02"
_ACCEPTED = frozenset({"03", "04", "05", "06"})
_OVER = frozenset({DeliveryStatus.FAILED, DeliveryStatus.CANCELLED, DeliveryStatus.NOT_CONNECTED})
_OPENING = frozenset({DeliveryStatus.AVAILABLE, DeliveryStatus.DELIVERED})
_DOCUMENTS = frozenset({0, 3})  # new, replacement: a recall or an update is answered by words of its own
_FIXED_HOUR, _EXPRESS = 4, 3


class Reason(StrEnum):
    """Why a delivery is given up: what its statement of non-delivery says."""

    NOT_REACHED = "not_reached"  # every attempt failed until the time was up
    NO_SYSTEM = "no_system"  # its system is suspended or no longer there: no attempt was possible
    NOT_FETCHED = "not_fetched"  # it waited all the time and nobody asked for it
    NOT_CONFIRMED = "not_confirmed"  # its content was fetched, and never confirmed
    SUSPENDED = "recipient_suspended"  # the agency may not receive
    REFUSED = "refused"  # its system said no for good


@dataclass(frozen=True, slots=True)
class Facts:
    """One delivery and its package at one moment. Times are aware UTC.

    since: when it was to arrive: its birth, or when an operator last released it or sent it again.
    travels: the package and the delivery are not kept back. here: the agency is one of this province.
    exposed: a content byte has left. reacted: the sender has sent a corrected one, or has withdrawn the refused one.
    suspended: the recipient or its system may not receive now.
    """

    delivery_id: str
    package_id: str
    document_id: str
    sender: str
    recipient: str
    status: DeliveryStatus
    business_type: int
    urgency: int
    since: datetime
    issued_at: datetime
    travels: bool = True
    sender_here: bool = True
    recipient_here: bool = True
    role: str = Role.ACT.value
    copy: str = Copy.OWN.value
    exposed: bool = False
    suspended: bool = False
    received_at: datetime | None = None
    accept_by: datetime | None = None
    business_status: str | None = None
    business_at: datetime | None = None
    recall_state: str = RecallState.NONE.value
    destroy_by: datetime | None = None
    replied: bool = False
    reacted: bool = False
    reply_due: datetime | None = None
    hour_at: datetime | None = None
    signed_at: datetime | None = None

    @property
    def level(self) -> int:
        """Its urgency; an express one at a fixed hour that names no hour is an express one."""  # law: R-086
        return _EXPRESS if self.urgency >= _FIXED_HOUR and self.hour_at is None else min(self.urgency, _FIXED_HOUR)

    @property
    def ended(self) -> bool:
        """Whether it goes nowhere any more."""
        return self.status in _OVER

    @property
    def confirmed(self) -> bool:
        """Whether the recipient's system is known to have it."""
        arrived = self.received_at is not None or self.business_status is not None
        return arrived or self.status is DeliveryStatus.DELIVERED

    @property
    def opened(self) -> bool:
        """Whether the recipient has it before its eyes.

        A reading (the law does not say how one knows): an answer of any kind; or a content byte that left for a
        recipient that asked for it, a clerk by a page or a system that fetches. A byte pushed is not opened by that.
        """
        return self.business_status is not None or (self.exposed and self.status in _OPENING)

    @property
    def refused(self) -> bool:
        """Whether the recipient said 02."""
        return self.business_status == _REFUSED

    @property
    def accepted(self) -> bool:
        """Whether the recipient said 03, or what only comes after it."""
        return self.business_status in _ACCEPTED

    @property
    def recalled(self) -> bool:
        """Whether its sender wants it back, and may have it."""
        return self.recall_state not in (RecallState.NONE, RecallState.REFUSED)

    @property
    def binding(self) -> bool:
        """Whether it opens deadlines for its recipient: a document to act on, refused or recalled by nobody."""
        # law: R-109 NĐ30 PL I.II.9, R-131 HN Đ9.1b, R-135 TT Đ6.1.2
        mine = self.role == Role.ACT and self.copy not in BESIDE and self.business_type in _DOCUMENTS
        return mine and not (self.refused or self.recalled or self.ended)


@dataclass(frozen=True, slots=True)
class Rules:
    """What decides: the profile's minutes, and the working calendars of both sides."""

    watch: Watch
    sender: WorkCalendar
    recipient: WorkCalendar


@dataclass(frozen=True, slots=True)
class Look:
    """What one look found.

    alarms: what is to be raised, unless it was. over: kinds of alarms about this delivery whose reason is gone.
    next_at: when to look again; None = only when a fact changes. give_up: why the delivery is over, if it is.
    """

    alarms: tuple[Alarm, ...]
    over: frozenset[str]
    next_at: datetime | None
    give_up: Reason | None = None
