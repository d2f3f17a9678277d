"""What a hub's answer to a package means: taken, a definite no, or doubt."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from connectors import base
from connectors.calling import answers

if TYPE_CHECKING:
    import aiohttp

_NOT_OF_THE_BYTES = frozenset(
    {
        "auth_required",
        "forbidden",
        "not_found",
        "bad_request",
        "method_not_allowed",
        "not_acceptable",
        "request_timeout",
    }
)
"""Codes that say `never` of the call as it was made: a wrong address, a credential, a proxy between."""


def outcome(
    parcel: base.Parcel, response: aiohttp.ClientResponse, said: Mapping[str, Any], now: datetime
) -> base.Outcome:
    """The outcome of POST /packages."""
    if response.status in (200, 201):
        return _taken(parcel, response.status, said)
    reason = told(response.status, said)
    code = said.get("code")
    is_problem = response.content_type == "application/problem+json" and isinstance(code, str)
    if is_problem and 400 <= response.status < 500 and said.get("retry") == "never" and code not in _NOT_OF_THE_BYTES:
        return base.Refused(reason, str(code)[:64])
    rest = answers.rest(response.headers.get("Retry-After"), now)
    return base.Deferred(reason, retry_after_seconds=rest)


def _taken(parcel: base.Parcel, status: int, said: Mapping[str, Any]) -> base.Outcome:
    package_id, sha256 = said.get("package_id"), said.get("sha256")
    if not isinstance(package_id, str) or not package_id:
        return base.Deferred("the answer says done and names no package: it may have arrived", peer=False)
    if sha256 != parcel.sha256:
        return base.Deferred("the hub took other bytes than ours", peer=False)
    facts = {"sha256": parcel.sha256, "repeated": "yes" if status == 200 else "no"}
    for name in ("receipt", "document_id", "status"):
        if isinstance(said.get(name), str):
            facts[name] = str(said[name])
    warnings = [str(one.get("code")) for one in said.get("warnings") or () if isinstance(one, Mapping)]
    if warnings:
        facts["warnings"] = ",".join(warnings)
    return base.Delivered(package_id[:100], facts)


def told(status: int, said: Mapping[str, Any]) -> str:
    """The hub's words on one line."""
    words = [str(said.get(name) or "") for name in ("code", "title", "detail")]
    return answers.plain(f"HTTP {status} " + ": ".join(one for one in words if one))
