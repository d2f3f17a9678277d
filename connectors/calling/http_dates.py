"""Moments as HTTP writes them (RFC 9110 5.6.7): `Sun, 06 Nov 1994 08:49:37 GMT`, the one form that may be sent."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

_FORM: Final = "%a, %d %b %Y %H:%M:%S GMT"


def read(text: str) -> datetime | None:
    """The moment; None for anything else, the two old forms too."""
    try:
        return datetime.strptime(text.strip(), _FORM).replace(tzinfo=UTC)
    except ValueError:
        return None


def write(moment: datetime) -> str:
    """The text of an aware moment."""
    return moment.astimezone(UTC).strftime(_FORM)
