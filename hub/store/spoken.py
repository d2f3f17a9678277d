"""What persons wrote in lines of the journal: it stands beside what is signed, never in it.

A receipt holds the SHA-256 of such words (`text_sha256`), so that whoever has them can prove them, and they can be
forgotten in time without touching a receipt. What the hub itself says names no person.
"""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

_WORDS: Final = frozenset({"text", "reason", "asked_for", "description", "note"})
_ALWAYS: Final = frozenset({"asked_for"})  # what a person asked for, told on by the hub
_OURS: Final = re.compile(r"[a-z0-9_.]*")


def sealed(actor: str, detail: Mapping[str, Any]) -> dict[str, Any]:
    """The detail as it is signed: persons' words as their digests.  law: P-04 Luật 91/2025 Đ3"""
    return {
        **{name: value for name, value in detail.items() if not is_spoken(actor, name, value)},
        **{
            f"{name}_sha256": hashlib.sha256(value.encode()).hexdigest()
            for name, value in detail.items()
            if is_spoken(actor, name, value)
        },
    }


def forgotten(actor: str, detail: Mapping[str, Any]) -> dict[str, Any]:
    """The detail with persons' words blank."""
    return {name: "" if is_spoken(actor, name, value) else value for name, value in detail.items()}


def is_spoken(actor: str, name: str, value: Any) -> bool:
    """Whether it is something a person wrote. actor: as the journal has it, `hub` for the hub itself."""
    if name not in _WORDS or not isinstance(value, str) or _OURS.fullmatch(value):
        return False
    return actor != "hub" or name in _ALWAYS
