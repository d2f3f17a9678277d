"""The description of the native API: /api/v1/openapi.json for programs, /api/docs for people, from the same table."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Sequence
from html import escape
from typing import Any

from aiohttp import web

from hub.http import examples, fault_pages, openapi, plain_pages
from hub.http.openapi import Operation

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

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


_ABOUT = (
    '<p>Bản cho máy đọc: <a href="/api/v1/openapi.json">/api/v1/openapi.json</a> (OpenAPI 3.1). Mỗi lỗi có một trang '
    f'riêng: <a href="{fault_pages.INDEX}">bảng mã lỗi</a>. Thử trước khi gửi: <a href="#dryRun">POST '
    "/packages/dry-run</a>. Phần mềm mẫu chạy được, chỉ dùng curl hoặc thư viện chuẩn của Python, và các bộ kết nối có "
    "sẵn: <code>connectors/README.md</code> trong bộ cài đặt. <span class=en>A running example client, with curl or "
    "Python's standard library alone: connectors/README.md of the installation.</span></p>"
)


def pages(table: Sequence[Operation]) -> dict[str, Handler]:
    """The two addresses of the description, by path."""
    document = openapi.document(table)
    text = json.dumps(document, ensure_ascii=False).encode()
    page = html(table, document)

    async def machine(_request: web.Request) -> web.StreamResponse:
        headers = {"Cache-Control": "public, max-age=300", "X-Content-Type-Options": "nosniff"}
        return web.Response(body=text, content_type="application/json", headers=headers)

    async def readable(_request: web.Request) -> web.StreamResponse:
        return plain_pages.response(page)

    return {"/api/v1/openapi.json": machine, "/api/docs": readable}


def html(table: Sequence[Operation], document: dict[str, Any]) -> bytes:
    """The page for people, without scripts or outside parts."""
    schemas = document["components"]["schemas"]
    tags = dict.fromkeys(operation.tag for operation in table)
    parts = [
        "<h1>API của trục liên thông văn bản nội tỉnh</h1>",
        f"<p>{escape(document['info']['description'])}</p>",
        _ABOUT,
        "<nav aria-label='Mục lục'><ul>",
        *(
            f'<li><a href="#{one.id}">{escape(one.title)}</a> <code>{one.method} {escape(one.path)}</code></li>'
            for one in table
        ),
        f'<li><a href="{fault_pages.INDEX}">Bảng mã lỗi</a></li></ul></nav>',
        f"<h2>Bắt đầu <span class=en>Start here</span></h2><pre>{escape(_START)}</pre>",
    ]
    for tag in tags:
        parts.append(f"<h2>{escape(tag)}</h2>")
        parts += [_operation(one, schemas) for one in table if one.tag == tag]
    parts.append("<h2>Kiểu dữ liệu <span class=en>Shapes</span></h2>")
    parts += [_schema(name, schema) for name, schema in sorted(schemas.items())]
    return plain_pages.html("API của trục liên thông", "".join(parts))


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
        f'<tr><td>{kind.status}</td><td><a href="{fault_pages.INDEX}/{kind.code}"><code>{kind.code}</code></a></td>'
        f"<td>{escape(kind.title_vi)}</td></tr>"
        for kind in one.problems
    )
    text = f"<p>{escape(one.text)}</p>" if one.text else ""
    return (
        f'<section id="{one.id}"><h3>{escape(one.title)} <span class=en>{escape(one.title_en)}</span></h3>'
        f"<p><code><span class=method>{one.method}</span> {escape(one.path)}</code></p>{text}{table}{bodies}"
        f"<table><tr><th>Mã<th>Kiểu<th>Trả lời</tr>{answers}{refusals}</table>{_example(one, schemas)}</section>"
    )


def _example(one: Operation, schemas: dict[str, Any]) -> str:
    sent, told = examples.body(one, schemas), examples.answer(one, schemas)
    parts = [f"<pre>{escape(examples.curl(one, sent))}</pre>"]
    if sent.startswith("{"):
        parts.append(f"<p><code>noi-dung.json</code></p><pre>{escape(sent)}</pre>")
    if told:
        parts.append(f"<p>Trả lời <span class=en>Answer</span></p><pre>{escape(told)}</pre>")
    return f"<details><summary>Ví dụ <span class=en>Example</span></summary>{''.join(parts)}</details>"


def _schema(name: str, schema: dict[str, Any]) -> str:
    rows = "".join(
        f"<tr><td><code>{escape(field)}</code>{' *' if field in schema.get('required', ()) else ''}</td>"
        f"<td>{_type(one)}</td><td>{escape(one.get('description', ''))}</td></tr>"
        for field, one in schema.get("properties", {}).items()
    )
    return f'<section id="schema-{escape(name)}"><h3>{escape(name)}</h3><table>{rows}</table></section>'


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
