"""The settings of a system's connector: their fields as a form draws them, what was given, checked and sealed.

A connector describes its settings in one pydantic model; nothing is written twice. Secrets are sealed here, before
anything is filed or stored, and are never shown again.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import pydantic

import connectors
from hub.flow import peers
from hub.keys import KeyProblem

if TYPE_CHECKING:
    from hub.context import Hub
    from hub.keys import Keys

Shape = Literal["text", "lines", "number", "choice", "switch", "list", "json"]
_TYPES: Mapping[str, Shape] = {
    "integer": "number", "number": "number", "boolean": "switch", "array": "list", "object": "json", "string": "text",
}  # fmt: skip
_WORDS: Mapping[str, tuple[str, str]] = {
    "missing": ("Cần nhập giá trị này", "This is needed"),
    "extra_forbidden": ("Connector này không có thiết lập đó", "The connector has no such setting"),
    "int_parsing": ("Phải là số nguyên", "Must be a whole number"),
    "int_from_float": ("Phải là số nguyên", "Must be a whole number"),
    "float_parsing": ("Phải là số", "Must be a number"),
    "bool_parsing": ("Phải là có hoặc không", "Must be yes or no"),
    "greater_than_equal": ("Không nhỏ hơn {ge}", "Not below {ge}"),
    "greater_than": ("Phải lớn hơn {gt}", "Above {gt}"),
    "less_than_equal": ("Không lớn hơn {le}", "Not above {le}"),
    "less_than": ("Phải nhỏ hơn {lt}", "Below {lt}"),
    "string_too_short": ("Ít nhất {min_length} ký tự", "At least {min_length} characters"),
    "string_too_long": ("Nhiều nhất {max_length} ký tự", "At most {max_length} characters"),
    "string_pattern_mismatch": ("Phải có dạng {pattern}", "Must look like {pattern}"),
    "literal_error": ("Chỉ chọn một trong: {expected}", "One of: {expected}"),
}


@dataclass(frozen=True, slots=True)
class Field:
    """One setting as a form draws it.

    shape: how it is entered; lines: text of several lines. bounds: attributes of a number. preset: what holds when
    nothing is given, as text; '' when it is needed.
    """

    name: str
    shape: Shape
    description: str
    needed: bool
    secret: bool = False
    choices: tuple[str, ...] = ()
    bounds: Mapping[str, Any] | None = None
    preset: str = ""


@dataclass(frozen=True, slots=True)
class Wrong:
    """What is wrong with one setting; name '' = with all of them together."""

    name: str
    vi: str
    en: str


class SettingsRefusedError(ValueError):
    """Settings that the connector cannot use; the text names the fields and holds no value."""

    def __init__(self, kind: str, problems: Sequence[Wrong]) -> None:
        told = "; ".join(f"{one.name or kind}: {one.vi} / {one.en}" for one in problems)
        super().__init__(told)
        self.problems = tuple(problems)


def fields(kind: str) -> tuple[Field, ...]:
    """The settings of a connector, in its order. Raises UnknownKindError."""
    schema = connectors.load(kind).settings_type.model_json_schema()
    needed = set(schema.get("required", ()))
    known = schema.get("$defs", {})
    return tuple(_field(name, one, known, name in needed) for name, one in schema.get("properties", {}).items())


def texts(kind: str, present: Mapping[str, Any]) -> dict[str, str]:
    """What is set now as a form shows it; secrets stay out. Raises UnknownKindError."""
    found = {}
    for field in fields(kind):
        value = present.get(field.name)
        if not field.secret and field.name in present and not _is_sealed(value):
            found[field.name] = _text(field, value)
    return found


def given(kind: str, form: Mapping[str, str], present: Mapping[str, Any]) -> dict[str, Any]:
    """The settings that a form means: an empty field is the preset, an empty secret stays as it is.

    `clear.NAME` forgets a secret. Raises UnknownKindError.
    """
    found: dict[str, Any] = {}
    for field in fields(kind):
        text = form.get(field.name, "").replace("\r\n", "\n")
        text = text if field.shape == "lines" else text.strip()
        if field.secret and not text:
            if field.name in present and f"clear.{field.name}" not in form:
                found[field.name] = present[field.name]
        elif text:
            found[field.name] = _value(field, text)
    return found


def merged(kind: str, said: Mapping[str, Any], present: Mapping[str, Any]) -> dict[str, Any]:
    """What stands, changed by what was said (a text or a value for a name; None takes it away)."""
    shapes = {field.name: field for field in fields(kind)}
    both = {**present, **said}
    return {
        name: _value(shapes[name], value) if isinstance(value, str) and name in shapes else value
        for name, value in both.items()
        if value is not None
    }


def sealed(hub: Hub, kind: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """The settings as they are stored: checked as the connector will read them, secrets sealed.

    Raises UnknownKindError, SettingsRefusedError.
    """
    model = connectors.load(kind).settings_type
    plain = {name: _opened(hub.keys, name, value) for name, value in values.items()}
    try:
        model.model_validate(plain)
    except pydantic.ValidationError as error:
        raise SettingsRefusedError(kind, [_wrong(one) for one in error.errors(include_url=False)]) from None
    secret = {field.name for field in fields(kind) if field.secret}
    return {
        name: peers.sealed(hub.keys, str(value)) if name in secret and not _is_sealed(value) else value
        for name, value in values.items()
    }


def _field(name: str, said: Mapping[str, Any], known: Mapping[str, Any], needed: bool) -> Field:
    one = _plain_schema(said, known)
    secret = bool(one.get("writeOnly"))
    description = str(said.get("description") or one.get("description") or "")
    shape = _TYPES.get(str(one.get("type")), "json")
    choices = tuple(str(value) for value in one.get("enum", (one["const"],) if "const" in one else ()))
    if choices:
        shape = "choice"
    elif shape == "text" and "PEM" in description:
        shape = "lines"
    bounds = {
        attribute: one[key] for key, attribute in _BOUNDS.items() if isinstance(one.get(key), int | float)
    }  # fmt: skip
    if shape == "number" and one.get("type") == "number":
        bounds["step"] = "any"
    field = Field(name, shape, description, needed, secret, choices, bounds)
    preset = said.get("default")
    shown = "" if preset is None or secret else _text(field, preset)
    return Field(name, shape, description, needed, secret, choices, bounds, shown)


_BOUNDS: Mapping[str, str] = {"minimum": "min", "maximum": "max", "minLength": "minlength", "maxLength": "maxlength"}


def _plain_schema(said: Mapping[str, Any], known: Mapping[str, Any]) -> Mapping[str, Any]:
    """Of `X or nothing` the X, of a reference what it names."""
    choices = [one for one in said.get("anyOf", ()) if one.get("type") != "null"]
    one = choices[0] if choices else said
    reference = str(one.get("$ref", ""))
    return known.get(reference.rsplit("/", 1)[-1], one) if reference else one


def _text(field: Field, value: Any) -> str:
    if value is None:
        return ""
    if field.shape == "list" and isinstance(value, list | tuple):
        return "\n".join(str(one) for one in value)
    if field.shape == "switch":
        return "true" if value else "false"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _value(field: Field, text: str) -> Any:
    """A text as the value it stands for; what cannot be read stays a text, which the connector refuses by name."""
    if field.shape == "list":
        return [part.strip() for part in text.replace(",", "\n").splitlines() if part.strip()]
    if field.shape == "json":
        try:
            return json.loads(text)
        except ValueError:
            return text
    return text


def _is_sealed(value: object) -> bool:
    return isinstance(value, Mapping) and set(value) == {"wrapped"}


def _opened(keys: Keys, name: str, value: object) -> object:
    if not isinstance(value, Mapping) or set(value) != {"wrapped"}:
        return value
    try:
        return keys.unwrap(base64.b64decode(str(value["wrapped"]), validate=True)).decode()
    except (binascii.Error, KeyProblem, UnicodeDecodeError):
        vi, en = "Không mở được khóa đã niêm phong; nhập lại", "The sealed secret cannot be opened; give it anew"
        told = Wrong(name, vi, en)
        raise SettingsRefusedError("", [told]) from None


def _wrong(error: Any) -> Wrong:
    """One finding of pydantic, without the value it found."""
    name = str(error["loc"][0]) if error["loc"] else ""
    pair = _WORDS.get(error["type"])
    context = {key: str(value) for key, value in (error.get("ctx") or {}).items()}
    if pair is not None:
        return Wrong(name, pair[0].format(**context), pair[1].format(**context))
    text = str(error["msg"]).removeprefix("Value error, ")[:200]
    return Wrong(name, f"Không dùng được: {text}", text)
