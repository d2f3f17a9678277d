"""What a listener with the VXP door says to bytes that are not HTTP.

The SDK cuts letters beyond ASCII in its headers to their low byte: `Đ` becomes a control character, which no HTTP
server takes for a header. The request never reaches the door, yet its sender must be told which header it was, and in
the JSON it understands: anything else it turns into null.
"""

from __future__ import annotations

import re
from typing import Any

from aiohttp import web

from hub.http import patience
from hub.http import vxp_replies as replies
from hub.http.vxp_replies import Failure

_NAMED = re.compile(r"b'(XroadVnpt-[A-Za-z0-9_-]{1,60}): ", re.IGNORECASE)
_VERBS = (b"GET ", b"POST ", b"PUT ")
_FIRST_LINE_BYTES = 200


class Connection(patience.Connection):
    """A connection that answers unreadable requests as the VXP door would."""

    __slots__ = ("_first_line",)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._first_line = b""

    def data_received(self, data: bytes) -> None:
        if data.startswith(_VERBS):
            self._first_line = bytes(data[:_FIRST_LINE_BYTES]).split(b"\r\n", 1)[0]
        super().data_received(data)

    def handle_error(
        self, request: web.BaseRequest, status: int = 500, exc: BaseException | None = None, message: str | None = None
    ) -> web.StreamResponse:
        """The answer to a request that could not be read; everything else as the library does it."""
        plain = super().handle_error(request, status, exc, message)
        if status != 400:
            return plain
        why = unreadable(message or "")
        if b"/downloadEdoc" in self._first_line:
            answer = replies.empty(why)
        else:
            answer = replies.failure(why, ascii_only=True, DocId="", data="")
        answer.force_close()
        return answer


def unreadable(message: str) -> Failure:
    """Why a request was not HTTP, the header named if it was one of the protocol's."""
    named = _NAMED.search(message)
    return replies.not_ascii(named[1]) if named else Failure("10", "Yêu cầu không đúng giao thức HTTP.", 400)
