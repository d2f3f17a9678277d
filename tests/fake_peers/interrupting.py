"""An agent's process that dies at a chosen point: between any two steps of what its connectors and its ledger do."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

from connectors import base


class DeadError(BaseException):
    """The process is no more."""


class Life:
    """Ends at the step with this number; after it nothing is done any more."""

    def __init__(self, steps: int) -> None:
        self.left = steps

    def step(self) -> None:
        self.left -= 1
        if self.left < 0:
            raise DeadError


class Mortal(base.Connector):
    """A connector whose every step is one of a life."""

    collects = True

    def __init__(self, inner: base.Connector, life: Life) -> None:
        super().__init__(inner.settings, inner.tools)
        self.inner, self.life = inner, life

    async def deliver(self, parcel: base.Parcel) -> base.Outcome:
        self.life.step()

        async def pieces():
            self.life.step()
            async for piece in parcel.open():
                yield piece
            self.life.step()

        outcome = await self.inner.deliver(replace(parcel, open=pieces))
        self.life.step()
        return outcome

    async def collect(self, message_type: str) -> AsyncIterator[base.Incoming]:
        async for incoming in self.inner.collect(message_type):
            self.life.step()
            yield MortalIncoming(incoming, self.life)

    async def news(self, seconds: float) -> None:
        await asyncio.sleep(min(seconds, 0.05))


class MortalIncoming(base.Incoming):
    """What such a connector offers."""

    def __init__(self, inner: base.Incoming, life: Life) -> None:
        self.inner, self.life = inner, life
        for name in ("remote_id", "message_type", "sending", "package_id", "delivery_ids", "recipients", "receipt"):
            setattr(self, name, getattr(inner, name))

    async def body(self) -> AsyncIterator[bytes]:
        self.life.step()
        async for piece in self.inner.body():
            yield piece
        self.life.step()

    async def confirm(self, taken: base.Taken) -> None:
        self.life.step()
        await self.inner.confirm(taken)
        self.receipt = self.inner.receipt
        self.life.step()

    async def reject(self, declined: base.Declined) -> None:
        self.life.step()
        await self.inner.reject(declined)
        self.life.step()


def mortal_ledger(agent, life: Life) -> None:
    """Have the ledger's steps counted too, before and after each."""
    keep = agent._means.keep

    async def counted(work):
        life.step()
        found = await keep(work)
        life.step()
        return found

    means = replace(agent._means, keep=counted)
    agent._means = means
    for one in agent._directions:
        for part in (one.fetching, one.telling, one.handing_over):
            part._means = means
