"""What only the national axis needs: its own returning packages, refusals, and what became of what it took."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from connectors import base
from edxml.faults import Fault
from hub import log
from hub.flow import bounces
from hub.flow.collecting import reconciling, unanswered
from hub.store import events, known, packages

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from edxml.faults import Refusal
    from hub.context import Hub

LOOK_EVERY = timedelta(minutes=5)
"""How often the axis's list of sent packages is read."""


class Beyond:
    """What lies beyond the axis, looked at now and then by its collector."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._log = log.get()
        self.looked_at: datetime | None = None

    async def look(self, connector: base.Connector) -> None:
        """Ask what the axis could not hand on, at most every LOOK_EVERY; trouble waits for the next time."""
        now = self._hub.clock.now()
        if self.looked_at is not None and now - self.looked_at < LOOK_EVERY:
            return
        self.looked_at = now
        await unanswered.report(self._hub)
        try:
            failed = await bounces.record(self._hub, await connector.bounces())
            await reconciling.reconcile(self._hub, connector)
        except base.PeerTroubleError as trouble:  # the lists of what waits were read: it is alive
            self._log.warning("the axis does not say what it handed on", reason=str(trouble))
            return
        if failed:
            self._log.warning("the axis could not hand on", deliveries=failed)

    async def is_own(self, refusal: Refusal) -> bool:
        """Whether what was refused is a package of our own that came back: we sent it, whatever was done to its bytes.

        It has a record already, with its sender, DocumentId and digest: that is the evidence.
        """
        if refusal.fault is not Fault.SENDER_NOT_ALLOWED or refusal.instance is None:
            return False
        record_id = refusal.instance

        def look(connection: Connection) -> bool:
            record = packages.get(connection, record_id)
            agency = self._hub.directory.agency(record.sender) if record is not None else None
            if record is None or agency is None:
                return False
            names = {record.sender, agency.organ_id, *self._hub.directory.former_codes(agency.organ_id)}
            return known.sent_before(connection, names, record.document_id, record.message_type)

        return await self._hub.db.read(look)


def refused(hub: Hub, connection: Connection, now: datetime, docid: str, refusal: Refusal) -> None:
    """An operator is told of what the axis offers and we can never take."""
    # law: R-120 QĐ28 Đ7.3c
    detail = {"alarm": "axis_package_refused", "remote_id": docid, "fault": refusal.fault.slug}
    hub.journal.record(connection, now, [events.Event("alarm.raised", "hub", detail=detail)])
