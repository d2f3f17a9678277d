"""One call to a certification authority: OCSP by POST, a list by GET, without redirects, proxies or cookies.

Bounded in bytes and seconds, and only to addresses that may be called, whatever the name resolves to.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import aiohttp
from yarl import URL

from connectors import outgoing
from edxml.trust import revocation_questions

if TYPE_CHECKING:
    from edxml.verdict import Need
    from hub.jobs.authority_addresses import Place
    from hub.sections import Revocation


class NoAnswerError(Exception):
    """No usable answer. outcome: slug for the counter; host: the whole host is in trouble."""

    def __init__(self, outcome: str, detail: str = "", *, host: bool = True) -> None:
        super().__init__(detail or outcome)
        self.outcome = outcome
        self.host = host


class AuthorityCalls:
    """The connections to authorities, behind the guard. `close` lets go of them."""

    def __init__(self, guard: outgoing.Guard, settings: Revocation) -> None:
        self._settings = settings
        self._http = _session(guard, settings.timeout_seconds)

    async def ask(self, need: Need, place: Place) -> bytes:
        """What the authority answers, not yet looked at. Raises NoAnswerError."""
        try:
            return await self._exchange(need, place)
        except TimeoutError as error:
            raise NoAnswerError("timeout") from error
        except outgoing.ForbiddenAddressError as error:
            raise NoAnswerError("address_forbidden") from error
        except (aiohttp.ClientError, OSError, ValueError) as error:
            forbidden = isinstance(getattr(error, "os_error", None), outgoing.ForbiddenAddressError)
            raise NoAnswerError("address_forbidden" if forbidden else "connection", type(error).__name__) from error

    async def close(self) -> None:
        """Let go of the connections."""
        await self._http.close()

    async def _exchange(self, need: Need, place: Place) -> bytes:
        if need.kind == "ocsp":
            asked = revocation_questions.request(need)
            sent = self._http.post(
                URL(place.url, encoded=True), data=asked, allow_redirects=False,
                headers={"Content-Type": "application/ocsp-request", "Accept": "application/ocsp-response"},
            )  # fmt: skip
            limit = self._settings.ocsp_bytes
        else:
            sent = self._http.get(URL(place.url, encoded=True), allow_redirects=False)
            limit = self._settings.crl_bytes
        async with asyncio.timeout(self._settings.timeout_seconds), sent as answer:
            if answer.status != 200:
                outcome = "redirect" if 300 <= answer.status < 400 else "http_status"
                raise NoAnswerError(outcome, f"HTTP {answer.status}", host=answer.status >= 429)
            if (answer.content_length or 0) > limit:
                raise NoAnswerError("too_large", f"{answer.content_length} bytes", host=False)
            data = bytearray()
            async for piece in answer.content.iter_chunked(1 << 16):
                data += piece
                if len(data) > limit:
                    raise NoAnswerError("too_large", f"more than {limit} bytes", host=False)
            return bytes(data)


def _session(guard: outgoing.Guard, seconds: float) -> aiohttp.ClientSession:
    """A session behind the guard that takes bytes as they come: what is packed could be without end."""
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=64, socket_factory=guard.socket, ttl_dns_cache=30),
        cookie_jar=aiohttp.DummyCookieJar(),
        timeout=aiohttp.ClientTimeout(total=seconds),
        trust_env=False,
        auto_decompress=False,
        headers={"Accept-Encoding": "identity", "User-Agent": "truc"},
    )
