"""Documents at the VXP door: sendEdoc, the two lists, getEdoc, downloadEdoc, updateStatus, the counts.

Only the signed fields a method defines are read: the SDK never clears its header map, so a call carries `status`,
`to`, `docId` and more of earlier calls. Recipients come from the XML alone.
"""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import TYPE_CHECKING

import pybase64
from aiohttp import web

from edxml.faults import Fault, Refusal
from hub import clock
from hub.flow import intake, items, quotas
from hub.http import call_notes
from hub.http import vxp_replies as replies
from hub.http.vxp_replies import Failure

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from hub.context import Hub
    from hub.flow.content import Content
    from hub.http.vxp_auth import Call

IDLE_SECONDS = 120
"""A body that brings nothing for this long is given up: the SDK sets no time-out of its own."""

WORDS = ("done", "fail", "processing")
_DATES = ("%d/%m/%Y %H:%M:%S", "%d/%m/%Y", "%Y/%m/%d %H:%M:%S", "%Y/%m/%d")


async def send(hub: Hub, request: web.Request, call: Call) -> web.Response:
    """sendEdoc: the file's bytes as the body. `from` and `to` are hints nobody needs: the XML decides."""
    kind = request.headers.get("Content-Type", "")
    if kind.lower().startswith("multipart/"):
        raise _multipart()
    submission = intake.Submission(
        call.system,
        "vxp",
        call.address,
        call.get("messagetype") or None,
        call.get("hash-file") or None,
    )
    with quotas.sending(hub, call.system, request.content_length, lambda: request.content.total_bytes):
        accepted = await intake.accept(hub, _pieces(request), submission)
    answer = replies.success(ascii_only=True, DocId=accepted.package_id)
    answer[call_notes.PACKAGE] = accepted.package_id
    return answer


async def received(hub: Hub, _request: web.Request, call: Call) -> web.Response:
    """getReceivedEdocList: what waits, at most `vxp.list_limit` items.

    Several agencies of the caller in `to` are joined by commas: the SDK reads a text there and throws on a list.
    """
    since, until = _date(call, "fromDate"), _date(call, "toDate", end=True)
    found = await items.received(hub, call.system, _type(call), since, until)
    data = [
        {
            "docId": item.doc_id,
            "serviceType": "eDoc",
            "messageType": item.message_type,
            "created_time": replies.time_text(item.created_at),
            "updated_time": replies.time_text(item.updated_at),
            "from": item.sender,
            "to": ",".join(item.recipients),
            "status": item.status,
            "status_desc": item.status_description,
        }
        for item in found
    ]
    return replies.success(data=data)


async def sent(hub: Hub, _request: web.Request, call: Call) -> web.Response:
    """getSentEdocList: one row for each recipient; `docId` narrows only if it is one of the caller's own."""
    since, until = _date(call, "fromDate"), _date(call, "toDate", end=True)
    found = await items.sent(hub, call.system, _type(call), _doc_id(call) or None, since=since, until=until)
    data = [
        {
            "serviceType": "eDoc",
            "messageType": row.message_type,
            "senderDocId": row.sender_doc_id,
            "receiverDocId": row.receiver_doc_id,
            "fromCode": row.sender,
            "toCode": row.recipient,
            "title": row.subject,
            "notation": row.notation,
            "sentTime": replies.time_text(row.sent_at),
            "receivedTime": replies.time_text(row.received_at) if row.received_at is not None else "",
            "sendStatus": row.send_status,
            "sendStatusDesc": row.send_description,
            "receiveStatus": row.receive_status,
            "receiveStatusDesc": row.receive_description,
        }
        for row in found
    ]
    return replies.success(data=data)


async def get(hub: Hub, request: web.Request, call: Call) -> web.StreamResponse:
    """getEdoc: the exact bytes as base64 inside the JSON, made while it leaves."""
    content = await items.fetch(hub, call.system, _needed_id(call))
    head = replies.text(replies.OK)[:-1] + b',"data":"'
    tail = b'"}'
    response = web.StreamResponse(headers={"Content-Type": replies.JSON_TYPE})
    response.content_length = len(head) + (content.size + 2) // 3 * 4 + len(tail)
    return await replies.stream(request, response, _base64(hub, content), head, tail)


