"""The province's one door to the national axis, inwards: list, fetch, take in, and only then acknowledge.

Everything the axis offers enters through `intake.accept` like any other package; `done` is said after our own commit.
A crash at any point only means that the axis offers it again: the same bytes are recognised, and what is ours but not
yet acknowledged is remembered by its docId. Our own documents coming back are acknowledged and logged. What can never
be taken raises an alarm and is answered `fail`; trouble of our own leaves it where it is.
"""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from connectors import base
from edxml.faults import Fault, Refusal
from hub import log
from hub.context import Hub
from hub.flow import backoff, bounces, health, intake, peers, routing
from hub.flow.dispatch import SENT_BELL
from hub.store import collected, endpoints, events

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from hub.flow.peers import Peer

ALARMED = 3
"""Troubles with one item in a row of which an operator is told."""

PATIENCE = 5
"""Items in a row that cannot be fetched before the rest waits for the next turn."""

BOUNCES_EVERY = timedelta(minutes=5)
"""How often the list of sent packages is read."""

SHORTEST_PAUSE_SECONDS = 1.0

_OUR_TROUBLE = frozenset(
    {Fault.INTAKE_STOPPED, Fault.OVERLOADED, Fault.STORAGE_FULL, Fault.DEPENDENCY_DOWN, Fault.INTERNAL}
)


async def run(hub: Hub, tools: base.Tools, stop: asyncio.Event) -> None:
    """Ask the axis every `axis.poll_seconds`, and at once after something was sent there, until `stop` is set."""
    peer = peers.find(hub, routing.AXIS)
    if peer is None or hub.settings.axis is None:
        await stop.wait()
        return
    collector = Collector(hub, tools, peer)
    try:
        while not stop.is_set():
            took = await collector.turn()
            pause = SHORTEST_PAUSE_SECONDS if took else float(hub.settings.axis.poll_seconds)
            await _pause(hub, stop, pause)
    finally:
        await asyncio.shield(collector.close())


