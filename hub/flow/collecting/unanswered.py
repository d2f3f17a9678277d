"""Documents the axis took and brings no answer to: reported to the operator, until somebody answers.

What the axis says is that it has the document; that its recipient has it only a status of that recipient says.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from hub.flow import routing
from hub.states import Audience
from hub.store import alarms, deliveries, relayed

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from hub.context import Hub

KIND = "axis_no_answer"
LOOKED_BACK = timedelta(days=30)
"""A hub that was away finds what fell due meanwhile; what is older was reported then."""

MOST = 500


async def report(hub: Hub) -> int:
    """Raise one alarm for each delivery without an answer, end those that have one now; how many are new."""
    # law: R-119 QĐ28 Đ14.2
    now, axis = hub.clock.now(), hub.settings.axis
    assert axis is not None, "only a hub with an axis waits for its answers"
    until = now - timedelta(days=axis.answer_days)

    def work(connection: Connection) -> int:
        for alarm in alarms.open_for(connection, Audience.OPERATOR):
            if alarm.kind == KIND:
                row = deliveries.get(connection, alarm.delivery_id)
                if row is None or row.business_status:
                    alarms.clear_one(connection, now, alarm.seq)
        found = relayed.unanswered(connection, routing.AXIS, until - LOOKED_BACK, until, MOST)
        return sum(
            alarms.raise_(
                connection,
                hub.journal,
                now,
                alarms.Alarm(
                    KIND,
                    Audience.OPERATOR,
                    package_id=row.package_id,
                    delivery_id=row.id,
                    recipient=row.recipient,
                    detail={"system": routing.AXIS, "remote_id": row.remote_id, "days": axis.answer_days},
                ),
            )
            for row in found
        )

    return await hub.db.write(work)
