"""One call of the native API: who calls, what was asked, and how the body is read, bounded in size and time."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar, cast

import aiohttp
from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError
from pydantic import BaseModel, ValidationError

from edxml.faults import Fault, Refusal
from hub.http import problems
from hub.http.api_shapes import Asked

if TYPE_CHECKING:
    from agency_registry.agency import System
    from hub.context import Hub

M = TypeVar("M", bound=BaseModel)

IDLE_SECONDS = 30.0
"""Longest silence in the middle of a body."""
JSON_BYTES = 1 << 20

_HEADERS = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}


class BrokenBodyError(Exception):
    """The caller went away in the middle of its body: nobody is left to answer."""


@dataclass(frozen=True, slots=True)
class Call:
    """A call that passed the edge. `system` may only be asked for where the operation is not public."""

    hub: Hub
    request: web.Request
    caller: System | None
    query: Asked | None = None

    @property
    def system(self) -> System:
        """The calling system."""
        assert self.caller is not None, "a public operation knows no caller"
        return self.caller

    @property
    def english(self) -> bool:
        """Whether texts are wanted in English."""
        return problems.speaks_english(self.request.headers.get("Accept-Language", ""))

    def id(self, name: str) -> str:
        """A UUID of the path. Raises Refusal(NOT_FOUND) when it is none: what cannot exist does not exist."""
        text = self.request.match_info[name]
        try:
            found = str(uuid.UUID(text))
        except ValueError:
            raise Refusal(Fault.NOT_FOUND) from None
        if found != text.lower():
            raise Refusal(Fault.NOT_FOUND)
        return found

    async def json(self, model: type[M]) -> M:
        """The body as `model`. Raises Refusal, ProblemError."""
        media = self.request.content_type
        if media != "application/json" and not media.endswith("+json"):
            raise Refusal(Fault.UNSUPPORTED_TYPE, "the body must be application/json")
        body = b"".join([piece async for piece in self.body(JSON_BYTES)])
        return parsed(model, body)

    async def body(self, limit_bytes: int) -> AsyncIterator[bytes]:
        """The bytes of the body as they come. Raises Refusal(TOO_LARGE), ProblemError (too slow), BrokenBodyError."""
        self.check_body(limit_bytes)
        size = 0
        content = self.request.content
        while True:
            try:
                async with asyncio.timeout(IDLE_SECONDS):
                    piece = await content.readany()
            except TimeoutError as cause:
                text = f"nothing arrived for {IDLE_SECONDS:.0f} seconds"
                raise problems.ProblemError(problems.REQUEST_TIMEOUT, text, headers={"Connection": "close"}) from cause
            except (OSError, EOFError, aiohttp.ClientError, HttpProcessingError) as cause:
                raise BrokenBodyError from cause
            if not piece:
                return
            size += len(piece)
            if size > limit_bytes:
                raise too_large(limit_bytes)
            yield piece

    def check_body(self, limit_bytes: int) -> None:
        """What can be said before a byte is read. Raises Refusal(TOO_LARGE, UNSUPPORTED_TYPE)."""
        if (self.request.content_length or 0) > limit_bytes:
            raise too_large(limit_bytes)
        if self.request.headers.get("Content-Encoding", "identity").strip().lower() not in {"identity", ""}:
            raise Refusal(Fault.UNSUPPORTED_TYPE, "the body must not be compressed (Content-Encoding)")


def parsed(model: type[M], body: bytes, where: str = "") -> M:
    """JSON text as `model`. Raises ProblemError (not JSON), Refusal(SCHEMA_INVALID)."""
    try:
        return model.model_validate_json(body, strict=True)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        if first["type"] == "json_invalid":
            raise problems.ProblemError(problems.BAD_REQUEST, str(first["msg"])[:200], where=where or None) from error
        raise _wrong(first, error.error_count(), where) from error


def query_of(model: type[Asked], request: web.BaseRequest) -> Asked:
    """The query parameters as `model`. Raises Refusal(SCHEMA_INVALID)."""
    given = request.query
    for name in given:
        if len(given.getall(name)) > 1:
            raise Refusal(Fault.SCHEMA_INVALID, "a parameter is given twice", where=name[:100])
    try:
        return model.model_validate(dict(given))
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        raise _wrong(first, error.error_count(), "") from error


def too_large(limit_bytes: int) -> Refusal:
    """More bytes than are taken."""
    return Refusal(Fault.TOO_LARGE, f"at most {limit_bytes} bytes are taken")


def answer(model: BaseModel, status: int = 200, headers: Mapping[str, str] | None = None) -> web.Response:
    """A shape as JSON."""
    text = model.model_dump_json(by_alias=True)
    return web.Response(
        status=status, body=text.encode(), content_type="application/json", headers={**_HEADERS, **(headers or {})}
    )


def _wrong(first: Mapping[str, Any], count: int, where: str) -> Refusal:
    place = ".".join(str(part) for part in cast("tuple[object, ...]", first["loc"]))[:100]
    place = ".".join(part for part in (where, place) if part)
    more = f" (and {count - 1} more)" if count > 1 else ""
    return Refusal(Fault.SCHEMA_INVALID, f"{first['msg']}{more}", where=place or None)