class Collector:
    """Fetches from one peer."""

    def __init__(self, hub: Hub, tools: base.Tools, peer: Peer) -> None:
        self._hub = hub
        self._peer = peer
        self._connections = peers.Connections(hub, tools)
        self._troubles: dict[str, int] = {}
        self._asked: datetime | None = None
        self._log = log.get()

    async def close(self) -> None:
        """Close the connector."""
        await self._connections.close()

    async def turn(self) -> int:
        """Take in what is offered now, documents before the statuses about them; how many were taken."""
        if self._hub.intake_stopped is not None:
            return 0
        began = self._hub.clock.now()
        took = 0
        try:
            connector = await self._connections.connector(self._peer)
            for message_type in ("edoc", "status"):
                took += await self._list(connector, message_type)
            await self._returned(connector, began)
        except (base.PeerTroubleError, peers.PeerSettingsError) as trouble:
            await self._silent(began, str(trouble))
        except Refusal as refusal:
            self._log.warning("the axis waits for the hub itself", fault=refusal.fault.slug)
        except Exception as error:  # noqa: BLE001 - an edge: the loop outlives any one turn
            self._log.error("collecting failed", error=repr(error), exc_info=True)
        else:
            await self._alive()
        return took

    async def _list(self, connector: base.Connector, message_type: str) -> int:
        took = in_a_row = 0
        async for incoming in connector.collect(message_type):
            try:
                took += await self._take(incoming)
                in_a_row = 0
                self._troubles.pop(incoming.remote_id, None)
            except base.PeerTroubleError as trouble:
                await self._trouble(incoming, str(trouble))
                in_a_row += 1
                if in_a_row >= PATIENCE:
                    raise
        return took

    async def _returned(self, connector: base.Connector, now: datetime) -> None:
        """Ask now and then what the axis could not hand on."""
        if self._asked is not None and now - self._asked < BOUNCES_EVERY:
            return
        self._asked = now
        try:
            failed = await bounces.record(self._hub, await connector.bounces())
        except base.PeerTroubleError as trouble:  # the lists of what waits were read: it is alive
            self._log.warning("the axis does not say what it handed on", reason=str(trouble))
            return
        if failed:
            self._log.warning("the axis could not hand on", deliveries=failed)

    async def _take(self, incoming: base.Incoming) -> int:
        """One offered package: 1 when it is ours now for the first time."""
        docid, system_id = incoming.remote_id, self._peer.system.id
        told = await self._hub.db.read(lambda connection: collected.get(connection, system_id, docid))
        took = 0
        if told is None:
            limit = backoff.hard_timeout_seconds(
                self._hub.settings.limits.package_bytes, self._hub.settings.dispatch.timeout_seconds
            )
            try:
                async with asyncio.timeout(limit):
                    told, took = await self._accept(incoming, docid)
            except TimeoutError as cause:
                message = f"not fetched within {limit:.0f} s"
                raise base.PeerTroubleError(message) from cause
        if isinstance(told, base.Declined):
            await incoming.reject(told)
        else:
            await incoming.confirm(told)
        await self._hub.db.write(lambda connection: collected.forget(connection, system_id, docid))
        return took

    async def _accept(self, incoming: base.Incoming, docid: str) -> tuple[base.Taken | base.Declined, int]:
        """What the peer is to be told, kept first; and how many packages are new to us."""
        submission = intake.Submission(self._peer.system, "axis", message_type=incoming.message_type)
        try:
            accepted = await intake.accept(self._hub, incoming.body(), submission)
        except Refusal as refusal:
            if refusal.fault in _OUR_TROUBLE:
                raise
            if refusal.fault is Fault.SENDER_NOT_ALLOWED:
                self._log.info("own package came back from the axis", remote_id=docid)
                return base.Taken(), 0
            return await self._refused(docid, refusal), 0
        self._log.info("taken from the axis", remote_id=docid, package=accepted.package_id, repeated=accepted.repeated)
        told = base.Taken(
            accepted.package_id, accepted.document_id, accepted.sha256, accepted.receipt, accepted.repeated
        )
        if accepted.repeated:
            return told, 0
        now, system_id = self._hub.clock.now(), self._peer.system.id
        await self._hub.db.write(lambda connection: collected.put(connection, system_id, docid, told, now))
        return told, 1

    async def _refused(self, docid: str, refusal: Refusal) -> base.Declined:
        """Never lost: the refusal is in the journal, an operator is told, the axis hears why in its own letters."""
        # law: R-120 QĐ28 Đ7.3c
        fault = refusal.fault
        told = base.Declined(
            fault.slug, fault.title_vi, fault.title_en, fault.remedy_vi, fault.remedy_en, (refusal.detail or "")[:200]
        )
        now, system_id = self._hub.clock.now(), self._peer.system.id
        detail = {"alarm": "axis_package_refused", "remote_id": docid, "fault": refusal.fault.slug}

        def work(connection: Connection) -> None:
            collected.put(connection, system_id, docid, told, now)
            self._hub.journal.record(connection, now, [events.Event("alarm.raised", "hub", detail=detail)])

        await self._hub.db.write(work)
        self._log.warning("package of the axis refused", remote_id=docid, fault=refusal.fault.slug)
        return told

    async def _trouble(self, incoming: base.Incoming, reason: str) -> None:
        count = self._troubles[incoming.remote_id] = self._troubles.get(incoming.remote_id, 0) + 1
        self._log.warning("item of the axis not taken", remote_id=incoming.remote_id, reason=reason, times=count)
        if count == ALARMED:
            now = self._hub.clock.now()
            detail = {"alarm": "axis_item_stuck", "remote_id": incoming.remote_id, "reason": reason}
            event = events.Event("alarm.raised", "hub", detail=detail)
            await self._hub.db.write(lambda connection: self._hub.journal.record(connection, now, [event]))

    async def _alive(self) -> None:
        """The axis answered: whatever waits for it may go."""
        now, system_id = self._hub.clock.now(), self._peer.system.id
        if await self._hub.db.write(lambda connection: endpoints.heard(connection, system_id, now)):
            self._log.info("axis answers again")
            self._hub.bell.call()

    async def _silent(self, began: datetime, reason: str) -> None:
        """The axis did not answer: its endpoint rests, for what we send as well."""
        self._log.warning("axis cannot be asked", reason=reason)
        now = self._hub.clock.now()
        await self._hub.db.write(
            lambda connection: health.failed(self._hub, connection, self._peer.system.id, began, now, reason)
        )


async def _pause(hub: Hub, stop: asyncio.Event, seconds: float) -> None:
    """Sleep until something was sent to the axis or the hub stops, at most `seconds`."""
    waits = [asyncio.ensure_future(hub.bell.wait(SENT_BELL, seconds)), asyncio.ensure_future(stop.wait())]
    try:
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for wait in waits:
            wait.cancel()
        await asyncio.gather(*waits, return_exceptions=True)
