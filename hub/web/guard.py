"""Who may see a page, and whose forms are believed.

A form is believed when it carries its session's token and the browser does not say that it came from elsewhere
(Sec-Fetch-Site, else Origin). Refusals become a page with a sentence and a remedy; nothing a visitor sends ends in 500.
"""

from __future__ import annotations

import hmac
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass, replace
from urllib.parse import parse_qsl, quote, urlsplit

from aiohttp import web
from aiohttp.typedefs import Handler

from edxml.faults import Fault, Refusal
from hub import log
from hub.context import Hub
from hub.flow import desk
from hub.store.database import StorageDownError, StorageFullError
from hub.web import pages, sessions
from hub.web.pages import Visit

LOGIN = "/console/login"
FORM_BYTES = 64 * 1024
_FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True)
class Words:
    """A problem as a visitor reads it: what is wrong, and what to do."""

    status: int
    title: tuple[str, str]
    remedy: tuple[str, str]


AGAIN = ("Mở lại trang rồi thử lại.", "Open the page again, then try again.")
SIGN_IN = Words(
    401, ("Bạn chưa đăng nhập, hoặc phiên đã hết", "You are not signed in, or the session has ended"),
    ("Đăng nhập rồi làm lại.", "Sign in, then do it again."),
)  # fmt: skip
WRONG_ROLE = Words(
    403, ("Tài khoản của bạn không dùng được trang này", "Your account may not use this page"),
    ("Đăng nhập bằng tài khoản khác, hoặc đề nghị đơn vị vận hành cấp quyền.",
     "Sign in with another account, or ask the operator for the right."),
)  # fmt: skip
ELSEWHERE = Words(
    403, ("Biểu mẫu được gửi từ một trang web khác nên không được thực hiện", "The form came from another site"), AGAIN
)
OUT_OF_DATE = Words(403, ("Biểu mẫu đã cũ so với phiên đăng nhập", "The form is older than your session"), AGAIN)
UNREADABLE = Words(400, ("Không đọc được biểu mẫu", "The form cannot be read"), AGAIN)
MISSING = Words(
    404, ("Không tìm thấy trang hoặc mục này", "There is no such page or entry"),
    ("Kiểm tra lại địa chỉ hoặc mã; có thể tìm ở trang vận hành.",
     "Check the address or the id; the console's search may find it."),
)  # fmt: skip
TOO_LONG = Words(413, ("Biểu mẫu quá dài", "The form is too long"), ("Viết ngắn lại.", "Write less."))
NOT_A_FORM = Words(415, ("Nội dung gửi lên không phải biểu mẫu", "What was sent is no form"), AGAIN)
OTHER = Words(400, ("Trang không trả lời được yêu cầu này", "This page cannot answer that request"), AGAIN)


class ProblemError(Exception):
    """A request a page cannot answer; shown by the guard."""

    def __init__(self, words: Words) -> None:
        super().__init__(words.title[1])
        self.words = words


Page = Callable[[Visit], Awaitable[web.StreamResponse]]


def guarded(hub: Hub, page: Page, *, roles: Collection[str] | None) -> Handler:
    """The handler of a page. roles: who may see it; None = everybody, signed in or not."""

    async def handler(request: web.Request) -> web.StreamResponse:
        visit = Visit(hub, request, pages.language_of(request))
        try:
            visit = Visit(hub, request, visit.language, await sessions.find(hub, request))
            response = await _answer(visit, page, roles)
        except Refusal as refusal:
            response = refused(visit, refusal)
        except ProblemError as found:
            response = problem(visit, found.words)
        except web.HTTPException as answer:
            response = problem(visit, replace(OTHER, status=answer.status))
        except StorageFullError:
            response = refused(visit, Refusal(Fault.STORAGE_FULL))
        except StorageDownError:
            response = refused(visit, Refusal(Fault.DEPENDENCY_DOWN))
        except Exception:  # noqa: BLE001 - an edge: a visitor always gets a page
            log.get().exception("page failed", path=request.path, method=request.method)
            response = refused(visit, Refusal(Fault.INTERNAL))
        pages.finish(request, response)
        return response

    return handler


async def _answer(visit: Visit, page: Page, roles: Collection[str] | None) -> web.StreamResponse:
    request, person = visit.request, visit.person
    if roles is not None and person is None:
        if request.method in {"GET", "HEAD"}:
            return visit.go(f"{LOGIN}?next={quote(str(request.rel_url), safe='')}")
        raise ProblemError(SIGN_IN)
    if roles is not None and person is not None and person.role not in roles:
        raise ProblemError(WRONG_ROLE)
    if request.method == "POST":
        if _is_from_elsewhere(request):
            raise ProblemError(ELSEWHERE)
        form = await _form(request)
        if person is not None and not hmac.compare_digest(
            form.get("form_token", "").encode("utf-8", "replace"), person.form_token.encode()
        ):
            raise ProblemError(OUT_OF_DATE)
        visit = replace(visit, form=form)
    if person is not None and person.role == "operator":
        visit = replace(visit, desk=await desk.read(visit.hub))
    return await page(visit)


def _is_from_elsewhere(request: web.Request) -> bool:
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site not in {"same-origin", "none"}
    origin = request.headers.get("Origin")
    return origin is not None and urlsplit(origin).netloc.lower() != request.host.lower()


async def _form(request: web.Request) -> Mapping[str, str]:
    if request.content_type != _FORM:
        raise ProblemError(NOT_A_FORM)
    body = bytearray()
    async for piece in request.content.iter_chunked(FORM_BYTES):
        body += piece
        if len(body) > FORM_BYTES:
            raise ProblemError(TOO_LONG)
    try:
        fields = parse_qsl(body.decode("ascii"), keep_blank_values=True, errors="replace", max_num_fields=100)
    except ValueError as cause:
        raise ProblemError(UNREADABLE) from cause
    return {name: text.replace("\0", "") for name, text in fields}


def problem(visit: Visit, words: Words) -> web.Response:
    """The page of a problem."""
    return visit.page(
        "problem.html",
        status=words.status,
        title=visit.say(*words.title),
        remedy=visit.say(*words.remedy),
        sign_in=words in {SIGN_IN, WRONG_ROLE},
    )


def refused(visit: Visit, refusal: Refusal) -> web.Response:
    """The page of a refusal."""
    fault = refusal.fault
    if fault is Fault.NOT_FOUND:
        return problem(visit, MISSING)
    response = problem(
        visit, Words(fault.http_status, (fault.title_vi, fault.title_en), (fault.remedy_vi, fault.remedy_en))
    )
    if fault.http_status in {429, 503}:
        response.headers["Retry-After"] = "30"
    return response


async def missing(_visit: Visit) -> web.StreamResponse:
    """Any address that is no page."""
    raise ProblemError(MISSING)
