"""One system's offers: list, fetch, take in, and only then acknowledge.

Everything offered enters through `intake.accept` like any other package; the system hears of it after our own commit.
A crash at any point only means that it is offered again: the same bytes are recognised, and what is ours but not yet
acknowledged is remembered by its id. What can never be taken is in the journal and answered with the reason; trouble
of our own leaves it where it is.
"""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from connectors import base
from edxml.faults import Fault, Refusal
from hub import log
from hub.flow import alarms, backoff, health, intake, peers
from hub.flow.collecting import axis, sending
from hub.flow.collecting.fetched import Fetched
from hub.store import collected, endpoints
from hub.store.database import StorageDownError, StorageFullError

if TYPE_CHECKING:
    from collections.abc import Awaitable
    from datetime import datetime

    from sqlalchemy import Connection

    from hub.context import Hub
    from hub.flow.peers import Peer

T = TypeVar("T")

ALARMED = 3
"""Troubles with one item in a row of which an operator is told."""

PATIENCE = 5
"""Items in a row that cannot be fetched before the rest waits for the next turn."""

LONGEST_REST = 16
"""Turns for which an item that failed again and again is passed over."""

REMEMBERED = 10_000
"""Items in trouble whose troubles are counted; a peer that invents ids costs no more memory."""

LIST_BYTES = 16 * 1024 * 1024
"""The longest list a slow line has to bring within one time limit."""

_OUR_TROUBLE = frozenset(
    {Fault.INTAKE_STOPPED, Fault.OVERLOADED, Fault.STORAGE_FULL, Fault.DEPENDENCY_DOWN, Fault.INTERNAL}
)


@dataclass(frozen=True, slots=True)
class Turn:
    """One look at everything offered. took: packages new to us; answered: the system gave its lists."""

    took: int
    answered: bool


