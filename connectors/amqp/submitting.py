"""From the office system: its messages one at a time, held unacknowledged until the hub's word on them stands.

Messages are asked for, not pushed: no more lie in memory than are worked on, a queue is never read while the hub
cannot keep what it says, and nothing needs to be restored after a lost connection. What was read and not answered
comes back with the next connection; what comes back too often the broker puts aside (`delivery_limit`).
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

import aio_pika

from connectors import base
from connectors.amqp import names as naming
from connectors.amqp.delivering import declare
from connectors.amqp.gathering import Gathered, Gathering, Unfit
from connectors.amqp.lane import Lane
from connectors.amqp.link import BrokerTroubleError, Door, Link
from edxml.faults import Fault

if TYPE_CHECKING:
    from connectors.amqp import Settings

HELD = 8
"""Packages of one queue that are held unanswered; while there are so many, no further one is read."""

LOOK_SECONDS = 1.0
"""How often the queues are looked at while nothing is known to wait."""


class Submitting:
    """The way in: one connection that only reads, one that answers, as a broker short of memory stops publishers."""

    def __init__(self, settings: Settings, door: Door, names: naming.Names, log: base.Log) -> None:
        self._settings = settings
        self._names = names
        self._log = log
        self._reading = Lane(door, self._prepare)
        self._answering = Lane(door, self._prepare)
        self._link: Link | None = None
        self._held: dict[str, dict[str, Offered]] = {}
        self._gathering: dict[str, Gathering] = {}

    async def collect(self, message_type: str) -> AsyncIterator[base.Incoming]:
        """What waits, oldest first; what an earlier look left unanswered comes before. Raises BrokerTroubleError."""
        queue = self._names.status if message_type == "status" else self._names.submit
        link = await self._reading.link()
        if link is not self._link:
            await self._forget(link)
        held = self._held.setdefault(queue, {})
        for offered in list(held.values()):
            yield offered
        while len(held) < HELD and not link.broken and (found := await self._next(link, queue)) is not None:
            offered = Offered(self, link, queue, message_type, found)
            twin = held.get(offered.remote_id)
            if twin is not None:  # sent twice: one package, one answer
                twin.gathered.spent.extend(found.messages)
                await found.close()
                continue
            held[offered.remote_id] = offered
            yield offered

    async def news(self, seconds: float) -> None:
        """Look every second whether messages wait; trouble and what is held unanswered wait for the next turn."""
        loop = asyncio.get_running_loop()
        until = loop.time() + seconds
        while (left := until - loop.time()) > 0:
            await asyncio.sleep(min(left, LOOK_SECONDS))
            try:
                if not any(self._held.values()) and await self._waits(await self._reading.link()):
                    return
            except BrokerTroubleError:
                await asyncio.sleep(max(0.0, until - loop.time()))

    async def close(self) -> None:
        """Let go of the broker; what is unanswered goes back to its queue."""
        await self._forget(None)
        await self._reading.close()
        await self._answering.close()

    async def answer(self, offered: Offered, said: dict[str, object]) -> None:
        """Put an answer where the office system reads it. Raises BrokerTroubleError."""
        body = {"message_id": offered.gathered.item_id, "sha256": offered.gathered.sha256, **said}
        message = aio_pika.Message(
            json.dumps(body, ensure_ascii=False).encode(),
            content_type="application/json",
            delivery_mode=aio_pika.DeliveryMode.PERSISTENT,
            message_id=f"answer.{offered.gathered.sha256}.{offered.gathered.item_id}"[:200],
            correlation_id=offered.gathered.item_id,
            type=str(said["result"]),
            user_id=self._settings.login,
            app_id="truc",
        )
        link = await self._answering.link()
        await link.publish(self._names.answers, message)

    async def put_aside(self, gathered: Gathered, code: str, reason: str) -> None:
        """A copy of what was refused, with the reason, where it can be looked at. Raises BrokerTroubleError."""
        link = await self._answering.link()
        told = {"refused_code": code, "refused_reason": reason[:500]}
        async for message, body in gathered.copies():
            copy = aio_pika.Message(
                body,
                headers={**message.headers, **told, "refused_user": message.user_id or ""},
                content_type=message.content_type,
                delivery_mode=aio_pika.DeliveryMode.PERSISTENT,
                message_id=message.message_id,
                correlation_id=message.correlation_id,
                type=message.type,
                app_id="truc",
            )
            await link.publish(self._names.refused, copy)

    def settled(self, offered: Offered) -> None:
        """It is answered and off its queue."""
        held = self._held.get(offered.queue, {})
        if held.get(offered.remote_id) is offered:
            del held[offered.remote_id]

    async def _next(self, link: Link, queue: str) -> Gathered | None:
        """The next whole package of a queue; messages that are none are put aside on the way."""
        gathering = self._gathering.setdefault(queue, Gathering(self._names.user, self._settings))
        while (message := await link.get(queue)) is not None:
            try:
                found = await gathering.add(message)
            except Unfit as unfit:
                await self._turn_away(link, queue, unfit)
                continue
            if found is not None:
                return found
        return None

    async def _turn_away(self, link: Link, queue: str, unfit: Unfit) -> None:
        gathered, reason = unfit.gathered, str(unfit)
        self._log.warning("message put aside", queue=queue, reason=reason, messages=len(gathered.messages))
        await self.put_aside(gathered, unfit.fault.slug, reason)
        if unfit.known:
            await self.answer(Offered(self, link, queue, "", gathered), _refusal(_declined(unfit.fault, reason)))
        await link.acknowledge(gathered.messages)
        await gathered.close()

    async def _waits(self, link: Link) -> bool:
        for queue in (self._names.submit, self._names.status):
            ready, _ = await link.depth(queue)
            if ready:
                return True
        return False

    async def _forget(self, link: Link | None) -> None:
        """The messages of an earlier link are the broker's again."""
        self._link = link
        held, gathering = self._held, self._gathering
        self._held, self._gathering = {}, {}
        for offered in [one for queue in held.values() for one in queue.values()]:
            await offered.gathered.close()
        for one in gathering.values():
            await one.close()

    async def _prepare(self, link: Link) -> None:
        await declare(link, self._names)


