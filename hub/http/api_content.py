"""The bytes: a package exactly as its sender sent it, and its files decoded on the way out."""

from __future__ import annotations

import asyncio
import re
import unicodedata
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import quote

import pybase64
from aiohttp import web

from edxml.faults import Fault, Refusal
from hub import log
from hub.flow import content, views
from hub.http import problems
from hub.http.api_call import Call

WRITE_SECONDS = 60.0
"""Longest wait for a reader to take one piece."""
_RANGE = re.compile(r"bytes=([0-9]{0,18})-([0-9]{0,18})", re.ASCII)
_TAG = re.compile(r'(?:W/)?"([^"]*)"')
_REFERENCE = re.compile(rb"&#[0-9a-zA-Z]{1,6};|[^A-Za-z0-9+/=&]")
_TYPES = {
    "pdf": "application/pdf",
    "zip": "application/zip",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "doc": "application/msword",
    "xls": "application/vnd.ms-excel",
    "png": "image/png",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
}
_SAFE = {
    "Cache-Control": "private, no-cache",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox",
}


async def whole(call: Call) -> web.StreamResponse:
    """GET /packages/{package_id}/content."""
    package_id = call.id("package_id")
    shown = await views.package(call.hub, call.system, package_id)
    _check_open(shown)
    headers = {**_SAFE, "ETag": f'"{shown.sha256}"', "Accept-Ranges": "bytes"}
    headers["Content-Disposition"] = disposition(f"{package_id}.edxml")
    if _matches(call.request.headers.get("If-None-Match"), shown.sha256):
        return web.Response(status=304, headers=headers)
    start, end, partial = wanted_range(call.request, shown.size, shown.sha256)
    if partial:
        headers["Content-Range"] = f"bytes {start}-{end - 1}/{shown.size}"
    response = web.StreamResponse(status=206 if partial else 200, headers=headers)
    response.content_type = "application/xml"
    response.content_length = end - start
    if call.request.method == "HEAD":
        await response.prepare(call.request)
        return response
    found = await content.of_package(call.hub, call.system, package_id)
    return await _send(call, response, found.chunks(start, end))


async def attachment(call: Call) -> web.StreamResponse:
    """GET /packages/{package_id}/attachments/{n}."""
    package_id = call.id("package_id")
    number = call.request.match_info["n"]
    shown = await views.package(call.hub, call.system, package_id)
    _check_open(shown)
    if not (number.isascii() and number.isdigit() and len(number) < 4 and int(number) < len(shown.attachments)):
        raise Refusal(Fault.NOT_FOUND)
    part: dict[str, Any] = shown.attachments[int(number)]
    kind = "zip" if part["zipped"] else part["kind"]
    name = f"{part['name']}.zip" if part["zipped"] else part["name"]
    headers = {**_SAFE, "ETag": f'"{part["sha256"]}"', "Content-Disposition": disposition(name)}
    if _matches(call.request.headers.get("If-None-Match"), part["sha256"]):
        return web.Response(status=304, headers=headers)
    response = web.StreamResponse(headers=headers)
    response.content_type = _TYPES.get(kind, "application/octet-stream")
    response.content_length = part["size"]
    if call.request.method == "HEAD":
        await response.prepare(call.request)
        return response
    found = await content.of_package(call.hub, call.system, package_id)
    start, end = part["range"]
    return await _send(call, response, _decoded(call, found.chunks(start, end)))


def wanted_range(request: web.BaseRequest, size: int, sha256: str) -> tuple[int, int, bool]:
    """First byte, one past the last, and whether this is a part. Raises ProblemError(416).

    Several ranges at once are not given; a unit we do not know is no range (RFC 9110 14.2).
    """
    text = request.headers.get("Range")
    condition = request.headers.get("If-Range")
    if text is None or not text.startswith("bytes=") or (condition is not None and condition.strip() != f'"{sha256}"'):
        return 0, size, False
    match = _RANGE.fullmatch(text.strip())
    if match is None or match.groups() == ("", ""):
        raise _no_range(size)
    first, last = match.groups()
    if not first:
        start, end = max(0, size - int(last)), size
    else:
        start, end = int(first), min(size, int(last) + 1) if last else size
    if start >= end:
        raise _no_range(size)
    return start, end, True


def disposition(name: str) -> str:
    """A Content-Disposition that no name can break out of (RFC 6266, RFC 8187); always a download.

    Signs that are not seen or turn the writing direction are left out: `invoice<U+202E>fdp.exe` shows its ending.
    """
    seen = "".join(sign for sign in name if unicodedata.category(sign) not in ("Cc", "Cf"))[:255] or "file"
    plain = re.sub(r"[^A-Za-z0-9 ._()-]", "_", seen)[:150]
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(seen, safe='', errors='replace')}"


def _no_range(size: int) -> problems.ProblemError:
    text = f"one range within {size} bytes is given"
    return problems.ProblemError(problems.RANGE_NOT_SATISFIABLE, text, headers={"Content-Range": f"bytes */{size}"})


def _matches(header: str | None, sha256: str) -> bool:
    if header is None:
        return False
    return header.strip() == "*" or sha256 in _TAG.findall(header[:4096])


def _check_open(shown: views.PackageState) -> None:
    """A HEAD or a condition tells of what a GET would give, without exposing it. Raises Refusal(NOT_FOUND) like it."""
    fetchable = shown.is_sender or any(one.status in {"available", "delivered"} for one in shown.deliveries)
    if shown.status not in {"accepted", "held"} or not fetchable or not shown.has_content:
        raise Refusal(Fault.NOT_FOUND)


async def _send(call: Call, response: web.StreamResponse, pieces: AsyncIterator[bytes]) -> web.StreamResponse:
    """Stream the pieces; after the first byte a failure can only be told by breaking the connection off."""
    try:
        first = await anext(pieces, b"")
        await response.prepare(call.request)
        await _write(response, first)
        async for piece in pieces:
            await _write(response, piece)
        await response.write_eof()
    except (ConnectionError, TimeoutError):
        _break_off(call)
    except Exception:
        if not response.prepared:
            raise
        log.get().exception("content broken off", path=call.request.path)
        _break_off(call)
    finally:
        close = getattr(pieces, "aclose", None)
        if close is not None:
            await close()
    return response


async def _write(response: web.StreamResponse, piece: bytes) -> None:
    async with asyncio.timeout(WRITE_SECONDS):
        await response.write(piece)


def _break_off(call: Call) -> None:
    if call.request.transport is not None:
        call.request.transport.abort()


async def _decoded(call: Call, pieces: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """Base64 text to bytes; line ends, also escaped ones, are skipped as the reader skipped them."""
    held = b""

    def decode(data: bytes) -> tuple[bytes, bytes]:
        cut = data.rfind(b"&", max(0, len(data) - 8))
        open_reference = cut >= 0 and b";" not in data[cut:]
        data, tail = (data[:cut], data[cut:]) if open_reference else (data, b"")
        whole = len(data) & ~3
        try:
            return pybase64.b64decode(data[:whole], validate=True), data[whole:] + tail
        except ValueError:
            clean = _REFERENCE.sub(b"", data)
        whole = len(clean) & ~3
        return pybase64.b64decode(clean[:whole], validate=True), clean[whole:] + tail

    try:
        async for piece in pieces:
            out, held = await call.hub.in_thread(lambda data=held + piece: decode(data))  # type: ignore[misc]
            if out:
                yield out
    finally:
        close = getattr(pieces, "aclose", None)
        if close is not None:
            await close()
