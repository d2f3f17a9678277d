"""An example of every operation for people: the call as a curl command, and the JSON that goes and comes.

Made from the shapes, so that none is written twice; names that mean something get a value that looks like it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hub.http.openapi import Operation

_PACKAGE = "0b5f1c52-6a4e-4b1e-9a33-3d1f0d3f7a10"
_DELIVERY = "7d1f3e0a-51a4-4a8e-8d0c-2f6f8a4b9c11"
_DIGEST = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
_MOMENT = "2026-11-21T09:15:00+07:00"
_KNOWN: Mapping[str, Any] = {
    "package_id": _PACKAGE, "delivery_id": _DELIVERY, "document_id": "000.00.01.H99,2026/11/21,123/BC-SNV",
    "sha256": _DIGEST, "from": "000.00.01.H99", "sender": "000.00.01.H99", "recipient": "000.00.02.H99",
    "organ_id": "000.00.02.H99", "code": "000.00.02.H99", "number": "123", "notation": "BC-SNV",
    "subject": "Báo cáo quý IV", "status": "accepted", "receipt": "eyJhbGciOiJFUzI1NiJ9.eyJldmVudCI6Ii4uLiJ9.c2ln",
    "urgency": 0, "size": 48211, "seq": 812, "lease": "Jt3v5yXk0mQ", "name": "Nhóm sở ngành", "n": 0,
    "access_token": "eyJhbGciOiJIUzI1NiJ9…",
    "arrival_number": "456", "arrival_date": "2026-11-21", "staff": "An",
    "content": f"/api/v1/packages/{_PACKAGE}/content", "promulgated": "2026-11-21", "software": "qlvb 4.2",
    "cursor": "812", "next": "812", "system": "qlvb-so-noi-vu", "title": "Văn bản không ký số",
}  # fmt: skip
_DEEPEST = 6


def body(operation: Operation, schemas: Mapping[str, Any]) -> str:
    """What is sent, as text; '' when nothing is, or bytes are."""
    for part in operation.body:
        if part.model is None or part.schema is not None:
            continue
        value = _value("", schemas.get(part.model.__name__, {}), schemas, 0, asked=True)
        if part.media == "application/x-www-form-urlencoded":
            return "grant_type=client_credentials&client_id=qlvb-so-noi-vu&client_secret=…"
        return json.dumps(value, ensure_ascii=False, indent=2)
    return ""


def answer(operation: Operation, schemas: Mapping[str, Any]) -> str:
    """The first answer of success, as JSON; '' when it is none."""
    model = next((reply.model for reply in operation.replies if reply.model is not None), None)
    if model is None:
        return ""
    return json.dumps(
        _value("", schemas.get(model.__name__, {}), schemas, 0, asked=False), ensure_ascii=False, indent=2
    )


def curl(operation: Operation, sent: str) -> str:
    """The call as somebody types it; the shell has TRUC_URL and TOKEN."""
    path = operation.path
    for name in operation.parameters:
        path = path.replace("{" + name + "}", "A" if name == "name" else str(_KNOWN.get(name, "x")))
    words = ["curl", *(["-X", operation.method] if operation.method not in {"GET", "POST"} else [])]
    if not operation.public:
        words += ["-H", '"Authorization: Bearer $TOKEN"']
    media = [part.media for part in operation.body]
    if "multipart/form-data" in media and "application/xml" not in media:
        words += ["-F", "'metadata=@van-ban.json;type=application/json'", "-F", "files=@van-ban.pdf"]
    elif media and media[0] == "application/xml":
        words += ["-H", '"Content-Type: application/xml"', "--data-binary", "@goi.edxml"]
    elif sent and media[0] == "application/json":
        words += ["-H", '"Content-Type: application/json"', "-d", "@noi-dung.json"]
    elif sent:
        words += ["-d", f"'{sent}'"]
    elif operation.method == "POST":
        words += ["-X", "POST"]
    return " ".join([*words, f'"$TRUC_URL{path}"'])


def _value(name: str, schema: Mapping[str, Any], schemas: Mapping[str, Any], depth: int, *, asked: bool) -> Any:
    """An example of one value; of what may be left out in a question only what is needed."""
    if "$ref" in schema:
        known = schemas.get(schema["$ref"].rsplit("/", 1)[-1], {}) if depth <= _DEEPEST else {"type": "object"}
        return _value(name, known, schemas, depth + 1, asked=asked)
    if "anyOf" in schema:
        return _value(name, schema["anyOf"][0], schemas, depth, asked=asked)
    kind = schema.get("type")
    if kind == "object" or "properties" in schema:
        wanted = schema.get("required", ()) if asked and schema.get("required") else schema.get("properties", {})
        fields = schema.get("properties", {})
        return {one: _value(one, fields[one], schemas, depth + 1, asked=asked) for one in wanted if one in fields}
    if kind == "array":
        return [] if depth > _DEEPEST else [_value(name, schema.get("items", {}), schemas, depth + 1, asked=asked)]
    return _plain(name, schema)


def _plain(name: str, schema: Mapping[str, Any]) -> Any:
    kind = schema.get("type")
    if "const" in schema:
        return schema["const"]
    for word in ("enum", "examples"):
        if word in schema:
            return schema[word][0]
    if name in _KNOWN and _fits(_KNOWN[name], kind):
        return _KNOWN[name]
    if schema.get("format") == "date-time":
        return _MOMENT
    otherwise = {"integer": schema.get("minimum", 1), "number": 1.5, "boolean": False}
    return otherwise.get(str(kind), schema.get("default", "…"))


def _fits(value: object, kind: object) -> bool:
    return isinstance(value, int) == (kind == "integer")
