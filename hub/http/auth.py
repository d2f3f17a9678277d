"""Who is calling the native API: the token door (OAuth2 client credentials, RFC 6749 4.4) and bearer tokens.

A token is a JWT signed with the hub's session key. It dies with its time, with the secret it was bought with, and
with the system: each call looks the system up again, so a suspension works at once.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import ipaddress
import time
from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, unquote_plus

from aiohttp import web
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

from edxml.faults import Fault, Refusal
from hub.keys import KeyProblem

if TYPE_CHECKING:
    from agency_registry.agency import System
    from hub.context import Hub

AUDIENCE = "truc-api"
CHALLENGE = 'Bearer realm="truc"'
_BASIC = 'Basic realm="truc"'
_FORM_BYTES = 8192
_KEPT = 10_000
_PURPOSE = b"truc api token 1"
_FRESH = {"Cache-Control": "no-store", "Pragma": "no-cache", "X-Content-Type-Options": "nosniff"}


class Lockout:
    """Counts failures of (system, address); a system is never locked out for other addresses."""

    def __init__(self, failures: int, seconds: int) -> None:
        self._failures = failures
        self._seconds = seconds
        self._seen: OrderedDict[tuple[str, str], tuple[int, float]] = OrderedDict()

    def remaining(self, system_id: str, address: str) -> int:
        """Seconds until this pair may try again; 0 when it may."""
        count, since = self._seen.get((system_id, address), (0, 0.0))
        if count < self._failures:
            return 0
        left = since + self._seconds - time.monotonic()
        if left > 0:
            return int(left) + 1
        del self._seen[(system_id, address)]
        return 0

    def failed(self, system_id: str, address: str) -> None:
        """One more failure; only those of the last lock-out period count."""
        key = (system_id, address)
        count, since = self._seen.pop(key, (0, 0.0))
        now = time.monotonic()
        fresh = now - since < self._seconds
        self._seen[key] = (count + 1 if fresh else 1, now)
        while len(self._seen) > _KEPT:
            self._seen.popitem(last=False)

    def succeeded(self, system_id: str, address: str) -> None:
        """Forget the failures."""
        self._seen.pop((system_id, address), None)


@dataclass(frozen=True, slots=True)
class _Credentials:
    system_id: str
    secret: str


class _TokenError(Exception):
    """An error of RFC 6749 5.2."""

    def __init__(self, error: str, description: str, status: int = 400, headers: dict[str, str] | None = None) -> None:
        super().__init__(error)
        self.error, self.description, self.status = error, description, status
        self.headers = headers or {}


class Tokens:
    """Gives and checks the tokens of one hub."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        derived = hmac.new(hub.keys.session_key, _PURPOSE, hashlib.sha256).digest()
        self._key = OctKey.import_key(derived)
        self._lockout = Lockout(hub.settings.vxp.lockout_failures, hub.settings.vxp.lockout_seconds)
        self._read: dict[str, dict[str, Any]] = {}

    async def give(self, request: web.Request) -> web.Response:
        """POST /api/v1/token."""
        try:
            form = await self._form(request)
            credentials = _credentials(request, form)
            _check_grant(form)
            token = self._buy(credentials, request.remote or "")
        except _TokenError as error:
            body = {"error": error.error, "error_description": error.description}
            return web.json_response(body, status=error.status, headers={**_FRESH, **error.headers})
        seconds = self._hub.settings.api.token_seconds
        return web.json_response({"access_token": token, "token_type": "Bearer", "expires_in": seconds}, headers=_FRESH)

    def holder(self, request: web.BaseRequest) -> System:
        """The system behind a call. Raises Refusal: AUTH_REQUIRED, FORBIDDEN (address not allowed)."""
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token.strip():
            raise Refusal(Fault.AUTH_REQUIRED, "get a token at POST /api/v1/token and send it as Authorization: Bearer")
        system = self._bearer(token.strip())
        if system is None:
            raise Refusal(Fault.AUTH_REQUIRED, "the token is wrong, has expired or was withdrawn; get a new one")
        if not allowed_from(system, request.remote or ""):
            raise Refusal(Fault.FORBIDDEN, "this system may not call from this address")
        return system

    def _bearer(self, text: str) -> System | None:
        claims = self._read.get(text) or self._decoded(text)
        if claims is None:
            return None
        now = self._hub.clock.now()
        if claims.get("aud") != AUDIENCE or not isinstance(claims.get("exp"), int) or claims["exp"] <= now.timestamp():
            return None
        system = self._hub.system(str(claims.get("sub")))
        if system is None or system.state != "active":
            return None
        return system if claims.get("cred") in {_print(secret) for secret in system.secrets_at(now)} else None

    def _decoded(self, text: str) -> dict[str, Any] | None:
        """The claims of a token whose signature is ours; remembered, because a caller shows the same one each time."""
        if len(text) > 4096:
            return None
        try:
            claims = jwt.decode(text, self._key, algorithms=["HS256"]).claims
        except (JoseError, ValueError, TypeError, KeyError):
            return None
        if len(self._read) >= _KEPT:
            self._read.clear()
        self._read[text] = claims
        return claims

    def _buy(self, credentials: _Credentials, address: str) -> str:
        waits = self._lockout.remaining(credentials.system_id, address)
        if waits:
            text = "too many wrong secrets from this address; wait"
            raise _TokenError("invalid_client", text, 429, {"Retry-After": str(waits)})
        now = self._hub.clock.now()
        system = self._hub.system(credentials.system_id)
        wrapped = self._matching(system, credentials.secret)
        if system is None or wrapped is None or system.state != "active" or not allowed_from(system, address):
            self._lockout.failed(credentials.system_id, address)
            raise _TokenError("invalid_client", "wrong system id or secret", 401, {"WWW-Authenticate": _BASIC})
        self._lockout.succeeded(credentials.system_id, address)
        issued = int(now.timestamp())
        claims = {
            "iss": self._hub.settings.hub.organ_id,
            "aud": AUDIENCE,
            "sub": system.id,
            "iat": issued,
            "exp": issued + self._hub.settings.api.token_seconds,
            "cred": _print(wrapped),
        }
        return jwt.encode({"alg": "HS256", "typ": "JWT"}, claims, self._key)

    def _matching(self, system: System | None, given: str) -> bytes | None:
        """The wrapped secret that opens to what was given; the same work is done for an unknown system."""
        found = None
        offered = hashlib.sha256(given.encode("utf-8", "surrogatepass")).digest()
        for wrapped in system.secrets_at(self._hub.clock.now()) if system is not None else ():
            try:
                secret = self._hub.keys.unwrap(wrapped)
            except KeyProblem:
                continue
            if hmac.compare_digest(hashlib.sha256(secret).digest(), offered):
                found = wrapped
        return found

    async def _form(self, request: web.Request) -> dict[str, str]:
        if request.content_type != "application/x-www-form-urlencoded":
            raise _TokenError("invalid_request", "the body must be application/x-www-form-urlencoded")
        if request.headers.get("Content-Encoding", "identity").lower() != "identity":
            raise _TokenError("invalid_request", "the body must not be compressed")
        body = b""
        async for piece in request.content.iter_any():
            body += piece
            if len(body) > _FORM_BYTES:
                raise _TokenError("invalid_request", "the form is too long")
        try:
            pairs = parse_qsl(body.decode("ascii"), keep_blank_values=True, max_num_fields=20)
        except ValueError as cause:
            raise _TokenError("invalid_request", "the form cannot be read") from cause
        form = dict(pairs)
        if len(form) != len(pairs):
            raise _TokenError("invalid_request", "a parameter is given twice")
        return form


