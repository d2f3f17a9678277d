"""The native door, /api/v1: the routes of the table, and the edge every call passes.

At the edge: who calls, what form the answer may have, the query, and every exception turned into one problem.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Awaitable, Callable, Iterable, Sequence

from aiohttp import web

from edxml.faults import Fault, Refusal
from hub import log
from hub.context import Hub
from hub.flow import quotas
from hub.http import api_docs, auth, call_notes, fault_pages, problems
from hub.http import api_shapes as shapes
from hub.http.api_call import BrokenBodyError, Call, query_of
from hub.http.api_table import OPERATIONS
from hub.http.api_table_watching import PREFIX
from hub.http.openapi import Operation, Part, Reply
from hub.limits import TooManyError
from hub.store.database import StorageDownError, StorageFullError

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def table(hub: Hub) -> tuple[Operation, ...]:
    """All operations of one hub's native door."""
    tokens = auth.Tokens(hub)

    async def give(call: Call) -> web.StreamResponse:
        return await tokens.give(call.request)

    return (
        Operation(
            method="POST", path=f"{PREFIX}/token", id="getToken", tag="Đăng nhập",
            title="Lấy mã truy cập", title_en="Get an access token (OAuth2 client credentials, RFC 6749)",
            text="client_id là mã hệ thống. Chứng minh bằng: JWT tự ký (client_assertion, RFC 7523); chứng thư TLS "
            "đã đăng ký (chỉ gửi client_id, RFC 8705); client_secret trong biểu mẫu hoặc HTTP Basic (khi chạy thử).",
            handler=give, public=True, oauth=True,
            body=(Part("application/x-www-form-urlencoded", shapes.TokenForm),),
            replies=(Reply(200, "Mã truy cập", shapes.Token),),
        ),
        *OPERATIONS,
    )  # fmt: skip


def routes(hub: Hub) -> Iterable[web.RouteDef]:
    """The routes of the native door: one for each operation, and an answer for everything else below its paths."""
    operations = table(hub)
    tokens = auth.Tokens(hub)
    methods: dict[str, list[str]] = {}
    found: list[web.RouteDef] = []
    pages = api_docs.pages(operations) | fault_pages.pages()
    for operation in operations:
        methods.setdefault(operation.path, []).append(operation.method)
    methods |= {path: ["GET"] for path in pages}
    for path, allowed in methods.items():
        found += [
            web.RouteDef(operation.method, path, _edge(hub, tokens, operation), {})
            for operation in operations
            if operation.path == path
        ]
        if path in pages:
            found.append(web.RouteDef("GET", path, pages[path], {}))
        found.append(web.RouteDef("*", path, _wrong_method(allowed), {}))
    found += [web.RouteDef("*", path, _nothing_here, {}) for path in (PREFIX, f"{PREFIX}/{{rest:.*}}")]
    return found


def _edge(hub: Hub, tokens: auth.Tokens, operation: Operation) -> Handler:
    async def handle(request: web.Request) -> web.StreamResponse:
        began = time.monotonic()
        response = await answered(request)
        call_notes.native(hub, operation, request, response, began)
        return response

    async def answered(request: web.Request) -> web.StreamResponse:
        try:
            caller = None if operation.public else await tokens.holder(request)
            if caller is not None:
                request[call_notes.SYSTEM] = caller.id
                quotas.call(hub, caller, "api")
            _check_accept(request, operation.media)
            query = None if operation.query is None else query_of(operation.query, request)
            return await operation.handler(Call(hub, request, caller, query))
        except Refusal as refusal:
            headers = auth.challenge(request) if refusal.fault is Fault.AUTH_REQUIRED else {}
            return problems.from_refusal(request, refusal, headers)
        except problems.ProblemError as problem:
            return problems.from_problem(request, problem)
        except TooManyError as many:
            return problems.from_limit(request, many)
        except BrokenBodyError:
            return problems.render(request, problems.BAD_REQUEST, headers={"Connection": "close"})
        except StorageFullError:
            return problems.render(request, problems.of_fault(Fault.STORAGE_FULL))
        except StorageDownError:
            return problems.render(request, problems.of_fault(Fault.DEPENDENCY_DOWN))
        except Exception:  # noqa: BLE001 - an edge: whatever it is, the caller gets a problem and we a log line
            number = secrets.token_hex(8)
            log.get().exception("call failed", operation=operation.id, log_id=number)
            return problems.render(request, problems.of_fault(Fault.INTERNAL), f"log id {number}")

    return handle


def _wrong_method(allowed: Sequence[str]) -> Handler:
    names = ", ".join(sorted({*allowed, *(["HEAD"] if "GET" in allowed else [])}))

    async def handle(request: web.Request) -> web.StreamResponse:
        return problems.render(request, problems.METHOD_NOT_ALLOWED, headers={"Allow": names})

    return handle


async def _nothing_here(request: web.Request) -> web.StreamResponse:
    return problems.render(request, problems.of_fault(Fault.NOT_FOUND))


def _check_accept(request: web.BaseRequest, media: Sequence[str]) -> None:
    """Raises ProblemError(406) when the caller takes none of the media types."""
    accept = request.headers.get("Accept", "").strip()
    if not accept or "*/*" in media:
        return
    ranges = [part.replace(" ", "").lower() for part in accept[:2000].split(",")]
    wanted = [one.split(";")[0] for one in ranges if not one.endswith((";q=0", ";q=0.0"))]
    for one in media:
        family = one.split("/")[0] + "/*"
        if any(name in {one, family, "*/*"} for name in wanted):
            return
    raise problems.ProblemError(problems.NOT_ACCEPTABLE, f"this answers with {', '.join(media)}")