class Offered(base.Incoming):
    """One package an office system put into its queue."""

    def __init__(self, submitting: Submitting, link: Link, queue: str, message_type: str, gathered: Gathered) -> None:
        self._submitting = submitting
        self._link = link
        self._answered = False
        self.queue = queue
        self.gathered = gathered
        self.message_type = message_type
        self.remote_id = f"{gathered.item_id[:35]}:{gathered.sha256}"
        self.sending = gathered.sending

    def body(self) -> AsyncIterator[bytes]:
        return self.gathered.pieces()

    async def confirm(self, taken: base.Taken) -> None:
        said = {
            "result": "taken",
            "package_id": taken.package_id,
            "document_id": taken.document_id,
            "receipt": taken.receipt,
            "repeated": taken.repeated,
        }
        await self._settle(said)

    async def reject(self, declined: base.Declined) -> None:
        if not self._answered:
            self._check()
            reason = declined.detail or declined.title_en
            await self._submitting.put_aside(self.gathered, declined.code, reason)
        await self._settle(_refusal(declined))

    async def _settle(self, said: dict[str, object]) -> None:
        """The answer first, then off the queue: a crash between both only gives the answer twice."""
        if not self._answered:
            self._check()
            await self._submitting.answer(self, said)
            await self._link.acknowledge(self.gathered.messages)
            self._answered = True
        self._submitting.settled(self)
        await self.gathered.close()

    def _check(self) -> None:
        if self._link.broken:
            message = "the connection to the broker was lost: the message comes back with the next one"
            raise BrokerTroubleError(message)


def _refusal(declined: base.Declined) -> dict[str, object]:
    return {
        "result": "refused",
        "code": declined.code,
        "title_vi": declined.title_vi,
        "title_en": declined.title_en,
        "remedy_vi": declined.remedy_vi,
        "remedy_en": declined.remedy_en,
        "detail": declined.detail,
    }


def _declined(fault: Fault, detail: str) -> base.Declined:
    return base.Declined(fault.slug, fault.title_vi, fault.title_en, fault.remedy_vi, fault.remedy_en, detail)
