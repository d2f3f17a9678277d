"""What is wrong with a form, said so that the person who filled it in can put it right; and reading one."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from pydantic import BaseModel, ValidationError

M = TypeVar("M", bound=BaseModel)

FORM_BYTES: Final = 1 << 20
"""The longest form that is read."""
_TOLD: Final = 20
_CHOICES: Final = frozenset({"code", "recipient", "group"})

_TEXTS: Final[Mapping[str, tuple[str, str]]] = {
    "missing": ("thiếu mục này", "this field is missing"),
    "extra_forbidden": ("không có mục nào tên như vậy", "there is no field of this name"),
    "string_type": ("phải là chữ, đặt trong dấu nháy kép", "must be text in double quotes"),
    "int_type": ("phải là số nguyên, không đặt trong dấu nháy", "must be a whole number without quotes"),
    "int_from_float": ("phải là số nguyên", "must be a whole number"),
    "bool_type": ("phải là true hoặc false, không đặt trong dấu nháy", "must be true or false without quotes"),
    "list_type": ("phải là danh sách [ … ]", "must be a list [ … ]"),
    "model_type": ("phải là một mục gồm các tên {{ … }}", "must be an object {{ … }}"),
    "dict_type": ("phải là một mục gồm các tên {{ … }}", "must be an object {{ … }}"),
    "string_too_long": ("dài quá {max_length} ký tự", "longer than {max_length} characters"),
    "string_too_short": ("không được để trống", "must not be empty"),
    "too_short": ("cần ít nhất {min_length} dòng", "needs at least {min_length} entries"),
    "too_long": ("nhiều quá {max_length} dòng", "has more than {max_length} entries"),
    "literal_error": ("chỉ được là {expected}", "must be {expected}"),
    "enum": ("chỉ được là {expected}", "must be {expected}"),
    "greater_than_equal": ("phải từ {ge} trở lên", "must be {ge} or more"),
    "less_than_equal": ("phải từ {le} trở xuống", "must be {le} or less"),
    "string_pattern_mismatch": ("viết không đúng dạng", "is not written in the expected form"),
    "value_error": (
        "phải là thời điểm như 2026-11-21T09:15:00+07:00", "must be a moment like 2026-11-21T09:15:00+07:00"
    ),
}  # fmt: skip
_OTHER: Final = ("giá trị không hợp lệ", "is no valid value")
_DAYS: Final = ("phải là ngày như 2026-11-21", "must be a day like 2026-11-21")
_DAY_FIELDS: Final = frozenset({"date", "due_date", "arrival_date"})


@dataclass(frozen=True, slots=True)
class Wrong:
    """One mistake. place: the field, as `to[2].role`; '' for the form as a whole."""

    place: str
    vi: str
    en: str


class FormError(ValueError):
    """A form that means nothing that could be sent; `wrong` says every reason."""

    def __init__(self, wrong: Sequence[Wrong]) -> None:
        self.wrong = tuple(wrong)
        super().__init__("; ".join(f"{one.place}: {one.en}" if one.place else one.en for one in self.wrong))

    @property
    def text_vi(self) -> str:
        """All of it, a line each."""
        return "\n".join(f"{one.place}: {one.vi}" if one.place else one.vi for one in self.wrong)

    @property
    def text_en(self) -> str:
        """The same in English."""
        return "\n".join(f"{one.place}: {one.en}" if one.place else one.en for one in self.wrong)


def read(model: type[M], data: bytes) -> M:
    """A form from its JSON text: UTF-8, with or without a mark, or UTF-16 with one. Raises FormError."""
    if len(data) > FORM_BYTES:
        raise FormError([Wrong("", f"tệp dài quá {FORM_BYTES} byte", f"longer than {FORM_BYTES} bytes")])
    try:
        text = data.decode("utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
        said = json.loads(text, object_pairs_hook=_once, parse_constant=_no_number)
    except UnicodeDecodeError as cause:
        raise FormError([Wrong("", "tệp không phải bảng mã UTF-8", "not encoded in UTF-8")]) from cause
    except FormError:
        raise
    except json.JSONDecodeError as cause:
        where = f"dòng {cause.lineno}, cột {cause.colno}", f"line {cause.lineno}, column {cause.colno}"
        wrong = Wrong("", f"JSON sai cú pháp ở {where[0]}", f"not JSON: {cause.msg} at {where[1]}")
        raise FormError([wrong]) from cause
    except (ValueError, RecursionError) as cause:
        raise FormError([Wrong("", "JSON sai cú pháp", "not JSON")]) from cause
    return checked(model, said)


def checked(model: type[M], said: object) -> M:
    """A form from plain values. Raises FormError."""
    try:
        return model.model_validate_json(json.dumps(said), strict=True)
    except ValidationError as cause:
        errors = cause.errors(include_url=False, include_input=False)
        raise FormError([_told(one) for one in errors[:_TOLD]]) from cause


def _told(error: Mapping[str, Any]) -> Wrong:
    kind, context = str(error["type"]), error.get("ctx", {})
    place = _place(error["loc"])
    vi, en = _TEXTS.get(kind, _OTHER)
    if kind == "string_pattern_mismatch" and place.rpartition(".")[2] in _DAY_FIELDS:
        vi, en = _DAYS
    return Wrong(place, vi.format_map(context), en.format_map(context))


def _place(path: Sequence[object]) -> str:
    """`to[2].role`: the way to a field without the names of the choices in between."""
    text = ""
    for before, part in zip(("", *path), path, strict=False):
        if isinstance(part, int):
            text += f"[{part}]"
        elif not (isinstance(before, int) and part in _CHOICES):
            text += f".{str(part)[:60]}" if text else str(part)[:60]
    return text


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise FormError([Wrong(name[:60], "mục này ghi hai lần", "this field stands there twice")])
        found[name] = value
    return found


def _no_number(name: str) -> None:
    raise FormError([Wrong("", f"{name} không phải là số", f"{name} is no number")])
