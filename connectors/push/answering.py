"""What an office system's answer to a pushed package means."""

from __future__ import annotations

from typing import Final

from connectors import base
from connectors.calling.answers import Answer

DEFINITE: Final = frozenset({400, 413, 415, 422})
"""Statuses that may say no to these bytes for good; only together with a code of the office system's own."""

_KNOWN: Final = 409
_MOVED: Final = (404, 410)


def outcome(answer: Answer, sha256: str) -> base.Outcome:
    """Delivered only by the digest of what was sent; Refused only by a code; all else is doubt."""
    digest = str(answer.fields().get("sha256") or "").lower()
    if digest == sha256 and (answer.is_success or answer.status == _KNOWN):
        return base.Delivered(answer.word("id", most=100))
    if answer.status in DEFINITE and (code := answer.word("code", most=60)):
        return base.Refused(answer.word("reason", "detail", "title", "message") or f"HTTP {answer.status}", code)
    return base.Deferred(_doubt(answer, digest), retry_after_seconds=answer.rest_seconds)


def _doubt(answer: Answer, digest: str) -> str:
    status = answer.status
    if answer.is_success or status == _KNOWN:
        what = "another digest than that of the package" if digest else "no digest of the package (sha256)"
        return f"HTTP {status} with {what}: it may not have arrived"
    if 300 <= status < 400:
        return f"HTTP {status}: redirects are never followed; is the address still right?"
    if status in _MOVED:
        return f"HTTP {status}: nothing takes packages at this address any more; has the system moved?"
    words = answer.word("code", "reason", "detail", "title", "message", most=200)
    return f"HTTP {status}: {words}" if words else f"HTTP {status}"
