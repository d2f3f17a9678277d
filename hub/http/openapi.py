"""The native API as a table: each operation is one row, from which come its route, checks, documentation and OpenAPI.

Nothing of an operation is written twice: the pydantic models that validate are the models that are published.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from aiohttp import web
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from edxml.faults import Fault
from hub.http import problems
from hub.http.api_shapes import Answer, Asked, Problem, TokenError

if TYPE_CHECKING:
    from hub.http.api_call import Call

Handler = Callable[["Call"], Awaitable[web.StreamResponse]]
JSON = "application/json"
VERSION = "1.0"
_REF = "#/components/schemas/{model}"
_PARAMETER = re.compile(r"\{([a-z_]+)\}")


@dataclass(frozen=True, slots=True)
class Part:
    """One form a body may have: a model, or bytes when there is none. `encoding` is that of OpenAPI's multipart.

    models: those that `schema` names.
    """

    media: str
    model: type[BaseModel] | None = None
    models: tuple[type[BaseModel], ...] = ()
    schema: Mapping[str, Any] | None = None
    encoding: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer of success: its status, its form, and headers worth naming."""

    status: int
    text: str
    model: type[BaseModel] | None = None
    media: str = JSON
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One row of the table. title: Vietnamese; title_en: English; text: what else a programmer must know."""

    method: str
    path: str
    id: str
    tag: str
    title: str
    title_en: str
    handler: Handler
    replies: tuple[Reply, ...]
    text: str = ""
    query: type[Asked] | None = None
    body: tuple[Part, ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    faults: tuple[Fault, ...] = ()
    kinds: tuple[problems.Kind, ...] = ()
    public: bool = False
    oauth: bool = False  # refuses in the words of RFC 6749 instead of problems

    @property
    def parameters(self) -> list[str]:
        """Names of the path's parameters."""
        return _PARAMETER.findall(self.path)

    @property
    def media(self) -> tuple[str, ...]:
        """Media types it answers with."""
        return tuple(dict.fromkeys(reply.media for reply in self.replies))

    @property
    def problems(self) -> list[problems.Kind]:
        """Every problem it may answer with, by status."""
        found: list[Fault] = list(self.faults)
        kinds = list(self.kinds)
        if self.oauth:
            return []
        if not self.public:
            found += [
                Fault.AUTH_REQUIRED, Fault.FORBIDDEN, Fault.RATE_LIMITED, Fault.DEPENDENCY_DOWN,
                Fault.REVOCATION_UNAVAILABLE,
            ]  # fmt: skip
        if JSON in self.media:
            kinds.append(problems.NOT_ACCEPTABLE)
        if self.parameters:
            found.append(Fault.NOT_FOUND)
        if self.query is not None or self.body:
            found.append(Fault.SCHEMA_INVALID)
        if self.body:
            found += [Fault.TOO_LARGE, Fault.UNSUPPORTED_TYPE]
            kinds += [problems.BAD_REQUEST, problems.REQUEST_TIMEOUT]
        kinds += [problems.of_fault(fault) for fault in dict.fromkeys(found)]
        return sorted(kinds, key=lambda kind: (kind.status, kind.code))


def document(table: Sequence[Operation], server: str = "/") -> dict[str, Any]:
    """The OpenAPI 3.1 document of the table."""
    paths: dict[str, dict[str, Any]] = {}
    for operation in table:
        paths.setdefault(operation.path, {})[operation.method.lower()] = _operation(operation)
    tags = dict.fromkeys(operation.tag for operation in table)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Trục liên thông văn bản nội tỉnh",
            "version": VERSION,
            "description": "API của trục: gửi, nhận, xác nhận văn bản điện tử đã ký số giữa các cơ quan. "
            "Sending, receiving and acknowledging signed official documents. Lỗi trả về theo RFC 9457 "
            "(application/problem+json) bằng ngôn ngữ của Accept-Language.",
        },
        "servers": [{"url": server}],
        "tags": [{"name": tag} for tag in tags],
        "security": [{"token": []}],
        "paths": paths,
        "components": {
            "schemas": _schemas(table),
            "securitySchemes": {
                "token": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "Mã truy cập lấy tại POST /api/v1/token (OAuth2 client credentials; "
                    "client_id = mã hệ thống).",
                }
            },
        },
    }


def query_fields(model: type[Asked]) -> Iterable[tuple[str, dict[str, Any], bool]]:
    """Name, JSON schema and whether it is needed, of each query parameter."""
    schema = model.model_json_schema(by_alias=True)
    for name, one in schema.get("properties", {}).items():
        yield name, _flat(one), name in schema.get("required", ())


