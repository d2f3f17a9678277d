"""Values of the model as plain JSON data and back, field by field, for `show`, `pack` and tools."""

from __future__ import annotations

import dataclasses
import types
import typing
from datetime import date
from enum import Enum
from typing import Any, TypeVar

T = TypeVar("T")


def to_plain(value: object) -> Any:
    """A value of the model as dicts, lists, texts and numbers; empty parts are left out."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = ((one.name, to_plain(getattr(value, one.name))) for one in dataclasses.fields(value))
        return {name: inner for name, inner in fields if inner not in (None, "", [], {})}
    if isinstance(value, tuple | list):
        return [to_plain(one) for one in value]
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, date):
        return value.isoformat()
    return value


def from_plain(cls: type[T], data: dict[str, Any]) -> T:
    """The value that `to_plain` wrote. Raises ValueError for unknown names or values of the wrong kind."""
    hints = typing.get_type_hints(cls)
    if unknown := sorted(set(data) - set(hints)):
        msg = f"{cls.__name__} has no field {unknown[0]!r}"
        raise ValueError(msg)
    try:
        return cls(**{name: _value(hints[name], inner) for name, inner in data.items()})
    except TypeError as wrong:
        msg = f"{cls.__name__}: {wrong}"
        raise ValueError(msg) from wrong


def _value(hint: Any, data: Any) -> Any:
    origin = typing.get_origin(hint)
    if origin in (types.UnionType, typing.Union):
        inner = [one for one in typing.get_args(hint) if one is not type(None)]
        return None if data is None else _value(inner[0], data)
    if origin is tuple:
        inner_hint = typing.get_args(hint)[0]
        return tuple(_value(inner_hint, one) for one in data)
    if dataclasses.is_dataclass(hint) and isinstance(hint, type):
        return from_plain(hint, data)
    if isinstance(hint, type) and issubclass(hint, Enum):
        return hint(data)
    if hint is date:
        return date.fromisoformat(data)
    return data