class Collector:
    """Fetches from one system."""

    def __init__(self, hub: Hub, tools: base.Tools, peer: Peer) -> None:
        self._hub = hub
        self._peer = peer
        self._connections = peers.Connections(hub, tools)
        self._troubles: dict[str, tuple[int, int]] = {}
        """Of items that could not be taken: how often, and the turn in which each is tried again."""
        self._turn = 0
        self._beyond = axis.Beyond(hub) if peer.is_axis else None
        self._log = log.get().bind(system=peer.system.id)

    async def close(self) -> None:
        """Close the connector."""
        await self._connections.close()

    async def connector(self) -> base.Connector:
        """The connector that fetches. Raises PeerSettingsError."""
        return await self._connections.connector(self._peer)

    async def turn(self) -> Turn:
        """Take in what is offered now, documents before the statuses about them."""
        if self._hub.intake_stopped is not None:
            return Turn(0, answered=True)
        began = self._hub.clock.now()
        self._turn += 1
        took = 0
        troubles: list[str] = []
        try:
            connector = await self.connector()
            for message_type in ("edoc", "status"):
                try:
                    took += await self._list(connector, message_type)
                except base.PeerTroubleError as trouble:
                    troubles.append(str(trouble))
        except peers.PeerSettingsError as wrong:
            troubles.append(str(wrong))
        except (Refusal, StorageDownError, StorageFullError) as own:
            self._log.warning("what is offered waits for the hub itself", reason=str(own))
            return Turn(took, answered=False)
        except Exception as error:  # noqa: BLE001 - an edge: the loop outlives any one turn
            self._log.error("collecting failed", error=repr(error), exc_info=True)
            troubles.append(f"connector {self._peer.kind}: {type(error).__name__}")
        if troubles:
            await self._silent(began, "; ".join(troubles)[:400])
            return Turn(took, answered=False)
        await self._alive()
        if self._beyond is not None:
            await self._beyond.look(connector)
        return Turn(took, answered=True)

    async def _list(self, connector: base.Connector, message_type: str) -> int:
        took = in_a_row = 0
        offers = aiter(connector.collect(message_type))
        limit = backoff.hard_timeout_seconds(LIST_BYTES, self._hub.settings.dispatch.timeout_seconds)
        while (incoming := await _within(limit, anext(offers, None), "the list was not given")) is not None:
            if self._troubles.get(incoming.remote_id, (0, 0))[1] > self._turn:
                continue  # it failed lately: those behind it have their turn
            try:
                took += await self._take(incoming)
                in_a_row = 0
                self._troubles.pop(incoming.remote_id, None)
            except (Refusal, StorageDownError, StorageFullError):
                raise
            except Exception as error:  # one item, not the others; a connector's own mistake too
                await self._trouble(incoming, self._words(error))
                in_a_row += 1
                if in_a_row >= PATIENCE:
                    raise
        return took

    def _words(self, error: Exception) -> str:
        if isinstance(error, base.PeerTroubleError):
            return str(error)
        self._log.error("connector failed", kind=self._peer.kind, error=repr(error), exc_info=True)
        return f"connector {self._peer.kind}: {type(error).__name__}"

    async def _take(self, incoming: base.Incoming) -> int:
        """One offered package: 1 when it is ours now for the first time."""
        docid, system_id = incoming.remote_id, self._peer.system.id
        kept = await self._hub.db.read(lambda connection: collected.get(connection, system_id, docid))
        told: base.Taken | base.Declined
        took = 0
        timeout = self._hub.settings.dispatch.timeout_seconds
        limit = backoff.hard_timeout_seconds(self._hub.settings.limits.package_bytes, timeout)
        if kept is not None and (self._peer.is_axis or await _within(limit, _is_of(incoming, kept), "not fetched")):
            told = kept
        else:
            told, took = await _within(limit, self._accept(incoming, docid), "not fetched")
        answer = incoming.confirm(told) if isinstance(told, base.Taken) else incoming.reject(told)
        await _within(2 * timeout, answer, "no answer to what it was told")
        await self._hub.db.write(lambda connection: collected.forget(connection, system_id, docid))
        return took

    async def _accept(self, incoming: base.Incoming, docid: str) -> tuple[base.Taken | base.Declined, int]:
        """What the system is to be told, kept first; and how many packages are new to us."""
        fetched = Fetched(incoming)
        try:
            submission = self._submission(incoming)
            async with contextlib.aclosing(fetched.pieces()) as body:
                accepted = await intake.accept(self._hub, body, submission)
        except Refusal as refusal:
            if refusal.fault in _OUR_TROUBLE:
                raise
            if self._beyond is not None and await self._beyond.is_own(refusal):
                self._log.info("own package came back from the axis", remote_id=docid, record=refusal.instance)
                return base.Taken(), 0
            if not await fetched.comes_again():
                message = f"fetched twice, and not the same: {refusal.fault.slug}"
                raise base.PeerTroubleError(message) from refusal
            return await self._refused(docid, refusal), 0
        self._log.info("taken", remote_id=docid, package=accepted.package_id, repeated=accepted.repeated)
        told = base.Taken(
            accepted.package_id, accepted.document_id, accepted.sha256, accepted.receipt, accepted.repeated
        )
        if accepted.repeated:
            return told, 0
        await self._keep(docid, told)
        return told, 1

    def _submission(self, incoming: base.Incoming) -> intake.Submission:
        """Raises Refusal(PROFILE_INVALID) for what cannot be read beside the package."""
        door = "axis" if self._peer.is_axis else "collect"
        said, declared = sending.read(incoming.sending)
        return intake.Submission(
            self._peer.system,
            door,
            message_type=incoming.message_type,
            declared=declared,
            sending=said,
            signed_only=peers.signed_only(self._peer),
        )

    async def _refused(self, docid: str, refusal: Refusal) -> base.Declined:
        """Never lost: the refusal is in the journal, and the system hears why; of the axis's an operator is told."""
        # law: R-120 QĐ28 Đ7.3c
        fault = refusal.fault
        told = base.Declined(
            fault.slug, fault.title_vi, fault.title_en, fault.remedy_vi, fault.remedy_en, (refusal.detail or "")[:200]
        )
        now = self._hub.clock.now()

        def work(connection: Connection) -> None:
            collected.put(connection, self._peer.system.id, docid, told, now)
            if self._peer.is_axis:
                axis.refused(self._hub, connection, now, docid, refusal)

        await self._hub.db.write(work)
        self._log.warning("what was offered is refused", remote_id=docid, fault=fault.slug)
        return told

    async def _keep(self, docid: str, told: base.Taken) -> None:
        now, system_id = self._hub.clock.now(), self._peer.system.id
        await self._hub.db.write(lambda connection: collected.put(connection, system_id, docid, told, now))

    async def _trouble(self, incoming: base.Incoming, reason: str) -> None:
        docid = incoming.remote_id
        if docid not in self._troubles and len(self._troubles) >= REMEMBERED:
            self._troubles.pop(next(iter(self._troubles)))
        count = self._troubles.get(docid, (0, 0))[0] + 1
        self._troubles[docid] = (count, self._turn + min(2 ** (count - 1), LONGEST_REST))
        self._log.warning("item not taken", remote_id=docid, reason=reason, times=count)
        if count == ALARMED:
            kind = "axis_item_stuck" if self._peer.is_axis else "offered_item_stuck"
            await alarms.raise_alarm(self._hub, kind, self._peer.system.id, "", remote_id=docid, reason=reason)

    async def _alive(self) -> None:
        """It gave its lists. After a silence, whatever waits for it may go; what only sending meets is not touched."""
        now, system_id = self._hub.clock.now(), self._peer.system.id
        row = await self._hub.db.read(lambda connection: endpoints.get(connection, health.inward(system_id)))
        if row is None or not row.failures:
            return
        await self._hub.db.write(lambda connection: health.collected(connection, system_id, now))
        self._log.info("system answers again")
        self._hub.bell.call()

    async def _silent(self, began: datetime, reason: str) -> None:
        """It did not give its lists: told to an operator after a while; sending has a health of its own."""
        self._log.warning("system cannot be asked", reason=reason)
        now, system_id = self._hub.clock.now(), self._peer.system.id
        await self._hub.db.write(
            lambda connection: health.not_collected(self._hub, connection, system_id, began, now, reason)
        )


async def _is_of(incoming: base.Incoming, kept: base.Taken | base.Declined) -> bool:
    """Whether what was kept is of these bytes; an office may use an old name anew, the axis never does.

    Raises PeerTroubleError.
    """
    if isinstance(kept, base.Declined) or not kept.sha256:
        return True
    fetched = Fetched(incoming)
    async with contextlib.aclosing(fetched.pieces()) as body:
        async for _ in body:
            pass
    return fetched.sha256 == kept.sha256


async def _within(seconds: float, work: Awaitable[T], what: str) -> T:
    """The result in time. Raises PeerTroubleError."""
    try:
        async with asyncio.timeout(seconds):
            return await work
    except TimeoutError as cause:
        message = f"{what} within {seconds:.0f} s"
        raise base.PeerTroubleError(message) from cause
