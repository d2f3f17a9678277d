"""What lies in the spool is handed to the other side: the most urgent first, each document's thread in its order."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncGenerator

from connectors import base
from connectors.agent import own_words
from connectors.agent.health import Health
from connectors.agent.item import Item, State, Way
from connectors.agent.means import Means, as_answer, declined
from connectors.agent.spool import SpoolFullError, is_full
from edxml.faults import Fault

SLOTS = 4
"""Packages handed over at the same time; one while the side is in trouble."""
STUCK = 10
"""Attempts in vain for one package of which somebody should know."""
SLOWEST_BYTES_PER_SECOND = 65_536


class HandingOver:
    """The sending half of one direction.

    wake: rung by whoever has something to hand over. answered: rung when the other side has said yes or no.
    own: the health of the agent itself, whose disk may be full.
    """

    def __init__(self, way: Way, target: base.Connector, health: Health, own: Health, means: Means) -> None:
        self._way, self._target, self._health, self._own, self._means = way, target, health, own, means
        self._running: dict[int, asyncio.Task[None]] = {}
        self.wake = asyncio.Event()
        self.answered = asyncio.Event()

    @property
    def running(self) -> tuple[asyncio.Task[None], ...]:
        """Attempts under way."""
        return tuple(self._running.values())

    @property
    def rest_seconds(self) -> float:
        """How long nothing is to be tried."""
        return max(self._health.rest_seconds, self._own.rest_seconds)

    async def turn(self) -> bool:
        """Begin with what is due, as far as there are slots; whether anything was begun."""
        means, running = self._means, tuple(self._running)
        slots = (SLOTS if self._health.is_well else 1) - len(running)
        if slots <= 0 or self.rest_seconds > 0:
            return False
        moment = means.now().timestamp()
        items = await means.keep(lambda: means.ledger.due(self._way, moment, slots, running))
        for item in items:
            self._running[item.number] = asyncio.create_task(self._whole(item))
        return bool(items)

    async def _whole(self, item: Item) -> None:
        """One attempt, whatever happens in it: the next one comes after a pause."""
        try:
            await self._attempt(item)
        except FileNotFoundError as error:  # its bytes are gone; the others have theirs
            self._means.wrong("disk_trouble", str(error))
            await self._pass_over(item, error)
        except (OSError, sqlite3.Error, SpoolFullError) as error:
            full = isinstance(error, SpoolFullError) or is_full(error)
            self._own.failed(repr(error))
            self._means.wrong("disk_full" if full else "disk_trouble", str(error))
        except Exception as error:  # noqa: BLE001 - an edge: one package that surprises us does not stop the others
            self._means.wrong("agent_failed", repr(error)[:200])
            await self._pass_over(item, error)
        else:
            self._own.heard()
            for code in ("disk_full", "disk_trouble", "agent_failed"):
                self._means.over(code)
        finally:
            del self._running[item.number]
            self.wake.set()

    async def _pass_over(self, item: Item, error: Exception) -> None:
        """Put off what the agent or a connector stumbled over: those behind it have their turn."""
        try:
            await self._put_off(item, base.Deferred(f"failed: {type(error).__name__}", peer=False))
        except (OSError, sqlite3.Error) as trouble:
            self._own.failed(repr(trouble))

    async def _attempt(self, item: Item) -> None:
        means = self._means
        if not await means.keep(lambda: means.ledger.begin(item)):
            return
        outcome = await self._deliver(item)
        if isinstance(outcome, base.Delivered):
            means.heard(self._health)
            await self._taken(item, outcome)
        elif isinstance(outcome, base.Refused):
            means.heard(self._health)
            await self._refused(item, outcome)
        elif isinstance(outcome, base.Deferred):
            await self._put_off(item, outcome)
        else:
            await self._put_off(item, base.Deferred("what waits to be asked has nobody at an agent to ask it"))

    async def _deliver(self, item: Item) -> base.Outcome:
        parcel = base.Parcel(
            item_id=item.item_id,
            package_id=item.package_id,
            message_type=item.message_type,
            document_id=item.document_id,
            sender=item.sender,
            recipients=item.recipients,
            urgency=item.urgency,
            size=item.size,
            sha256=item.sha256,
            open=lambda: self._bytes(item),
            delivery_ids=item.delivery_ids,
            sending=item.sending,
        )
        seconds = 2 * self._means.settings.timeout_seconds + item.size / SLOWEST_BYTES_PER_SECOND
        try:
            async with asyncio.timeout(seconds):
                return await self._target.deliver(parcel)
        except TimeoutError:
            return base.Deferred(f"no outcome within {seconds:.0f} s")

    def _bytes(self, item: Item) -> AsyncGenerator[bytes, None]:
        return self._means.spool.read(item.file)

    async def _taken(self, item: Item, outcome: base.Delivered) -> None:
        means, more = self._means, []
        if self._way is Way.IN and item.is_document and means.settings.arrived:
            for code in item.recipients:  # law: R-121 QĐ28 Đ10.2h, R-106 HN Đ7.3
                stored = await means.spool.keep(own_words.arrived(item.about, code, means.name_of, means.now()))
                more.append(means.own_status("01", item, code, stored))
        answer = {**outcome.facts, "remote_id": outcome.remote_id}
        await means.keep(lambda: means.ledger.answered(item, State.TAKEN, answer, more))
        means.spool.remove(item.file)
        means.log.info("handed over", way=self._way, id=item.id, document=item.document_id, at=outcome.remote_id)
        self.answered.set()

    async def _refused(self, item: Item, outcome: base.Refused) -> None:
        means, fault = self._means, Fault.__members__.get(outcome.code.upper())
        unknown = base.Declined(outcome.code, outcome.reason, outcome.reason, detail=outcome.reason)
        said = as_answer(declined(fault, outcome.reason) if fault is not None else unknown, outcome.reason)
        await means.keep(lambda: means.ledger.answered(item, State.REFUSED, said))
        means.spool.remove(item.file)
        means.log.warning("refused", way=self._way, id=item.id, code=outcome.code, document=item.document_id)
        if item.is_own:
            means.wrong("own_status_refused", f"{item.id}: {outcome.code}")
        self.answered.set()

    async def _put_off(self, item: Item, outcome: base.Deferred) -> None:
        means, attempts = self._means, item.attempts + 1
        pause = outcome.retry_after_seconds or 0.0
        if outcome.peer:
            means.trouble(self._health, outcome.reason, outcome.retry_after_seconds)
        else:
            pause = max(pause, self._health.pause(attempts))
        due = means.now().timestamp() + pause
        await means.keep(lambda: means.ledger.put_off(item, due, outcome.reason, untouched=outcome.untouched))
        means.log.info("put off", way=self._way, id=item.id, reason=outcome.reason, attempts=attempts)
        if attempts >= STUCK and not outcome.peer:
            means.wrong("item_stuck", f"{item.id}: {outcome.reason}")
