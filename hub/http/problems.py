"""Refusals as the native API says them: problem+json (RFC 9457), Vietnamese first.

`not_found` says the same bytes whatever was asked for: a foreign object answers as one that does not exist.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from aiohttp import web

from edxml.faults import Fault, Refusal
from hub.http import call_notes

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hub.limits import TooManyError

CONTENT_TYPE = "application/problem+json"
TYPE_PREFIX = "/help/faults/"
RETRY_SECONDS = 30

_HEADERS = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", "Vary": "Accept-Language"}


@dataclass(frozen=True, slots=True)
class Kind:
    """What a problem is: its code, HTTP status and texts."""

    code: str
    status: int
    title_vi: str
    title_en: str
    remedy_vi: str
    remedy_en: str
    retry: str = "never"
    who: str = "sender"


def of_fault(fault: Fault) -> Kind:
    """The kind of problem a fault is."""
    return Kind(
        fault.slug,
        fault.http_status,
        fault.title_vi,
        fault.title_en,
        fault.remedy_vi,
        fault.remedy_en,
        fault.retry,
        fault.who,
    )


BAD_REQUEST = Kind(
    "bad_request", 400, "Yêu cầu không đọc được", "The request cannot be read",
    "Sửa chỗ nêu trong chi tiết; xem mô tả API tại /api/docs.",
    "Correct what the detail names; /api/docs describes the API.",
)  # fmt: skip
METHOD_NOT_ALLOWED = Kind(
    "method_not_allowed", 405, "Địa chỉ này không nhận phương thức HTTP đã dùng", "The method is not allowed here",
    "Dùng một phương thức ghi ở đầu mục Allow.", "Use one of the methods in the Allow header.",
)  # fmt: skip
NOT_ACCEPTABLE = Kind(
    "not_acceptable", 406, "Không có dạng dữ liệu mà phần mềm yêu cầu", "No acceptable form of the answer",
    "Sửa đầu mục Accept; kiểu trả về ghi trong mô tả API.", "Change Accept; the API description names the media types.",
)  # fmt: skip
REQUEST_TIMEOUT = Kind(
    "request_timeout", 408, "Nội dung gửi đến quá chậm", "The body arrived too slowly",
    "Kiểm tra đường truyền rồi gửi lại; gửi lặp không tạo văn bản thứ hai.",
    "Check the line and send again; a repeat never makes a second document.", "later", "sender",
)  # fmt: skip
RANGE_NOT_SATISFIABLE = Kind(
    "range_not_satisfiable", 416, "Khoảng byte yêu cầu không có", "The range asked for is not there",
    "Yêu cầu một khoảng duy nhất nằm trong kích thước nêu ở Content-Range.",
    "Ask for a single range within the size that Content-Range names.",
)  # fmt: skip

HTTP_KINDS = (BAD_REQUEST, METHOD_NOT_ALLOWED, NOT_ACCEPTABLE, REQUEST_TIMEOUT, RANGE_NOT_SATISFIABLE)
"""Problems of HTTP itself; all others are faults."""


class ProblemError(Exception):
    """A problem that is not a fault of the table: raised inside the API, rendered at its edge."""

    def __init__(
        self, kind: Kind, detail: str = "", *, headers: Mapping[str, str] | None = None, where: str | None = None
    ) -> None:
        super().__init__(kind.code, detail)
        self.kind = kind
        self.detail = detail
        self.headers = dict(headers or {})
        self.where = where


def from_refusal(request: web.BaseRequest, refusal: Refusal, headers: Mapping[str, str] | None = None) -> web.Response:
    """The answer for a refusal; a refused package that was recorded is named as `instance`."""
    if refusal.fault is Fault.NOT_FOUND:
        return render(request, of_fault(refusal.fault))
    more: dict[str, Any] = {}
    instance = getattr(refusal, "instance", None)
    if instance:
        more["instance"] = f"/api/v1/packages/{instance}"
    if refusal.where:
        more["where"] = refusal.where
    if refusal.check:
        more["check"] = refusal.check
    as_json = getattr(refusal.verdict, "as_json", None)
    if as_json is not None:
        more["verdicts"] = as_json()
    english = speaks_english(request.headers.get("Accept-Language", ""))
    detail = refusal.detail if english else refusal.detail_vi or refusal.detail
    return render(request, of_fault(refusal.fault), detail, headers=headers, **more)


def from_problem(request: web.BaseRequest, problem: ProblemError) -> web.Response:
    """The answer for a problem of HTTP itself."""
    more = {"where": problem.where} if problem.where else {}
    return render(request, problem.kind, problem.detail, headers=problem.headers, **more)


def from_limit(request: web.BaseRequest, many: TooManyError) -> web.Response:
    """The answer when a limit is used up: when to come again (Retry-After; draft-ietf-httpapi-ratelimit-headers)."""
    seconds = math.ceil(many.wait_seconds)
    headers = {
        "Retry-After": str(seconds),
        "RateLimit-Policy": f'"{many.name}";q={many.rate.count};w={many.rate.seconds:.0f}',
        "RateLimit": f'"{many.name}";r=0;t={seconds}',
    }
    return render(request, of_fault(Fault.RATE_LIMITED), many.name, headers=headers)


def render(
    request: web.BaseRequest, kind: Kind, detail: str = "", *, headers: Mapping[str, str] | None = None, **more: Any
) -> web.Response:
    """One problem in the caller's language."""
    english = speaks_english(request.headers.get("Accept-Language", ""))
    body = body_of(kind, english=english)
    if detail:
        body["detail"] = detail
    body |= more
    sent = {**_HEADERS, "Content-Language": "en" if english else "vi", **(headers or {})}
    if kind.status in (429, 503):
        sent.setdefault("Retry-After", str(RETRY_SECONDS))
    text = json.dumps(body, ensure_ascii=False).encode("utf-8", "replace")
    answer = web.Response(status=kind.status, body=text, headers={**sent, "Content-Type": CONTENT_TYPE})
    answer[call_notes.CODE], answer[call_notes.PLACE] = kind.code, call_notes.place(more.get("where"))
    answer[call_notes.PACKAGE] = str(more.get("instance", ""))[-36:]
    return answer


def body_of(kind: Kind, *, english: bool) -> dict[str, Any]:
    """What a problem says when nothing more is known of the case."""
    return {
        "type": TYPE_PREFIX + kind.code,
        "title": kind.title_en if english else kind.title_vi,
        "status": kind.status,
        "code": kind.code,
        "remedy": kind.remedy_en if english else kind.remedy_vi,
        "retry": kind.retry,
        "who": kind.who,
    }


def speaks_english(accept_language: str) -> bool:
    """Whether the caller prefers English to Vietnamese (RFC 9110 12.5.4); Vietnamese when in doubt."""
    weights = {"vi": 0.0, "en": 0.0}
    for entry in accept_language[:500].split(","):
        tag, _, parameter = entry.strip().partition(";")
        language = tag.strip().lower().split("-")[0]
        if language in weights:
            weights[language] = max(weights[language], _quality(parameter))
    return weights["en"] > weights["vi"]


def _quality(parameter: str) -> float:
    name, _, value = parameter.strip().partition("=")
    if name.strip() != "q":
        return 1.0
    value = value.strip()
    try:
        return float(value) if value.isascii() and len(value) <= 5 else 0.0
    except ValueError:
        return 0.0
