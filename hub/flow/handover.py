"""One claimed item on its way out: the parcel whose first pull exposes, and what each outcome does to its rows."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from connectors import base
from connectors.calling import answers
from edxml.faults import Fault
from hub import clock
from hub.context import Hub
from hub.flow import backoff, content, health, moments
from hub.flow.peers import Peer
from hub.flow.recalls import stop
from hub.flow.watch import non_delivery
from hub.flow.watch.facts import Reason
from hub.states import Move, RecallState
from hub.store import deliveries, endpoints, events, packages, relayed

if TYPE_CHECKING:
    from sqlalchemy import Connection, Row

_FAULTS = {"18": Fault.ORG_UNKNOWN, "23": Fault.ORG_SUSPENDED}


LONGEST_REST_SECONDS = 86_400.0
"""A peer that asks for more rest than this is tried again all the same."""

_WORDS, _CODE, _ID = 300, 100, 100


class ClaimLostError(Exception):
    """Somebody else has the delivery now: this attempt may not send a byte of it."""


@dataclass(slots=True)
class Handover:
    """One attempt for one item.

    fresh: deliveries that this attempt exposed. failure: our own trouble with the bytes, not the peer's.
    stopped: the hub itself ended the attempt, so nothing need wait before the next one.
    """

    hub: Hub
    peer: Peer
    claim: endpoints.Claim
    began: datetime
    fresh: list[str] = field(default_factory=list)
    failure: Exception | None = None
    stopped: bool = False

    def parcel(self) -> base.Parcel:
        """The item as its connector gets it."""
        package = self.claim.package
        return base.Parcel(
            item_id=self.claim.rows[0].item_id,
            package_id=package.id,
            message_type=package.message_type,
            document_id=package.document_id,
            sender=package.sender,
            recipients=tuple(row.written_as for row in self.claim.rows),
            urgency=max(row.urgency for row in self.claim.rows),
            size=package.size,
            sha256=package.sha256,
            open=self._bytes,
            delivery_ids=self.claim.ids,
            left_before=any(row.exposed_at is not None for row in self.claim.rows),
        )

    async def attempt(self, connector: base.Connector) -> base.Outcome:
        """Let the connector work, never longer than its hard timeout; whatever goes wrong is an outcome."""
        seconds = backoff.hard_timeout_seconds(self.claim.package.size, self.hub.settings.dispatch.timeout_seconds)
        try:
            async with asyncio.timeout(seconds):
                outcome = await connector.deliver(self.parcel())
        except TimeoutError:
            return base.Deferred(f"no outcome within {seconds:.0f} s")
        if self.failure is not None:  # also when the peer says it has them: it cannot have all of them
            return base.Deferred(f"the hub could not read the package: {type(self.failure).__name__}", peer=False)
        return outcome

    async def _bytes(self) -> AsyncGenerator[bytes, None]:
        """The sealed bytes; exposure is committed before the first of them is given."""
        self.failure = None
        try:
            source = content.of_row(self.hub, self.claim.package)
            await self.hub.db.write(self._expose)
            async for piece in source.chunks():
                yield piece
        except Exception as error:
            self.failure = error
            raise

    def _expose(self, connection: Connection) -> None:
        if len(self._mine(connection)) < len(self.claim.rows):
            message = "the claim ran out and the delivery was taken over"
            raise ClaimLostError(message)
        if not packages.travels(connection, self.claim.package.id):
            message = "the package is kept back"
            raise ClaimLostError(message)
        self.fresh = self.fresh or endpoints.unexposed(connection, self.claim.ids)
        by = f"system:{self.peer.system.id}"
        deliveries.expose(connection, self.hub.journal, self.hub.clock.now(), self.claim.ids, by)

    def settle(self, connection: Connection, outcome: base.Outcome) -> None:
        """Write what the outcome means. Rows another worker took meanwhile are left alone, unless it arrived."""
        now = self.hub.clock.now()
        if isinstance(outcome, base.Delivered):
            self._delivered(connection, now, outcome)
        elif isinstance(outcome, base.Refused):
            self._refused(connection, now, outcome)
        elif isinstance(outcome, base.Parked):
            for row in self._mine(connection):
                self._change(connection, now, row, Move.PARK, {"lease": None, "due_at": None}, {"parked": "inbox"})
            stop.settle_item(connection, self.claim.rows[0].item_id, now)
            endpoints.heard(connection, self.peer.system.id, now)
        else:
            self._deferred(connection, now, outcome)

    def _delivered(self, connection: Connection, now: datetime, outcome: base.Delivered) -> None:
        detail = {
            **self._document(),
            "system": self.peer.system.id,
            "delivered_at": clock.local(now).isoformat(timespec="microseconds"),
        }
        if outcome.remote_id:
            detail["remote_id"] = outcome.remote_id
        if self.peer.is_axis:
            # law: R-119 HN Đ12.3
            relayed.remember(connection, self.peer.system.id, outcome.remote_id, self.claim.rows[0].item_id, now)
            self._relay(connection, now, "relay.accepted", {"remote_id": outcome.remote_id})
        by = moments.of_connector(self.claim.rows[0].connector)
        for row in self.claim.rows:
            received = moments.receipt(self.hub, row, now, by) if by is not None else {}
            values = {"lease": None, "due_at": None, "reason": None, **received}
            self._change(connection, now, row, Move.DELIVER, values, {**detail, **moments.told(received)})
        endpoints.heard(connection, self.peer.system.id, now)

    def _refused(self, connection: Connection, now: datetime, outcome: base.Refused) -> None:
        rows = self._mine(connection)
        fault = _FAULTS.get(outcome.code)
        reason = " ".join(part for part in (outcome.code, outcome.reason) if part)[:500]
        system_id = self.peer.system.id
        ending = non_delivery.Ending(
            Reason.REFUSED,
            reason,
            Move.REFUSE,
            f"system:{system_id}",
            {"lease": None, "reason": reason, "fault": fault.slug if fault else None},
            {"system": system_id, "code": outcome.code},
        )
        if self.peer.is_axis and rows:
            self._relay(connection, now, "relay.rejected", {"reason": reason, "code": outcome.code})
        for row in rows:
            with contextlib.suppress(events.StaleStatusError):  # what is there is at least as true
                non_delivery.end(self.hub, connection, now, row, self.claim.package, ending)
        endpoints.heard(connection, system_id, now)

    def _deferred(self, connection: Connection, now: datetime, outcome: base.Deferred) -> None:
        settings = self.hub.settings.dispatch
        rows = self._mine(connection)
        untouched = [row.id for row in rows if row.id in self.fresh] if outcome.untouched else []
        if untouched:  # and nobody else's: a newer attempt may have sent bytes
            deliveries.unexpose(connection, untouched)
        rest = now + timedelta(seconds=outcome.retry_after_seconds or 0)
        if outcome.peer:
            health.failed(self.hub, connection, self.peer.system.id, self.began, rest, outcome.reason)
        for row in rows:
            due = rest
            if not (outcome.untouched or self.stopped):
                due = max(rest, backoff.next_due(row.attempts, now, settings.backoff_seconds))
            values = {"lease": None, "due_at": clock.to_text(due), "reason": outcome.reason[:500]}
            detail = {"attempt": row.attempts, "reason": outcome.reason, "system": self.peer.system.id}
            self._change(connection, now, row, Move.DEFER, values, detail)
        wanted = [row.id for row in rows if row.id in untouched and row.recall_state == RecallState.ASKED]
        if wanted:  # asked back while a byte seemed to leave: none did
            stopping = stop.Stop(connection, self.hub.journal, now, "hub", outcome.reason)
            stopping.cancel(wanted, recall_state=RecallState.NEVER_DELIVERED.value)

    def _mine(self, connection: Connection) -> list[Row[Any]]:
        return list(endpoints.still_claimed(connection, self.claim.token, self.claim.ids))

    def _document(self) -> dict[str, Any]:
        package = self.claim.package
        return {"sha256": package.sha256, "document_id": package.document_id, "sender": package.sender}

    def _relay(self, connection: Connection, now: datetime, event_type: str, detail: dict[str, Any]) -> None:
        """The axis's word on one package, for all of its recipients beyond the province; a signed receipt."""
        facts = {**self._document(), "recipients": [row.recipient for row in self.claim.rows], **detail}
        event = events.Event(event_type, f"system:{self.peer.system.id}", self.claim.package.id, detail=facts)
        self.hub.journal.record(connection, now, [event])

    def _change(
        self,
        connection: Connection,
        now: datetime,
        row: Row[Any],
        move: Move,
        values: dict[str, Any],
        detail: dict[str, Any],
    ) -> None:
        change = events.Change(row.id, move, f"system:{self.peer.system.id}", values, detail)
        try:
            events.change_status(connection, self.hub.journal, now, change)
        except events.StaleStatusError:
            return  # delivered, cancelled or held meanwhile: what is there is at least as true


def storable(outcome: base.Outcome) -> base.Outcome:
    """The outcome with only such letters and numbers as can be stored, whatever the connector said."""
    if isinstance(outcome, base.Delivered):
        facts = {answers.plain(name, _CODE): answers.plain(str(value), _WORDS) for name, value in outcome.facts.items()}
        return base.Delivered(answers.plain(outcome.remote_id, _ID), facts)
    if isinstance(outcome, base.Refused):
        return base.Refused(answers.plain(outcome.reason, _WORDS), answers.plain(outcome.code, _CODE))
    if isinstance(outcome, base.Deferred):
        asked = outcome.retry_after_seconds
        rest = None if asked is None or asked != asked else min(max(asked, 0.0), LONGEST_REST_SECONDS)  # noqa: PLR0124 - NaN
        return replace(outcome, reason=answers.plain(outcome.reason, _WORDS), retry_after_seconds=rest)
    return outcome
