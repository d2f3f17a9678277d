"""How a system proves itself at the token door.

By a secret (RFC 6749 2.3.1), a signed assertion (RFC 7523 2.2), or its client certificate (RFC 8705 2).
"""

from __future__ import annotations

import base64
import binascii
import json
import warnings
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, unquote_plus

from joserfc import jwt
from joserfc.errors import JoseError, SecurityWarning
from joserfc.jwk import import_key

if TYPE_CHECKING:
    from collections.abc import Iterable

    from aiohttp import web

    from agency_registry.agency import SystemKey

SECRET, ASSERTION, CERTIFICATE = "secret", "assertion", "certificate"
ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
ASSERTION_SECONDS = 300
"""Longest life of an assertion."""
AHEAD_SECONDS = 60
"""How far a caller's clock may be ahead of ours."""

BASIC = 'Basic realm="truc"'
_FORM_BYTES = 8192
_JTI_LENGTH = 256
_ALGORITHMS = {"EC": ("ES256",), "RSA": ("RS256", "PS256"), "OKP": ("EdDSA", "Ed25519")}


class TokenError(Exception):
    """An error of RFC 6749 5.2."""

    def __init__(self, error: str, description: str, status: int = 400, headers: dict[str, str] | None = None) -> None:
        super().__init__(error)
        self.error, self.description, self.status = error, description, status
        self.headers = headers or {}


@dataclass(frozen=True, slots=True)
class Proof:
    """What a caller offers, not yet checked. text: the secret or the assertion."""

    system_id: str
    method: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class Claims:
    """What a verified assertion says."""

    jti: str
    expires_at: datetime


async def form_of(request: web.Request) -> dict[str, str]:
    """The fields of the token request. Raises TokenError."""
    if request.content_type != "application/x-www-form-urlencoded":
        raise TokenError("invalid_request", "the body must be application/x-www-form-urlencoded")
    if request.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise TokenError("invalid_request", "the body must not be compressed")
    body = b""
    async for piece in request.content.iter_any():
        body += piece
        if len(body) > _FORM_BYTES:
            raise TokenError("invalid_request", "the form is too long")
    try:
        pairs = parse_qsl(body.decode("ascii"), keep_blank_values=True, max_num_fields=20)
    except ValueError as cause:
        raise TokenError("invalid_request", "the form cannot be read") from cause
    form = dict(pairs)
    if len(form) != len(pairs):
        raise TokenError("invalid_request", "a parameter is given twice")
    return form


def offered(authorization: str | None, form: dict[str, str], *, has_certificate: bool) -> Proof:
    """The one proof a caller offers. Raises TokenError: none, or more than one (RFC 6749 2.3)."""
    ways = [authorization is not None, "client_secret" in form, "client_assertion" in form]
    if sum(ways) > 1:
        raise TokenError("invalid_request", "prove who you are in one way: secret, HTTP Basic, or assertion")
    if authorization is not None:
        return _basic(authorization, form)
    if "client_assertion" in form:
        return _assertion(form)
    if form.get("client_id") and "client_secret" in form:
        return Proof(form["client_id"], SECRET, form["client_secret"])
    if form.get("client_id") and has_certificate:
        return Proof(form["client_id"], CERTIFICATE)
    raise TokenError(
        "invalid_request", "client_id with a client_assertion, a client certificate, or a client_secret is needed"
    )


def signed_by(text: str, keys: Iterable[SystemKey]) -> tuple[SystemKey, dict[str, Any]] | None:
    """The key that signed an assertion, and its claims; None when none of them did.

    The algorithm is chosen by the registered key, never by the token alone: no `none`, no HMAC over a public key.
    """
    for key in keys:
        imported = import_key(json.loads(key.value))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SecurityWarning)  # RFC 9864 renames EdDSA; RFC 7523 clients still say it
            try:
                found = jwt.decode(text, imported, algorithms=list(_ALGORITHMS[imported.key_type]))
            except (JoseError, ValueError, TypeError, KeyError):
                continue
        if isinstance(found.claims, dict):
            return key, found.claims
    return None


def checked(claims: dict[str, Any], system_id: str, audiences: Iterable[str], now: datetime) -> Claims:
    """What a signed assertion says, when it is meant for us and in time (RFC 7523 3). Raises TokenError."""
    if claims.get("iss") != system_id or claims.get("sub") != system_id:
        raise _unusable("iss and sub must both be the client_id")
    audience = claims.get("aud")
    if isinstance(audience, list) and len(audience) == 1:
        audience = audience[0]
    if not isinstance(audience, str) or audience not in set(audiences):
        raise _unusable("aud must be the address of this token door or the hub's organ id, and nothing else")
    moment = now.timestamp()
    issued, expires = _number(claims, "iat"), _number(claims, "exp")
    starts = _number(claims, "nbf") if "nbf" in claims else issued
    if expires <= moment:
        raise _unusable("the assertion has expired")
    if max(issued, starts) > moment + AHEAD_SECONDS:
        raise _unusable("the assertion is of the future; set the clock")
    if expires - issued > ASSERTION_SECONDS or expires > moment + ASSERTION_SECONDS + AHEAD_SECONDS:
        raise _unusable(f"an assertion lives {ASSERTION_SECONDS} seconds at most")
    jti = claims.get("jti")
    if not isinstance(jti, str) or not 1 <= len(jti) <= _JTI_LENGTH:
        raise _unusable(f"jti must be a text of 1 to {_JTI_LENGTH} characters")
    return Claims(jti, datetime.fromtimestamp(expires, UTC))


def refused(description: str = "wrong system id or credential") -> TokenError:
    """401: the client did not prove who it is."""
    return TokenError("invalid_client", description, 401, {"WWW-Authenticate": BASIC})


def _unusable(why: str) -> TokenError:
    return refused(f"client_assertion: {why}")


def _number(claims: dict[str, Any], name: str) -> float:
    value = claims.get(name)
    if not isinstance(value, int | float) or isinstance(value, bool) or not 0 <= value < 1e11:
        raise _unusable(f"{name} must be a number of seconds")
    return float(value)


def _basic(authorization: str, form: dict[str, str]) -> Proof:
    scheme, _, text = authorization.partition(" ")
    try:
        if scheme.lower() != "basic":
            raise ValueError(scheme)  # noqa: TRY301 - answered below like any other unreadable header
        user, colon, secret = base64.b64decode(text.strip(), validate=True).decode("utf-8").partition(":")
        if not colon:
            raise ValueError(text)  # noqa: TRY301
    except (ValueError, binascii.Error) as cause:
        raise refused("Authorization is not readable") from cause
    user, secret = unquote_plus(user), unquote_plus(secret)
    if form.get("client_id", user) != user:
        raise TokenError("invalid_request", "client_id differs from the Authorization header")
    return Proof(user, SECRET, secret)


def _assertion(form: dict[str, str]) -> Proof:
    """The system an assertion claims to be of; nothing in it is believed before its signature is checked."""
    if form.get("client_assertion_type") != ASSERTION_TYPE:
        raise TokenError("invalid_request", f"client_assertion_type must be {ASSERTION_TYPE}")
    text = form["client_assertion"]
    part = text.split(".")[1] if text.count(".") == 2 else ""
    try:
        subject = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))["sub"]
    except (ValueError, TypeError, KeyError, RecursionError) as cause:
        raise refused("client_assertion is not a readable JWT") from cause
    if not isinstance(subject, str) or form.get("client_id", subject) != subject:
        raise TokenError("invalid_request", "client_id differs from the assertion's sub")
    return Proof(subject, ASSERTION, text)