async def download(hub: Hub, request: web.Request, call: Call) -> web.StreamResponse:
    """downloadEdoc: the exact bytes."""
    content = await items.fetch(hub, call.system, _needed_id(call))
    response = web.StreamResponse(headers={"Content-Type": "application/octet-stream"})
    response.content_length = content.size
    return await replies.stream(request, response, content.chunks())


async def update(hub: Hub, _request: web.Request, call: Call) -> web.Response:
    """updateStatus: done, fail or processing; a repeat is OK."""
    word = call.get("status").lower()
    if word not in WORDS:
        raise Failure("21", f"status phải là done, fail hoặc processing, không phải {call.get('status')[:40]!r}.")
    await items.update(hub, call.system, _needed_id(call), word, call.get("description")[:2000])
    return replies.success()


async def count_edocs(hub: Hub, _request: web.Request, call: Call) -> web.Response:
    """countReceiveEdoc: all documents that wait, also those beyond what one list offers."""
    return replies.success(count=await items.count(hub, call.system, "edoc"))


async def count_statuses(hub: Hub, _request: web.Request, call: Call) -> web.Response:
    """Statuses that wait (countReceiveStatus): the method says which, not a `messagetype` left from earlier."""
    return replies.success(count=await items.count(hub, call.system, "status"))


async def _pieces(request: web.Request) -> AsyncIterator[bytes]:
    """The body as it comes; no form, and no silence without end."""
    source = request.content.iter_any()
    first = True
    while True:
        try:
            async with asyncio.timeout(IDLE_SECONDS):
                piece = await anext(source, b"")
        except (TimeoutError, ConnectionError, web.PayloadAccessError) as error:
            raise Refusal(Fault.OVERLOADED, "the body stopped before its end") from error
        if not piece:
            return
        if first and piece.startswith(b"--"):
            raise _multipart()
        first = False
        yield piece


async def _base64(hub: Hub, content: Content) -> AsyncIterator[bytes]:
    rest = b""
    async for piece in content.chunks():
        data = rest + piece
        whole = len(data) - len(data) % 3
        rest = data[whole:]
        yield await hub.in_thread(lambda data=data, whole=whole: pybase64.b64encode(memoryview(data)[:whole]))  # type: ignore[misc]
    if rest:
        yield pybase64.b64encode(rest)


def _multipart() -> Refusal:
    return Refusal(Fault.UNSUPPORTED_TYPE, "multipart body: sendEdoc takes the bytes of the .edxml file as they are")


def _type(call: Call) -> str:
    return (call.get("messagetype") or "edoc").lower()


def _doc_id(call: Call) -> str:
    return call.get("docid")


def _needed_id(call: Call) -> str:
    doc_id = _doc_id(call)
    if not doc_id:
        raise Failure("21", "Thiếu tiêu đề XroadVnpt-docId (hoặc docid).", 400)
    return doc_id


def _date(call: Call, name: str, *, end: bool = False) -> datetime | None:
    """A date filter in any form that clients use, Vietnamese time; one that cannot be read filters nothing."""
    text = call.get(name)
    if not text:
        return None
    found = None
    for form in _DATES:
        try:
            found = datetime.strptime(text, form).replace(tzinfo=clock.VIETNAM)
        except ValueError:
            continue
        break
    else:
        try:
            found = datetime.fromisoformat(text)
        except ValueError:
            return None
        found = found if found.tzinfo is not None else found.replace(tzinfo=clock.VIETNAM)
    if not 1900 < found.year < 9999:
        return None
    if end and len(text) <= len("dd/mm/yyyy"):
        return found.replace(hour=23, minute=59, second=59, microsecond=999_999)
    return found.replace(microsecond=999_999) if end and found.microsecond == 0 else found
