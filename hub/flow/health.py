"""The health of an endpoint, with the alarm when it stays silent: one for handing over, one for collecting.

A system may take and not give, or give and not take: each way has its own failures, back-off and alarm. Only the end of
a silence counts for both ways: who answers again is tried again.
"""

from __future__ import annotations

import json
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

NOT_COLLECTED = "not_collected"
"""The alarm for a system whose offers cannot be listed."""

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
    _failed(hub, connection, "endpoint_down", system_id, system_id, began, not_before, reason)


def inward(system_id: str) -> str:
    """The name under which the health of collecting from a system is kept."""
    return f"{system_id[:61]}/in"


def not_collected(
    hub: Hub, connection: Connection, system_id: str, began: datetime, not_before: datetime, reason: str
) -> None:
    """Write that a system's offers could not be listed."""
    _failed(hub, connection, NOT_COLLECTED, system_id, inward(system_id), began, not_before, reason)


def collected(connection: Connection, system_id: str, now: datetime) -> None:
    """After a silence its offers were listed again: it may be called both ways, and its alarm is over."""
    endpoints.heard(connection, inward(system_id), now)
    endpoints.heard(connection, system_id, now)
    for row in store.open_for(connection, Audience.OPERATOR):
        if row.kind == NOT_COLLECTED and json.loads(row.detail)["system"] == system_id:
            store.clear_one(connection, now, row.seq)


def _failed(
    hub: Hub,
    connection: Connection,
    kind: str,
    system_id: str,
    endpoint: str,
    began: datetime,
    not_before: datetime,
    reason: str,
) -> None:
    now = hub.clock.now()
    before = endpoints.get(connection, endpoint)
    failures = endpoints.failed(
        connection,
        endpoint,
        began,
        lambda count: max(not_before, backoff.next_due(count, now, hub.settings.dispatch.backoff_seconds)),
        reason,
    )
    if failures == ALARM_AFTER and (before is None or before.failures != failures):
        detail = {"system": system_id, "reason": reason}
        mark = alarms.mark(clock.to_text(now), endpoint)
        told = store.Alarm(kind, Audience.OPERATOR, mark=mark, detail=detail)
        store.raise_(connection, hub.journal, now, told)