def allowed_from(system: System, address: str) -> bool:
    """Whether the system may call from this address; no listed network means anywhere."""
    if not system.networks:
        return True
    try:
        peer = ipaddress.ip_address(address)
    except ValueError:
        return False
    peer = getattr(peer, "ipv4_mapped", None) or peer
    return any(peer in ipaddress.ip_network(network, strict=False) for network in system.networks)


def _print(wrapped: bytes) -> str:
    """A short mark of one secret, that tells nothing about it."""
    return hashlib.sha256(b"truc credential\x00" + wrapped).hexdigest()[:16]


def _check_grant(form: dict[str, str]) -> None:
    given = form.get("grant_type")
    if given != "client_credentials":
        error = "unsupported_grant_type" if given else "invalid_request"
        raise _TokenError(error, "grant_type must be client_credentials")


def _credentials(request: web.Request, form: dict[str, str]) -> _Credentials:
    header = request.headers.get("Authorization")
    if header is None:
        if not form.get("client_id") or "client_secret" not in form:
            raise _TokenError("invalid_request", "client_id and client_secret are needed, in the form or by HTTP Basic")
        return _Credentials(form["client_id"], form["client_secret"])
    if "client_secret" in form:
        raise _TokenError("invalid_request", "give the secret once: in the form or by HTTP Basic")
    scheme, _, text = header.partition(" ")
    try:
        if scheme.lower() != "basic":
            raise ValueError(scheme)  # noqa: TRY301 - answered below like any other unreadable header
        user, colon, secret = base64.b64decode(text.strip(), validate=True).decode("utf-8").partition(":")
        if not colon:
            raise ValueError(text)  # noqa: TRY301
    except (ValueError, binascii.Error) as cause:
        raise _TokenError(
            "invalid_client", "Authorization is not readable", 401, {"WWW-Authenticate": _BASIC}
        ) from cause
    user, secret = unquote_plus(user), unquote_plus(secret)
    if form.get("client_id", user) != user:
        raise _TokenError("invalid_request", "client_id differs from the Authorization header")
    return _Credentials(user, secret)


def challenge(request: web.BaseRequest) -> dict[str, str]:
    """The WWW-Authenticate header of a 401 (RFC 6750 3)."""
    sent = bool(request.headers.get("Authorization"))
    return {"WWW-Authenticate": CHALLENGE + (', error="invalid_token"' if sent else "")}
