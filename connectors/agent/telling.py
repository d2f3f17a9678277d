"""What the side that offered something is owed: a confirmation or a refusal, once the other side has answered."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from connectors import base
from connectors.agent.item import OVER, OWED, Item, State, Way
from connectors.agent.means import Means

ABSENT = 3
"""Whole listings without an item after which its side has heard what it was told: only its answer was lost."""

_DECLINED = ("code", "title_vi", "title_en", "remedy_vi", "remedy_en", "detail")


class Telling:
    """The answering half of one direction. offers: what the source offers, by its id. told: rung after each word."""

    def __init__(self, way: Way, means: Means, *, told: Callable[[], None]) -> None:
        self._way, self._means, self._ring = way, means, told
        self._absent: dict[str, int] = {}
        self._lock = asyncio.Lock()
        self.offers: dict[str, base.Incoming] = {}

    async def turn(self, listed: set[str] | None = None) -> bool:
        """Tell what is owed; whether anything was told. listed: everything the source offers now, if that is known."""
        ledger, changed = self._means.ledger, False
        async with self._lock:
            owed = await self._means.keep(lambda: ledger.owed(self._way))
            for item in owed:
                changed |= await self._tell(item)
                if listed is not None:
                    changed |= await self._absence(item, listed)
            if listed is not None:
                waited_for = {item.id for item in owed}
                for gone in self.offers.keys() - listed - waited_for:
                    del self.offers[gone]
        return changed

    async def _tell(self, item: Item) -> bool:
        incoming = self.offers.get(item.id)
        if incoming is None and not item.is_own:
            return False
        try:
            if incoming is not None:
                await self.say(item, incoming)
        except base.PeerTroubleError as trouble:
            self._means.log.warning("not told yet", way=self._way, id=item.id, reason=str(trouble))
            return False
        await self._over(item, incoming.receipt if incoming is not None else "")
        return True

    async def say(self, item: Item, incoming: base.Incoming) -> None:
        """Confirm or reject. Raises PeerTroubleError."""
        answer = item.answer
        if item.state in (State.REFUSED, State.DECLINED):
            await incoming.reject(base.Declined(**{name: str(answer.get(name, "")) for name in _DECLINED}))
            return
        if self._way is Way.IN:
            await incoming.confirm(base.Taken(sha256=item.offered_sha256))
            return
        taken = base.Taken(
            str(answer.get("remote_id", "")),
            str(answer.get("document_id") or item.document_id),
            item.sha256,
            str(answer.get("receipt", "")),
            answer.get("repeated") == "yes",
        )
        await incoming.confirm(taken)

    async def _absence(self, item: Item, listed: set[str]) -> bool:
        """Whether an item is missing; missing so long that its side must have been told, it is over."""
        if item.id in listed:
            self._absent.pop(item.id, None)
            return False
        count = self._absent[item.id] = self._absent.get(item.id, 0) + 1
        ledger = self._means.ledger
        now = await self._means.keep(lambda: ledger.get(self._way, item.id))
        if now is None or now.state not in OWED:
            return False
        if count >= ABSENT:
            await self._over(now, "")
        return True

    async def _over(self, item: Item, receipt: str) -> None:
        ledger, state = self._means.ledger, OVER[item.state]
        await self._means.keep(lambda: ledger.told(item, state, receipt))
        self._absent.pop(item.id, None)
        self._means.log.info("told", way=self._way, id=item.id, state=state, document=item.document_id)
        self._ring()
