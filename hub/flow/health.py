"""The health of an endpoint, with the alarm when it stays silent: what hand-over and collecting share."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from hub import clock
from hub.context import Hub
from hub.flow import alarms, backoff
from hub.states import Audience
from hub.store import alarms as store
from hub.store import endpoints

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
        detail = {"system": system_id, "reason": reason}
        mark = alarms.mark(clock.to_text(now), system_id)
        told = store.Alarm("endpoint_down", Audience.OPERATOR, mark=mark, detail=detail)
        store.raise_(connection, hub.journal, now, told)