def _operation(operation: Operation) -> dict[str, Any]:
    text = "\n\n".join(part for part in (f"{operation.title_en}.", operation.text) if part)
    said: dict[str, Any] = {
        "operationId": operation.id,
        "tags": [operation.tag],
        "summary": operation.title,
        "description": text,
        "responses": {str(reply.status): _reply(reply) for reply in operation.replies} | _refusals(operation),
    }
    parameters = [_path_parameter(name) for name in operation.parameters]
    if operation.query is not None:
        for name, schema, needed in query_fields(operation.query):
            about = schema.pop("description", "")
            parameters.append({"name": name, "in": "query", "required": needed, "schema": schema, "description": about})
    for name, about in operation.headers.items():
        parameters.append({"name": name, "in": "header", "schema": {"type": "string"}, "description": about})
    if parameters:
        said["parameters"] = parameters
    if operation.body:
        said["requestBody"] = {"required": True, "content": {part.media: _part(part) for part in operation.body}}
    if operation.public:
        said["security"] = []
    return said


def _path_parameter(name: str) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": "string", "format": "uuid"}
    if name == "name":
        schema = {"type": "string", "minLength": 1, "maxLength": 100}
    if name == "n":
        schema = {"type": "integer", "minimum": 0, "maximum": 999}
    return {"name": name, "in": "path", "required": True, "schema": schema}


def _part(part: Part) -> dict[str, Any]:
    if part.schema is not None:
        said: dict[str, Any] = {"schema": dict(part.schema)}
    elif part.model is not None:
        said = {"schema": {"$ref": _REF.format(model=part.model.__name__)}}
    else:
        said = {"schema": {"type": "string", "format": "binary"}}
    if part.encoding is not None:
        said["encoding"] = dict(part.encoding)
    return said


def _reply(reply: Reply) -> dict[str, Any]:
    schema: dict[str, Any] = {}
    if reply.model is not None:
        schema = {"$ref": _REF.format(model=reply.model.__name__)}
    said: dict[str, Any] = {"description": reply.text}
    if reply.status != 304:
        said["content"] = {reply.media: {"schema": schema} if schema else {}}
    if reply.headers:
        said["headers"] = {
            name: {"description": about, "schema": {"type": "string"}} for name, about in reply.headers.items()
        }
    return said


def _refusals(operation: Operation) -> dict[str, Any]:
    if operation.oauth:
        error = {"schema": {"$ref": _REF.format(model=TokenError.__name__)}}
        texts = {"400": "Yêu cầu sai", "401": "Sai mã hệ thống hoặc khóa bí mật", "429": "Sai quá nhiều lần, phải chờ"}
        return {status: {"description": text, "content": {JSON: error}} for status, text in texts.items()}
    found: dict[str, list[str]] = {}
    for kind in operation.problems:
        found.setdefault(str(kind.status), []).append(f"`{kind.code}` {kind.title_vi}")
    schema = {"schema": {"$ref": _REF.format(model=Problem.__name__)}}
    answers: dict[str, Any] = {
        status: {"description": "; ".join(texts), "content": {problems.CONTENT_TYPE: schema}}
        for status, texts in found.items()
    }
    if "401" in answers:
        answers["401"]["headers"] = {"WWW-Authenticate": {"schema": {"type": "string"}}}
    return answers


def _schemas(table: Sequence[Operation]) -> dict[str, Any]:
    parts = [part for operation in table for part in operation.body]
    asked = {model for part in parts for model in (part.model, *part.models) if model is not None}
    told = {reply.model for operation in table for reply in operation.replies if reply.model is not None}
    told |= {Problem, TokenError}
    named: list[tuple[type[BaseModel], Any]] = [(model, "validation") for model in asked]
    named += [(model, "serialization") for model in told if issubclass(model, Answer)]
    _, schema = models_json_schema(sorted(named, key=lambda pair: pair[0].__name__), ref_template=_REF)
    found: dict[str, Any] = schema.get("$defs", {})
    return found


def _flat(schema: dict[str, Any]) -> dict[str, Any]:
    """An optional parameter is one that may be left out: `anyOf [X, null]` becomes X."""
    choices = [one for one in schema.get("anyOf", ()) if one.get("type") != "null"]
    if len(choices) != 1:
        return dict(schema)
    rest = {name: value for name, value in schema.items() if name not in {"anyOf", "default"}}
    return {**choices[0], **rest}
