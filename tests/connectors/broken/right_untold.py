"""A fetching one whose peer does not tell documents from statuses: all are given as it is asked for documents."""

from __future__ import annotations

from collections.abc import AsyncIterator

from broken import right_fetching

from connectors import base

Settings = right_fetching.Settings


class Connector(right_fetching.Connector):
    async def collect(self, message_type: str) -> AsyncIterator[base.Incoming]:
        if message_type == "edoc":
            async for one in super().collect("all"):
                one.message_type = ""
                yield one
