"""Organisation codes (mã định danh): three generations of one identity, compared without regard to case.

The legacy form of QCVN 102 and Decision 28 (`000.00.13.H53`, lowest level first), the form of Decision 20/2020
(`H53.13`, highest level first, at most 35 characters) and the older short codes (`28.22.H17`). Which code belongs to
which agency is a table (the registry), never a formula, so validity here is shape only.
"""

from __future__ import annotations

import re
from typing import Final

MAX_LENGTH: Final = 35

# law: R-022 QĐ20 2020
_ANY: Final = re.compile(r"[0-9A-Z]+(?:\.[0-9A-Z]+)*", re.ASCII)
# law: R-021 QĐ28 Đ10.2a
_LEGACY: Final = re.compile(r"[0-9A-Z]{3}\.[0-9A-Z]{2}\.[0-9A-Z]{2}\.[A-Z][0-9]{2}", re.ASCII)
_SHORT: Final = re.compile(r"[0-9A-Z]{2}\.[0-9A-Z]{2}\.[A-Z][0-9]{2}", re.ASCII)
_LEFT_TO_RIGHT: Final = re.compile(r"[A-Z][0-9]{2}(?:\.[0-9A-Z]+)*", re.ASCII)


def normalise(code: str) -> str:
    """The code without surrounding white space, in upper case; only ASCII letters are raised."""
    code = code.strip()
    return code.upper() if code.isascii() else code


def is_valid(code: str) -> bool:
    """Whether the code has a shape that can name an organisation, whatever its generation."""
    code = normalise(code)
    return len(code) <= MAX_LENGTH and code != "NULL" and _ANY.fullmatch(code) is not None


def form(code: str) -> str:
    """Which generation the code looks like: legacy, short, qd20 or other (test and centre codes)."""
    code = normalise(code)
    if _LEGACY.fullmatch(code):
        return "legacy"
    if _SHORT.fullmatch(code):
        return "short"
    if _LEFT_TO_RIGHT.fullmatch(code) and len(code) <= MAX_LENGTH:
        return "qd20"
    return "other"
