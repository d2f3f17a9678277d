"""The bytes of one offered package on their way in, remembered just enough to know whether they come again the same.

A line that cuts or spoils what it carries must not cost a document: only what arrives twice with equal bytes is refused
for good.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
from typing import TYPE_CHECKING

from connectors import base

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator


class Fetched:
    """One package as it is fetched. Surprises of the connector are trouble of this one item."""

    def __init__(self, incoming: base.Incoming) -> None:
        self._incoming = incoming
        self._digest = hashlib.sha256()
        self._size = 0
        self._whole = False

    @property
    def sha256(self) -> str:
        """Of the bytes that were read, hex."""
        return self._digest.hexdigest()

    async def pieces(self) -> AsyncGenerator[bytes, None]:
        """The bytes. Raises PeerTroubleError."""
        async with contextlib.aclosing(self._body()) as body:
            async for piece in body:
                self._digest.update(piece)
                self._size += len(piece)
                yield piece
        self._whole = True

    async def comes_again(self) -> bool:
        """Fetch once more: whether the bytes that were read, and their end, are the same. Raises PeerTroubleError."""
        digest, left = hashlib.sha256(), self._size
        async with contextlib.aclosing(self._body()) as body:
            async for piece in body:
                if self._whole and len(piece) > left:
                    return False
                digest.update(piece[:left])
                left -= min(left, len(piece))
                if not left and not self._whole:
                    break
        return not left and digest.digest() == self._digest.digest()

    async def _body(self) -> AsyncGenerator[bytes, None]:
        try:
            async for piece in self._incoming.body():
                yield piece
        except (base.PeerTroubleError, asyncio.CancelledError, GeneratorExit):
            raise
        except Exception as error:
            message = f"the connector failed: {type(error).__name__}"
            raise base.PeerTroubleError(message) from error
