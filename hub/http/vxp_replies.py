"""Replies of the VXP door: the JSON that the SDK reads without falling over, and nothing else.

Strings everywhere but `count`; no null, because the SDK throws on it; always 200, because the SDK reads FAIL only from
there. Nothing here ever tells more than the caller may know.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from aiohttp import web

from hub import clock, log

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping
    from datetime import datetime

    from edxml.faults import Refusal

JSON_TYPE = "application/json;charset=UTF-8"
OK: Mapping[str, str] = {"status": "OK", "ErrorCode": "0", "ErrorDesc": "Thanh cong"}


class Failure(Exception):  # noqa: N818 - the word of the wire
    """A reason to answer FAIL that only this door knows.

    code: its ErrorCode. text: Vietnamese, for the caller. http_status: of downloadEdoc, which has no body to tell it.
    """

    def __init__(self, code: str, text: str, http_status: int = 403) -> None:
        super().__init__(code, text)
        self.code = code
        self.text = text
        self.http_status = http_status

    @classmethod
    def of(cls, refusal: Refusal) -> Failure:
        """A refusal as this door tells it: what is wrong, what to do, and where."""
        fault = refusal.fault
        place = ": ".join(part for part in (refusal.where, refusal.detail_vi or refusal.detail) if part)
        told = f"{fault.title_vi}. {fault.remedy_vi}" + (f" ({place})" if place else "")
        return cls(fault.vxp_code, told, fault.http_status)


def not_ascii(names: str) -> Failure:
    """Headers the SDK has damaged: it cuts letters beyond ASCII to one byte after it has signed them."""
    return Failure(
        "15",
        f"Tiêu đề {names} có chữ ngoài bảng ASCII nên chữ ký không kiểm tra được. Chỉ dùng chữ không dấu ở đó. "
        f"(header {names}: ASCII only)",
    )


def text(fields: Mapping[str, Any] | list[dict[str, Any]], *, ascii_only: bool = False) -> bytes:
    """One line of JSON. ascii_only: for sendEdoc, whose reply the SDK decodes as US-ASCII."""
    return json.dumps(fields, ensure_ascii=ascii_only, separators=(",", ":")).encode()


def time_text(moment: datetime) -> str:
    """A Vietnamese time as the date filters are written; what the axis itself writes is written nowhere."""
    return clock.local(moment).strftime("%d/%m/%Y %H:%M:%S")


def success(*, ascii_only: bool = False, **fields: Any) -> web.Response:
    """OK with further fields behind the three."""
    return _json({**OK, **fields}, ascii_only=ascii_only)


def failure(why: Failure, *, ascii_only: bool = False, **fields: str) -> web.Response:
    """FAIL with further fields behind the three: those whose absence the SDK does not survive."""
    line = " ".join(why.text.split())
    return _json({"status": "FAIL", "ErrorCode": why.code, "ErrorDesc": line, **fields}, ascii_only=ascii_only)


def empty(why: Failure) -> web.Response:
    """The only FAIL of downloadEdoc: the SDK would keep any byte of a body as the document.

    The SDK does not look at the status, so here it may say what is wrong, as does a header, for people.
    """
    headers = {"XroadVnpt-ErrorCode": why.code, "Content-Type": "application/octet-stream"}
    return web.Response(status=why.http_status, body=b"", headers=headers)


async def stream(
    request: web.Request,
    response: web.StreamResponse,
    pieces: AsyncIterator[bytes],
    head: bytes = b"",
    tail: bytes = b"",
) -> web.StreamResponse:
    """Send `head`, the pieces and `tail`. content_length must be set: a body that breaks off shows as short.

    The first piece is made before anything leaves, so that trouble with it can still be answered with FAIL. Later
    trouble cuts the connection: the caller must not take half a document for a whole one.
    """
    first = await anext(pieces, b"")
    await response.prepare(request)
    try:
        await response.write(head + first)
        async for piece in pieces:
            await response.write(piece)
        await response.write_eof(tail)
    except ConnectionError:
        raise
    except Exception as error:
        log.get().exception("vxp reply broke off", path=request.path)
        if request.transport is not None:
            request.transport.abort()
        raise ConnectionAbortedError from error
    return response


def _json(fields: Mapping[str, Any], *, ascii_only: bool) -> web.Response:
    return web.Response(body=text(fields, ascii_only=ascii_only), headers={"Content-Type": JSON_TYPE})
