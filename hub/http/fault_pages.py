"""/help/faults: what each code means, who must act and how, with an example; where `type` of a problem points."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from html import escape

from aiohttp import web

from edxml.faults import Fault
from hub.http import plain_pages, problems
from hub.http.problems import Kind

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

INDEX = problems.TYPE_PREFIX.rstrip("/")
WHO = {
    "sender": ("nơi gửi, hoặc người lập trình phần mềm của nơi gửi", "the sender, or who programs its software"),
    "recipient": ("nơi nhận", "the recipient"),
    "operator": ("đơn vị vận hành trục", "the operator of the hub"),
    "nobody": ("không ai: chờ rồi gọi lại", "nobody: wait and call again"),
}
RETRY = {
    "never": ("gửi lại nguyên như cũ chỉ bị từ chối lần nữa", "the same bytes can only be refused again"),
    "later": ("gửi lại sau, nguyên như cũ; gửi lặp không tạo văn bản thứ hai", "send the same again later"),
}


def kinds() -> dict[str, Kind]:
    """Every problem of the native API by its code: the faults, and those of HTTP itself."""
    found = {kind.code: kind for kind in problems.HTTP_KINDS}
    return found | {fault.slug: problems.of_fault(fault) for fault in Fault}


def pages() -> dict[str, Handler]:
    """The addresses, by path."""
    known = kinds()
    index = _index(known)
    made = {code: _page(kind) for code, kind in known.items()}
    missing = plain_pages.html(
        "Không có mã lỗi này", f'<h1>Không có mã lỗi này</h1><p><a href="{INDEX}">Bảng mã lỗi</a></p>'
    )

    async def every(_request: web.Request) -> web.StreamResponse:
        return plain_pages.response(index)

    async def one(request: web.Request) -> web.StreamResponse:
        page = made.get(request.match_info["slug"])
        return plain_pages.response(missing, 404) if page is None else plain_pages.response(page)

    return {INDEX: every, f"{INDEX}/{{slug}}": one}


def _index(known: dict[str, Kind]) -> bytes:
    rows = "".join(
        f'<tr><td><a href="{INDEX}/{code}"><code>{code}</code></a></td><td>{kind.status}</td>'
        f"<td>{escape(kind.title_vi)}<br><span class=en>{escape(kind.title_en)}</span></td></tr>"
        for code, kind in sorted(known.items())
    )
    body = (
        '<h1>Bảng mã lỗi <span class=en>Faults</span></h1><p><a href="/api/docs">API của trục</a></p>'
        f"<table><tr><th>Mã<th>HTTP<th>Ý nghĩa</tr>{rows}</table>"
    )
    return plain_pages.html("Bảng mã lỗi", body)


def _page(kind: Kind) -> bytes:
    who, retry = WHO[kind.who], RETRY[kind.retry]
    rows = [
        ("Ý nghĩa", "What it means", kind.title_vi, kind.title_en),
        ("Cách xử lý", "Remedy", kind.remedy_vi, kind.remedy_en),
        ("Ai phải làm", "Who must act", *who),
        ("Gửi lại", "Sending again", *retry),
    ]
    table = "".join(
        f"<tr><th>{vi}<br><span class=en>{en}</span></th><td>{escape(said_vi)}<br>"
        f"<span class=en>{escape(said_en)}</span></td></tr>"
        for vi, en, said_vi, said_en in rows
    )
    codes = f"<tr><th>HTTP</th><td>{kind.status}</td></tr>"
    fault = Fault.__members__.get(kind.code.upper())
    if fault is not None:
        codes += (
            f"<tr><th>Trục quốc gia<br><span class=en>National axis</span></th><td>ErrorCode {fault.vxp_code}</td></tr>"
        )
    body = (
        f'<p><a href="{INDEX}">Bảng mã lỗi</a> · <a href="/api/docs">API của trục</a></p>'
        f"<h1>{escape(kind.title_vi)} <code>{kind.code}</code></h1><p class=en>{escape(kind.title_en)}</p>"
        f"<table>{table}{codes}</table>"
        f"<h2>Ví dụ <span class=en>Example</span></h2><pre>{escape(example(kind))}</pre>"
    )
    return plain_pages.html(f"{kind.code}: {kind.title_vi}", body)


def example(kind: Kind) -> str:
    """An answer with this problem, as the wire has it."""
    head = f"HTTP/1.1 {kind.status}\nContent-Type: {problems.CONTENT_TYPE}\nContent-Language: vi\n"
    return f"{head}\n{json.dumps(problems.body_of(kind, english=False), ensure_ascii=False, indent=2)}"
