"""When the watchdog looks at a new delivery first."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from hub import clock
from hub.states import DeliveryStatus

if TYPE_CHECKING:
    from hub.profile.rules import Watch
    from hub.store.packages import NewPackage

ARRIVING = frozenset({DeliveryStatus.QUEUED, DeliveryStatus.AVAILABLE})
"""Statuses in which a new delivery is on its way; the others arrive nowhere, or an operator holds them."""


def first_look(row: NewPackage, watch: Watch) -> str | None:
    """The moment, as it is stored, for every delivery of this package that is to arrive; None for statuses.

    Urgent ones at once: their hour, and how long they lay since they were signed, cannot wait. Normal ones when the
    recipient's system ought to have them, in any minutes: the look itself counts working minutes.
    """
    if row.message_type != "edoc":
        return None
    if row.priority > 0:
        return row.received_at
    minutes = watch.confirm_minutes[0]  # law: R-101 HN Đ10.2c
    return clock.to_text(clock.from_text(row.received_at) + timedelta(minutes=minutes))
