"""Calls of a hub's native API: the token and its renewal, what proves us, and how far our clock is from the hub's."""

from __future__ import annotations

import asyncio
import contextlib
import json
import ssl
import uuid
from collections.abc import AsyncIterator, Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import aiohttp
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, OKPKey, RSAKey

from connectors import base
from connectors.calling import http_dates, tls
from connectors.calling.answers import plain

if TYPE_CHECKING:
    from connectors.truc import Settings

API = "/api/v1"
JSON_BYTES = 16 * 1024 * 1024
"""Longest JSON answer read."""

TROUBLE = (aiohttp.ClientError, OSError, ValueError, asyncio.IncompleteReadError)  # OSError includes TimeoutError

_ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_ASSERTION_SECONDS = 60
_CORRECTED_SECONDS = 20
"""A difference of the clocks that is taken into account."""

_ALGORITHMS = ((ECKey, "ES256"), (RSAKey, "PS256"), (OKPKey, "Ed25519"))


class SignInError(ValueError):
    """The hub does not believe who we are, or gives no token; the text is safe to show."""


class Session:
    """One system at one hub. Calls renew the token by themselves.

    clock_seconds: our clock less the hub's at its last answer, None before the first; positive when ours is ahead.
    """

    def __init__(self, settings: Settings, tools: base.Tools) -> None:
        self._settings = settings
        self._tools = tools
        self._token = ""
        self._renew_at = datetime.min.replace(tzinfo=UTC)
        self._signing_in = asyncio.Lock()
        self._tls = _tls(settings)
        self.clock_seconds: float | None = None

    @contextlib.asynccontextmanager
    async def call(
        self,
        method: str,
        path: str,
        body: Callable[[], Any] | None = None,
        *,
        headers: Mapping[str, str] | None = None,
        query: Mapping[str, str] | None = None,
        patience_seconds: float = 0,
    ) -> AsyncIterator[aiohttp.ClientResponse]:
        """One call; answered 401, it is made again with a new token.

        body: makes the body anew for each attempt. patience_seconds: how much longer than usual the answer may take.
        Raises one of TROUBLE.
        """
        token = await self._bearer("")
        async with self._once(method, path, body, token, headers, query, patience_seconds) as response:
            if response.status != 401:
                yield response
                return
        token = await self._bearer(token)
        async with self._once(method, path, body, token, headers, query, patience_seconds) as response:
            yield response

    async def json(
        self,
        method: str,
        path: str,
        said: Mapping[str, Any] | None = None,
        *,
        query: Mapping[str, str] | None = None,
        patience_seconds: float = 0,
    ) -> tuple[int, dict[str, Any]]:
        """A call whose answer is JSON: status and answer. Raises one of TROUBLE."""
        data = None if said is None else json.dumps(said, ensure_ascii=False).encode()
        headers = {} if data is None else {"Content-Type": "application/json"}
        async with self.call(
            method,
            path,
            None if data is None else lambda: data,
            headers=headers,
            query=query,
            patience_seconds=patience_seconds,
        ) as response:
            return response.status, await answer_of(response)

    @contextlib.asynccontextmanager
    async def _once(
        self,
        method: str,
        path: str,
        body: Callable[[], Any] | None,
        token: str,
        headers: Mapping[str, str] | None,
        query: Mapping[str, str] | None,
        patience_seconds: float,
    ) -> AsyncIterator[aiohttp.ClientResponse]:
        sent = {"Authorization": f"Bearer {token}", "Accept-Language": "vi", **(headers or {})}
        more: dict[str, Any] = {}
        if patience_seconds:
            limit = self._tools.timeout_seconds
            more["timeout"] = aiohttp.ClientTimeout(
                total=None, sock_connect=min(limit, 20), sock_read=limit + patience_seconds
            )
        async with self._tools.http.request(
            method,
            self._settings.url + API + path,
            headers=sent,
            params=query,
            data=None if body is None else body(),
            allow_redirects=False,
            ssl=self._tls,
            **more,
        ) as response:
            self._compare_clocks(response)
            yield response

    async def _bearer(self, refused: str) -> str:
        """A token that is not the one the hub has refused."""
        async with self._signing_in:
            if not self._token or self._token == refused or self._tools.now() >= self._renew_at:
                await self._sign_in()
            return self._token

    async def _sign_in(self) -> None:
        before = self.clock_seconds or 0.0
        status, said = await self._ask_token()
        corrected = abs((self.clock_seconds or 0.0) - before) > _CORRECTED_SECONDS
        if status == 401 and corrected and self._signs:  # our clock was wrong: now we know by how much
            status, said = await self._ask_token()
        token, seconds = said.get("access_token"), said.get("expires_in")
        if status != 200 or not isinstance(token, str) or not token:
            why = plain(str(said.get("error_description") or said.get("detail") or said.get("error") or ""))
            raise SignInError(f"no token: HTTP {status} {why}".rstrip())
        lives = seconds if isinstance(seconds, int | float) and seconds > 0 else 60
        self._token = token
        self._renew_at = self._tools.now() + timedelta(seconds=0.8 * lives)

    @property
    def _signs(self) -> bool:
        return bool(self._settings.private_key.get_secret_value()) and not self._settings.certificate

    async def _ask_token(self) -> tuple[int, dict[str, Any]]:
        settings = self._settings
        form = {"grant_type": "client_credentials", "client_id": settings.system_id}
        if self._signs:
            form |= {"client_assertion_type": _ASSERTION, "client_assertion": self._assertion()}
        elif not settings.certificate:
            form["client_secret"] = settings.secret.get_secret_value()
        # its own time as it is, so that the hub can tell its operator of a wrong clock
        date = {"Date": http_dates.write(self._tools.now())}
        async with self._tools.http.post(
            f"{settings.url}{API}/token", data=form, headers=date, allow_redirects=False, ssl=self._tls
        ) as response:
            self._compare_clocks(response)
            return response.status, await answer_of(response)

    def _assertion(self) -> str:
        """A fresh assertion (RFC 7523), in the hub's time as far as we know it."""
        now = int(self._tools.now().timestamp() - (self.clock_seconds or 0.0))
        system_id = self._settings.system_id
        claims = {
            "iss": system_id, "sub": system_id, "aud": self._settings.audience or f"{self._settings.url}{API}/token",
            "iat": now, "exp": now + _ASSERTION_SECONDS, "jti": str(uuid.uuid4()),
        }  # fmt: skip
        key, algorithm = signing_key(self._settings.private_key.get_secret_value())
        return jwt.encode({"alg": algorithm}, claims, key, algorithms=[algorithm])

    def _compare_clocks(self, response: aiohttp.ClientResponse) -> None:
        theirs = http_dates.read(response.headers.get("Date", ""))
        if theirs is not None:
            self.clock_seconds = (self._tools.now() - theirs).total_seconds()


async def answer_of(response: aiohttp.ClientResponse) -> dict[str, Any]:
    """The JSON object of an answer, {} when it is something else. Raises ValueError for one without end."""
    text = bytearray()
    async for piece in response.content.iter_any():
        text += piece
        if len(text) > JSON_BYTES:
            raise ValueError("the answer is too long")
    try:
        said = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}


def signing_key(pem: str) -> tuple[ECKey | RSAKey | OKPKey, str]:
    """A private key and the algorithm it signs assertions with. Raises ValueError."""
    for kind, algorithm in _ALGORITHMS:
        with contextlib.suppress(JoseError, ValueError, TypeError):
            key = kind.import_key(pem)
            if key.is_private:
                return key, algorithm
    raise ValueError("not a private key in PEM (P-256, RSA, Ed25519)")


def _tls(settings: Settings) -> ssl.SSLContext | bool:
    """Whom we believe and what proves us, for https. Raises ValueError."""
    if not settings.url.startswith("https://"):
        return True
    key = settings.private_key.get_secret_value() if settings.certificate else ""
    return tls.context(settings.ca, settings.certificate, key)
