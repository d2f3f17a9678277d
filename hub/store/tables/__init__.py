"""The hub's tables, in SQLAlchemy Core.

Times are aware UTC kept as RFC 3339 text with microseconds, so that they sort as text on every database. Ids are
UUIDv4 text; `seq` gives the order of arrival. No foreign key leads to the registry: a document outlives the agency
that was merged away.
"""

from __future__ import annotations

from hub.store.tables.base import columns, metadata
from hub.store.tables.decided import (
    alarms,
    calendar_days,
    calendar_hours,
    confirmations,
    copy_rules,
    recipient_groups,
    reviews,
)
from hub.store.tables.doors import calls, collected, heartbeats, openings, relayed, text_messages, webhooks
from hub.store.tables.mail import deliveries, events, items, packages
from hub.store.tables.work import (
    endpoints,
    package_answers,
    rechecks,
    revocation_answers,
    sessions,
    state,
    used_assertions,
    users,
    vxp_clocks,
)

__all__ = [
    "alarms",
    "calendar_days",
    "calendar_hours",
    "calls",
    "collected",
    "columns",
    "confirmations",
    "copy_rules",
    "deliveries",
    "endpoints",
    "events",
    "heartbeats",
    "items",
    "metadata",
    "openings",
    "package_answers",
    "packages",
    "rechecks",
    "recipient_groups",
    "relayed",
    "reviews",
    "revocation_answers",
    "sessions",
    "state",
    "text_messages",
    "used_assertions",
    "users",
    "vxp_clocks",
    "webhooks",
]
