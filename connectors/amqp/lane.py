"""A link that is made when it is needed, and made anew after it broke."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from connectors.amqp.link import BrokerTroubleError, Door, Link


class Lane:
    """At most one link at a time.

    prepare: what each new link needs before it is used; its failure is the link's.
    """

    def __init__(self, door: Door, prepare: Callable[[Link], Awaitable[None]]) -> None:
        self._door = door
        self._prepare = prepare
        self._link: Link | None = None
        self._lock = asyncio.Lock()
        self._failed: tuple[float, str] | None = None

    async def link(self) -> Link:
        """The link, new if need be. Raises BrokerTroubleError.

        Whoever waited while somebody else failed to connect fails with him: a dead broker costs one wait, not many.
        """
        came = asyncio.get_running_loop().time()
        async with self._lock:
            if self._link is not None and not self._link.broken:
                return self._link
            if self._failed is not None and self._failed[0] >= came:
                raise BrokerTroubleError(self._failed[1])
            await self._drop()
            try:
                self._link = await self._open()
            except BrokerTroubleError as trouble:
                self._failed = (asyncio.get_running_loop().time(), str(trouble))
                raise
            return self._link

    async def close(self) -> None:
        """Let go of the link."""
        async with self._lock:
            await self._drop()

    async def _open(self) -> Link:
        made = await Link.open(self._door)
        try:
            await self._prepare(made)
        except BaseException:
            await asyncio.shield(made.close())
            raise
        return made

    async def _drop(self) -> None:
        old, self._link = self._link, None
        if old is not None:
            await asyncio.shield(old.close())
