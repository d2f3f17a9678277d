"""The health of an endpoint, with the alarm when it stays silent: what hand-over and collecting share."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from hub.context import Hub
from hub.flow import backoff
from hub.store import endpoints, events

if TYPE_CHECKING:
    from sqlalchemy import Connection

ALARM_AFTER = 3
"""Failures of an endpoint in a row that an operator is told of, once for each silence."""


def failed(
    hub: Hub,
    connection: Connection,
    system_id: str,
    began: datetime,
    not_before: datetime,
    reason: str,
) -> None:
    """Write one failure. began: when the attempt began; not_before: the peer asked for rest until then."""
    now = hub.clock.now()
    before = endpoints.get(connection, system_id)
    failures = endpoints.failed(
        connection,
        system_id,
        began,
        lambda count: max(not_before, backoff.next_due(count, now, hub.settings.dispatch.backoff_seconds)),
        reason,
    )
    if failures == ALARM_AFTER and (before is None or before.failures != failures):
        detail = {"alarm": "endpoint_down", "system": system_id, "reason": reason}
        hub.journal.record(connection, now, [events.Event("alarm.raised", "hub", detail=detail)])
