"""The description of the native API: /api/v1/openapi.json for programs, /api/docs for people, from the same table."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Awaitable, Callable, Sequence
from html import escape
from typing import Any

from aiohttp import web

from edxml.faults import Fault
from hub.http import openapi, problems
from hub.http.openapi import Operation

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

_STYLE = """
body{font:16px/1.5 system-ui,sans-serif;max-width:62rem;margin:0 auto;padding:1rem;color:#1b1b1b;background:#fff}
h1,h2,h3{line-height:1.25}h2{margin-top:2.5rem;border-bottom:2px solid #a11}section{margin:1.5rem 0}
code,pre{font:14px/1.45 ui-monospace,monospace}pre{background:#f4f2ee;padding:.8rem;overflow:auto}
table{border-collapse:collapse;width:100%;margin:.5rem 0}
th,td{border:1px solid #bbb;padding:.3rem .5rem;text-align:left;
vertical-align:top}
.en{color:#555}.method{background:#a11;color:#fff;padding:0 .4rem;border-radius:.2rem}
h3,li,td,p{overflow-wrap:anywhere}
nav ul{columns:2;padding-left:1.2rem}@media(max-width:40rem){nav ul{columns:1}}
"""
_DIGEST = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
_POLICY = (
    f"default-src 'none'; style-src 'sha256-{_DIGEST}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_START = """# chạy thử: khóa bí mật; chạy thật: thay -u … bằng --cert A.crt --key A.key -d client_id=MÃ_HỆ_THỐNG
TOKEN=$(curl -s -u "$TRUC_SYSTEM_ID:$TRUC_SECRET" -d grant_type=client_credentials \\
     $TRUC_URL/api/v1/token | jq -r .access_token)
curl -H "Authorization: Bearer $TOKEN" -H "Content-Type: application/xml" --data-binary @goi.edxml \\
     $TRUC_URL/api/v1/packages
curl -H "Authorization: Bearer $TOKEN" "$TRUC_URL/api/v1/inbox?wait=30"
curl -H "Authorization: Bearer $TOKEN" -X POST $TRUC_URL/api/v1/inbox/DELIVERY_ID/lease
curl -H "Authorization: Bearer $TOKEN" -o goi.edxml $TRUC_URL/api/v1/packages/PACKAGE_ID/content
curl -H "Authorization: Bearer $TOKEN" -H "Content-Type: application/json" \\
     -d '{"lease":"…","sha256":"…"}' $TRUC_URL/api/v1/inbox/DELIVERY_ID/ack"""


def pages(table: Sequence[Operation]) -> dict[str, Handler]:
    """The two addresses of the description, by path."""
    document = openapi.document(table)
    text = json.dumps(document, ensure_ascii=False).encode()
    page = html(table, document).encode()

    async def machine(_request: web.Request) -> web.StreamResponse:
        headers = {"Cache-Control": "public, max-age=300", "X-Content-Type-Options": "nosniff"}
        return web.Response(body=text, content_type="application/json", headers=headers)

    async def readable(_request: web.Request) -> web.StreamResponse:
        headers = {
            "Content-Security-Policy": _POLICY,
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "no-referrer",
            "Content-Language": "vi",
        }
        return web.Response(body=page, content_type="text/html", charset="utf-8", headers=headers)

    return {"/api/v1/openapi.json": machine, "/api/docs": readable}


def html(table: Sequence[Operation], document: dict[str, Any]) -> str:
    """The page for people, without scripts or outside parts."""
    schemas = document["components"]["schemas"]
    tags = dict.fromkeys(operation.tag for operation in table)
    parts = [
        "<!doctype html><html lang=vi><head><meta charset=utf-8><title>API của trục liên thông</title>",
        '<meta name=viewport content="width=device-width">',
        f"<style>{_STYLE}</style></head><body><h1>API của trục liên thông văn bản nội tỉnh</h1>",
        f"<p>{escape(document['info']['description'])}</p>",
        '<p>Bản cho máy đọc: <a href="/api/v1/openapi.json">/api/v1/openapi.json</a> (OpenAPI 3.1).</p>',
        "<nav aria-label='Mục lục'><ul>",
        *(
            f'<li><a href="#{one.id}">{escape(one.title)}</a> <code>{one.method} {escape(one.path)}</code></li>'
            for one in table
        ),
        '<li><a href="#faults">Bảng mã lỗi</a></li></ul></nav>',
        f"<h2>Bắt đầu <span class=en>Start here</span></h2><pre>{escape(_START)}</pre>",
    ]
    for tag in tags:
        parts.append(f"<h2>{escape(tag)}</h2>")
        parts += [_operation(one, schemas) for one in table if one.tag == tag]
    parts.append("<h2>Kiểu dữ liệu <span class=en>Shapes</span></h2>")
    parts += [_schema(name, schema) for name, schema in sorted(schemas.items())]
    parts += [_faults(), "</body></html>"]
    return "".join(parts)


def _operation(one: Operation, schemas: dict[str, Any]) -> str:
    said = openapi.document((one,))["paths"][one.path][one.method.lower()]
    rows = [
        f"<tr><td><code>{escape(part['name'])}</code></td><td>{_IN[part['in']]}</td><td>{_type(part['schema'])}</td>"
        f"<td>{escape(part.get('description', ''))}</td></tr>"
        for part in said.get("parameters", ())
    ]
    table = f"<table><tr><th>Tham số<th>Ở đâu<th>Kiểu<th>Ý nghĩa</tr>{''.join(rows)}</table>" if rows else ""
    bodies = "".join(
        f"<p>Nội dung gửi: <code>{escape(part.media)}</code>"
        f"{_link(part.model.__name__, schemas) if part.model else ''}</p>"
        for part in one.body
    )
    answers = "".join(
        f"<tr><td>{reply.status}</td><td><code>{escape(reply.media)}</code></td><td>{escape(reply.text)}"
        f"{_link(reply.model.__name__, schemas) if reply.model else ''}</td></tr>"
        for reply in one.replies
    )
    refusals = "".join(
        f'<tr><td>{kind.status}</td><td><a href="#{kind.code}"><code>{kind.code}</code></a></td>'
        f"<td>{escape(kind.title_vi)}</td></tr>"
        for kind in one.problems
    )
    text = f"<p>{escape(one.text)}</p>" if one.text else ""
    return (
        f'<section id="{one.id}"><h3>{escape(one.title)} <span class=en>{escape(one.title_en)}</span></h3>'
        f"<p><code><span class=method>{one.method}</span> {escape(one.path)}</code></p>{text}{table}{bodies}"
        f"<table><tr><th>Mã<th>Kiểu<th>Trả lời</tr>{answers}{refusals}</table></section>"
    )


def _schema(name: str, schema: dict[str, Any]) -> str:
    rows = "".join(
        f"<tr><td><code>{escape(field)}</code>{' *' if field in schema.get('required', ()) else ''}</td>"
        f"<td>{_type(one)}</td><td>{escape(one.get('description', ''))}</td></tr>"
        for field, one in schema.get("properties", {}).items()
    )
    return f'<section id="schema-{escape(name)}"><h3>{escape(name)}</h3><table>{rows}</table></section>'


def _faults() -> str:
    kinds = [problems.of_fault(fault) for fault in Fault]
    kinds += [kind for kind in problems.HTTP_KINDS if kind.code not in {one.code for one in kinds}]
    rows = "".join(
        f'<tr id="{kind.code}"><td><code>{kind.code}</code></td><td>{kind.status}</td><td>{escape(kind.title_vi)}<br>'
        f"<span class=en>{escape(kind.title_en)}</span></td><td>{escape(kind.remedy_vi)}<br>"
        f"<span class=en>{escape(kind.remedy_en)}</span></td></tr>"
        for kind in kinds
    )
    head = "<tr><th>Mã<th>HTTP<th>Ý nghĩa<th>Cách xử lý</tr>"
    return f'<h2 id="faults">Bảng mã lỗi <span class=en>Faults</span></h2><table>{head}{rows}</table>'


def _type(schema: dict[str, Any]) -> str:
    if "$ref" in schema:
        name = schema["$ref"].rsplit("/", 1)[-1]
        return f'<a href="#schema-{escape(name)}">{escape(name)}</a>'
    if "anyOf" in schema:
        return " | ".join(_type(one) for one in schema["anyOf"])
    if schema.get("type") == "array":
        return f"[{_type(schema.get('items', {}))}]"
    if "enum" in schema:
        return escape(" | ".join(str(value) for value in schema["enum"]))
    return escape(str(schema.get("const") or schema.get("format") or schema.get("type", "")))


def _link(name: str, schemas: dict[str, Any]) -> str:
    return f' <a href="#schema-{escape(name)}">{escape(name)}</a>' if name in schemas else ""


_IN = {"path": "đường dẫn", "query": "truy vấn", "header": "đầu mục"}
