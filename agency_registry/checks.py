"""Checks of one agency's own fields, the same for a row of a file and for a single edit."""

from __future__ import annotations

import re
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING

from agency_registry import names
from agency_registry.reasons import RegistryError, explain
from edxml import organ

if TYPE_CHECKING:
    from collections.abc import Iterable

NAME_LIMIT = 500
STATES = ("active", "suspended", "closed")
SCOPES = ("province", "national")
_LIMITS = {"kind": 50, "level": 50, "email": 254, "phone": 50}
_EMAIL = re.compile(r"[^\s@,;<>\"]+@[^\s@,;<>\"]+\.[^\s@,;<>\".]+")
_PHONE = re.compile(r"\+?[0-9(][0-9 .()/;-]*")
_HOST = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)(?:\.(?!-)[a-z0-9-]{1,63}(?<!-))+")
_DATE_ISO = re.compile(r"(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})", re.ASCII)
_DATE_LOCAL = re.compile(r"(?P<day>\d{1,2})/(?P<month>\d{1,2})/(?P<year>\d{4})", re.ASCII)


def code(text: str) -> str:
    """The code, normalised. Raises RegistryError(code_invalid): the shape only; who has it is another question."""
    result = organ.normalise(text)
    if not organ.is_valid(result):  # law: R-022 QĐ20 2020
        raise RegistryError("code_invalid", code=printable(text))
    return result


def codes(text: str | Iterable[str]) -> tuple[str, ...]:
    """Several codes, sorted, each once; text holds them with spaces or commas between."""
    parts = text.replace(",", " ").split() if isinstance(text, str) else text
    return tuple(sorted({code(part) for part in parts}))


def name(text: str) -> str:
    """The name, cleaned."""
    result = plain("name", text, NAME_LIMIT)
    if not result:
        raise RegistryError("name_missing")
    if names.has_look_alikes(result):
        raise RegistryError("look_alike", name=result)
    return result


def field(column: str, text: str) -> str:
    """kind, level, email or phone, cleaned; "" is allowed."""
    if not text:
        return ""
    if column == "phone":
        result = names.clean(text)
        if result and (len(result) > _LIMITS[column] or _PHONE.fullmatch(result) is None):
            raise RegistryError("phone_invalid", value=printable(result))
        return result
    result = plain(column, text, _LIMITS[column])
    if column == "email" and result and _EMAIL.fullmatch(result) is None:
        raise RegistryError("email_invalid", value=printable(result))
    return result


def plain(column: str, text: str, limit: int) -> str:
    """Text that is neither too long nor a formula and holds no hidden signs, cleaned."""
    result = names.clean(text)
    if names.has_forbidden_characters(result):
        raise RegistryError("characters", column=column)
    if names.is_formula(result):
        raise RegistryError("formula", column=column)
    if len(result) > limit:
        raise RegistryError("name_too_long" if column == "name" else "too_long", column=column, limit=limit)
    return result


def day(column: str, text: str) -> date | None:
    """A date written yyyy-mm-dd or dd/mm/yyyy; "" is None."""
    text = text.strip()
    if not text:
        return None
    return _date(column, text)


@lru_cache(maxsize=1024)
def _date(column: str, text: str) -> date:
    found = _DATE_ISO.fullmatch(text) or _DATE_LOCAL.fullmatch(text)
    if found is not None:
        try:
            return date(int(found["year"]), int(found["month"]), int(found["day"]))
        except ValueError:
            pass
    raise RegistryError("date_invalid", column=column, value=printable(text))


def span(first: date | None, last: date | None) -> None:
    """Refuse a validity that ends before it begins."""
    if first is not None and last is not None and last < first:
        raise RegistryError("dates_reversed")


def state(text: str) -> str:
    """One of STATES."""
    result = text.strip().lower()
    if result not in STATES:
        raise RegistryError("state_invalid", value=printable(text))
    return result


def succession(text: str) -> str:
    """How successors took over: merged_into, split_into or closed."""
    result = text.strip().lower()
    if result not in {"merged_into", "split_into", "closed"}:
        raise RegistryError("succession_invalid", value=printable(text))
    return result


def scope(text: str) -> str:
    """One of SCOPES."""
    if text not in SCOPES:
        raise RegistryError("scope_invalid", value=printable(text))
    return text


def host(text: str) -> str:
    """The name of a host, lower case; "" is allowed."""  # law: R-236 CB Đ4
    result = names.clean(text).lower()
    if result and (len(result) > 253 or _HOST.fullmatch(result) is None):
        raise RegistryError("host_invalid", value=printable(text))
    return result


def unusual(organ_id: str, legacy: str | None) -> list[str]:
    """Warnings about the shape of an agency's codes. The registry decides who has which; a shape refuses nobody."""
    found = []
    if organ.form(organ_id) == "other":  # law: R-022 QĐ20 2020
        found.append(explain("code_unusual", code=organ_id))
    if legacy is not None and organ.form(legacy) != "legacy":  # law: R-021 QĐ28 Đ10.2a
        found.append(explain("legacy_unusual", code=legacy))
    return found


def reason(text: str) -> str:
    """A reason that is really given."""
    result = names.clean(text)
    if not result:
        raise RegistryError("reason_missing")
    return result


def printable(text: str) -> str:
    """Foreign text made safe to show in a reason."""
    return "".join(sign if sign.isprintable() else "?" for sign in text[:80])
