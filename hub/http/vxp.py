"""The VXP door: the national axis's own client protocol, so that its SDK talks to the hub by a change of address.

Each of the thirteen methods answers at `/{method}` and at `/XrdAdapter/adapter/{method}`, also behind the double slash
of an endpoint configured with one at its end. Parameters are signed headers (`vxp_auth`); replies are `vxp_replies`.
"""

from __future__ import annotations

import asyncio
import math
import time
import uuid
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial

from aiohttp import web

from edxml.faults import Fault, Refusal
from hub import log
from hub.context import Hub
from hub.http import call_notes, misbehaviour, vxp_agencies, vxp_documents
from hub.http import vxp_replies as replies
from hub.http.vxp_auth import Call, Gate
from hub.http.vxp_replies import Failure
from hub.limits import TooManyError

BASES = ("", "/XrdAdapter/adapter")
VERBS = ("GET", "POST", "PUT")
DRAIN_SECONDS = 60

Work = Callable[[web.Request, Call], Awaitable[web.StreamResponse]]


@dataclass(frozen=True, slots=True)
class Method:
    """One method: what it does, and the shape of its FAIL.

    on_fail: fields whose absence on FAIL the SDK does not survive. ascii_only: of sendEdoc, whose reply is read so.
    bytes_only: of downloadEdoc, whose FAIL is an empty body.
    """

    work: Work
    on_fail: Mapping[str, str] = field(default_factory=dict)
    ascii_only: bool = False
    bytes_only: bool = False

    def failed(self, why: Failure) -> web.Response:
        """The FAIL of this method."""
        if self.bytes_only:
            return replies.empty(why)
        return replies.failure(why, ascii_only=self.ascii_only, **self.on_fail)


def methods(hub: Hub) -> dict[str, Method]:
    """The thirteen methods by name, the five of a provincial data platform among them.  law: R-234"""
    lists = vxp_agencies.Lists(hub)
    return {
        "getAgenciesList": Method(lists.agencies),
        "getAgenciesListQD20": Method(lists.agencies_qd20),
        "getSynchronizeUnit": Method(lists.units),
        "registerAgency": Method(partial(vxp_agencies.register, hub)),
        "deleteAgency": Method(partial(vxp_agencies.delete, hub)),
        "getReceivedEdocList": Method(partial(vxp_documents.received, hub)),
        "getSentEdocList": Method(partial(vxp_documents.sent, hub)),
        "sendEdoc": Method(partial(vxp_documents.send, hub), {"DocId": ""}, ascii_only=True),
        "getEdoc": Method(partial(vxp_documents.get, hub), {"data": ""}),
        "downloadEdoc": Method(partial(vxp_documents.download, hub), bytes_only=True),
        "updateStatus": Method(partial(vxp_documents.update, hub)),
        "countReceiveEdoc": Method(partial(vxp_documents.count_edocs, hub)),
        "countReceiveStatus": Method(partial(vxp_documents.count_statuses, hub)),
    }


def routes(hub: Hub) -> Iterable[web.RouteDef]:
    """The door's routes."""
    gate = Gate(hub)
    handlers = {name: partial(_answer, hub, gate, name, method) for name, method in methods(hub).items()}
    known = [
        web.route("*", f"{base}/{{slashes:/*}}{name}", misbehaviour.around(hub, gate, name, handler))
        for name, handler in handlers.items()
        for base in BASES
    ]
    return [*known, web.route("*", f"{BASES[1]}/{{rest:.*}}", _unknown)]


async def _unknown(_request: web.Request) -> web.StreamResponse:
    """A method the door does not have, told in its JSON: the SDK takes an HTML page for "no documents"."""
    return replies.failure(Failure("21", "Cổng này không có phương thức đó."), ascii_only=True, DocId="", data="")


async def _answer(hub: Hub, gate: Gate, name: str, method: Method, request: web.Request) -> web.StreamResponse:
    """One call, whatever happens: a FAIL the SDK can read, never an error page."""
    began = time.monotonic()
    call: Call | None = None
    code = ""
    try:
        _require_verb(name, request.method)
        call = await gate.admit(request)
        response = await method.work(request, call)
        call_notes.vxp(hub, call, name, request, response, began)
        return response
    except Refusal as refusal:
        why, code = Failure.of(refusal), refusal.fault.slug
    except Failure as failure:
        why, code = failure, f"error_{failure.code}"
    except TooManyError as many:
        seconds = math.ceil(many.wait_seconds)
        why, code = Failure.of(Refusal(Fault.RATE_LIMITED, f"{many.name}; {seconds} s")), Fault.RATE_LIMITED.slug
    except ConnectionError:
        raise  # the caller is gone: there is nobody to tell
    except Exception:  # noqa: BLE001 - the edge: whatever it is, the SDK needs its JSON
        log_id = uuid.uuid4().hex[:12]
        log.get().exception("vxp call failed", log_id=log_id, method=name, system=call.system.id if call else None)
        why, code = Failure.of(Refusal(Fault.INTERNAL, f"log id {log_id}")), Fault.INTERNAL.slug
    failed = method.failed(why)
    if call is not None:
        await _drain(request)
        failed[call_notes.CODE] = code
        call_notes.vxp(hub, call, name, request, failed, began)
    return failed


def _require_verb(name: str, verb: str) -> None:
    """The SDK posts all but downloadEdoc; GET and PUT do no harm here, the rest is a mistake."""
    if verb not in VERBS:
        raise Failure("21", f"{name} được gọi bằng POST.", 405)


async def _drain(request: web.Request) -> None:
    """Read what a known system is still sending: it reads no answer before its last byte is out."""
    try:
        async with asyncio.timeout(DRAIN_SECONDS):
            async for _ in request.content.iter_any():
                pass
    except (TimeoutError, ConnectionError, web.PayloadAccessError):
        return
