"""What a peer answers: read up to a bound, its wish for rest, its words made safe to show."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import aiohttp

from connectors.calling import http_dates

ANSWER_BYTES: Final = 64 * 1024
MOST_REST_SECONDS: Final = 3600.0
"""A peer that asks for more rest than this is called again all the same."""


class TooLongError(ValueError):
    """The answer has more bytes than are read."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer. rest_seconds: how long the peer wants to be left alone; None when it says nothing of it."""

    status: int
    body: bytes
    rest_seconds: float | None = None

    @property
    def is_success(self) -> bool:
        """Whether the status says yes."""
        return 200 <= self.status < 300

    def fields(self) -> Mapping[str, Any]:
        """The JSON object in the body; empty when it is none."""
        try:
            said = json.loads(self.body)
        except (ValueError, RecursionError):
            return {}
        return said if isinstance(said, dict) else {}

    def word(self, *names: str, most: int = 300) -> str:
        """The first of these fields that holds text or a number, printable and cut; "" when none does."""
        fields = self.fields()
        for name in names:
            value = fields.get(name)
            if isinstance(value, str | int) and not isinstance(value, bool):
                return plain(str(value), most)
        return ""


async def read(response: aiohttp.ClientResponse, now: datetime, most: int = ANSWER_BYTES) -> Answer:
    """The whole answer, `most` bytes of it. Raises TooLongError, and what the library raises for trouble on the way."""
    body = bytearray()
    async for piece in response.content.iter_any():
        body += piece
        if len(body) > most:
            response.close()
            message = f"the answer is longer than {most} bytes"
            raise TooLongError(message)
    return Answer(response.status, bytes(body), rest(response.headers.get("Retry-After"), now))


def rest(text: str | None, now: datetime) -> float | None:
    """Seconds behind a Retry-After header (RFC 9110 10.2.3), never more than MOST_REST_SECONDS; None for nonsense."""
    if text is None:
        return None
    words = text.strip()
    if words.isascii() and words.isdigit():
        return min(float(words[:12]), MOST_REST_SECONDS)
    until = http_dates.read(words)
    return None if until is None else min(max((until - now).total_seconds(), 0.0), MOST_REST_SECONDS)


def plain(text: str, most: int = 300) -> str:
    """Words of a peer on one line, printable and cut."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text[: 4 * most]).split())[:most]


def trouble(cause: BaseException) -> str:
    """What went wrong on the way, safe to show."""
    text = plain(str(cause))
    return f"{type(cause).__name__}: {text}"[:300] if text else type(cause).__name__
