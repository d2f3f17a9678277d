"""Who is calling the native API: the token door (OAuth2 client credentials, RFC 6749 4.4) and bearer tokens.

A token is a JWT signed with the hub's session key. It dies with its time, with the secret or key it was bought with,
and with the system: each call looks the system up again, so a suspension works at once. A token bought over a
connection with a registered client certificate works only over connections with that certificate (RFC 8705 3).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import ipaddress
import json
import secrets
from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from aiohttp import web
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, OctKey

from agency_registry.agency import SystemKey
from edxml.faults import Fault, Refusal
from hub.flow import alarms
from hub.http import call_notes, client_auth, client_certificates, client_clock
from hub.http.client_auth import Proof, TokenError
from hub.keys import KeyProblem
from hub.store import assertions

if TYPE_CHECKING:
    from datetime import datetime

    from agency_registry.agency import System
    from hub.context import Hub

AUDIENCE = "truc-api"
TOKEN_PATH = "/api/v1/token"  # noqa: S105 - a path
CHALLENGE = 'Bearer realm="truc"'
_KEPT = 10_000
_PURPOSE = b"truc api token 1"
_FRESH = {"Cache-Control": "no-store", "Pragma": "no-cache", "X-Content-Type-Options": "nosniff"}


@dataclass(frozen=True, slots=True)
class _Proven:
    """A credential that was proven. mark: of the credential. claims: of an assertion, not looked at yet."""

    mark: str
    claims: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class _Caller:
    """Whence a token is asked for. certificate: what the connection has proven; addresses: the door's, as seen here.

    date: its own time, if it says one.
    """

    address: str
    certificate: client_certificates.Shown | None
    addresses: frozenset[str]
    date: str


class Tokens:
    """Gives and checks the tokens of one hub."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        derived = hmac.new(hub.keys.session_key, _PURPOSE, hashlib.sha256).digest()
        self._key = OctKey.import_key(derived)
        self._read: OrderedDict[str, dict[str, Any]] = OrderedDict()
        # an unknown system is checked against what nobody has, so that it takes as long as a known one
        self._no_secret = hub.keys.wrap(secrets.token_bytes(32))
        self._no_key = SystemKey("jwk", "", json.dumps(ECKey.generate_key("P-256").as_dict(private=False)))

    async def give(self, request: web.Request) -> web.Response:
        """POST /api/v1/token."""
        try:
            form = await client_auth.form_of(request)
            found = client_certificates.shown(request)
            if found is not None:
                self._refuse_invalid(request, found)
            proof = client_auth.offered(request.headers.get("Authorization"), form, has_certificate=found is not None)
            self._note(request, proof.system_id)
            _check_grant(form)
            token = await self._buy(proof, _caller(request, found))
        except TokenError as error:
            body = {"error": error.error, "error_description": error.description}
            refused = web.json_response(body, status=error.status, headers={**_FRESH, **error.headers})
            refused[call_notes.CODE] = error.error
            return refused
        seconds = self._hub.settings.api.token_seconds
        return web.json_response({"access_token": token, "token_type": "Bearer", "expires_in": seconds}, headers=_FRESH)

    def _note(self, request: web.Request, claimed: str) -> None:
        """Let the log of calls name a registered system, also one that proves nothing then."""
        if self._hub.system(claimed) is not None:
            request[call_notes.SYSTEM] = claimed

    async def holder(self, request: web.Request) -> System:
        """The system behind a call. Raises Refusal: AUTH_REQUIRED, FORBIDDEN (address, certificate)."""
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token.strip():
            raise Refusal(Fault.AUTH_REQUIRED, "get a token at POST /api/v1/token and send it as Authorization: Bearer")
        found = client_certificates.shown(request)
        system = self._bearer(token.strip(), found)
        if system is None:
            raise Refusal(Fault.AUTH_REQUIRED, "the token is wrong, has expired or was withdrawn; get a new one")
        address = address_of(request)
        if found is not None:
            client_certificates.refuse_invalid(self._hub, request, found)
            await client_certificates.refuse_foreign(self._hub, system, found, address)
        if not allowed_from(system, address):
            await alarms.raise_alarm(self._hub, "foreign_network", system.id, address)
            raise Refusal(Fault.FORBIDDEN, "this system may not call from this address")
        return system

    def _bearer(self, text: str, found: client_certificates.Shown | None) -> System | None:
        claims = self._read.get(text) or self._decoded(text)
        if claims is None:
            return None
        now = self._hub.clock.now()
        if claims.get("aud") != AUDIENCE or not isinstance(claims.get("exp"), int) or claims["exp"] <= now.timestamp():
            return None
        bound = claims.get("cnf")
        if bound is not None and (found is None or bound != _bound_to(found.thumbprint)):
            return None
        system = self._hub.system(str(claims.get("sub")))
        if system is None or system.state != "active":
            return None
        return system if claims.get("cred") in self._credentials(system, now) else None

    def _credentials(self, system: System, now: datetime) -> set[str]:
        """Marks of everything that buys a token of this system now."""
        keys = (*system.keys_at(now, "jwk"), *system.keys_at(now, client_certificates.CERTIFICATE))
        marks = {_mark(key.thumbprint.encode()) for key in keys}
        if self._hub.settings.hub.secrets_open:
            marks |= {_mark(secret) for secret in system.secrets_at(now)}
        return marks

    def _decoded(self, text: str) -> dict[str, Any] | None:
        """The claims of a token whose signature is ours; remembered, because a caller shows the same one each time."""
        if len(text) > 4096:
            return None
        try:
            claims = jwt.decode(text, self._key, algorithms=["HS256"]).claims
        except (JoseError, ValueError, TypeError, KeyError):
            return None
        self._read[text] = claims
        if len(self._read) > _KEPT:
            self._read.popitem(last=False)
        return claims

    async def _buy(self, proof: Proof, caller: _Caller) -> str:
        hub, now = self._hub, self._hub.clock.now()
        waits = hub.lockout.remaining(proof.system_id, caller.address, now)
        if waits:
            text = "too many wrong credentials from this address; wait"
            raise TokenError("invalid_client", text, 429, {"Retry-After": str(waits)})
        system = hub.system(proof.system_id)
        proven = self._proven(system, proof, caller)
        if system is None or proven is None or system.state != "active":
            await self._failed(proof.system_id, caller.address)
            raise client_auth.refused()
        if not allowed_from(system, caller.address):
            await alarms.raise_alarm(hub, "foreign_network", system.id, caller.address)
            await self._failed(proof.system_id, caller.address)
            raise client_auth.refused()
        if caller.certificate is not None:
            try:
                await client_certificates.refuse_foreign(hub, system, caller.certificate, caller.address)
            except Refusal as refusal:
                raise client_auth.refused(refusal.detail) from refusal
        if proof.method == client_auth.SECRET and not hub.settings.hub.secrets_open:
            raise client_auth.refused(
                "a shared secret opens this door only in test and demo; register a key (truc system key add) and use "
                "private_key_jwt or a client certificate"
            )
        if proven.claims is not None:
            await self._spend(system, proven.claims, caller)
        hub.lockout.succeeded(proof.system_id, caller.address)
        await client_clock.heard(hub, system.id, caller.address, client_clock.told(caller.date, proven.claims))
        return self._token(system, proven.mark, caller, now)

    def _proven(self, system: System | None, proof: Proof, caller: _Caller) -> _Proven | None:
        """The credential that was proven, None when none was."""
        now = self._hub.clock.now()
        if proof.method == client_auth.SECRET:
            found = self._matching(system, proof.text)
            return None if found is None else _Proven(_mark(found))
        if proof.method == client_auth.ASSERTION:
            keys = system.keys_at(now, "jwk") if system is not None else ()
            signed = client_auth.signed_by(proof.text, keys or (self._no_key,))
            return None if signed is None else _Proven(_mark(signed[0].thumbprint.encode()), signed[1])
        shown = caller.certificate.thumbprint if caller.certificate is not None else ""
        owned = system.keys_at(now, client_certificates.CERTIFICATE) if system is not None else ()
        return _Proven(_mark(shown.encode())) if any(key.thumbprint == shown for key in owned) else None

    async def _spend(self, system: System, claims: dict[str, Any], caller: _Caller) -> None:
        """Raise TokenError unless the assertion is for us, in time, and was never used."""
        audiences = {self._hub.settings.hub.organ_id, *caller.addresses}
        if self._hub.settings.api.url:
            audiences.add(self._hub.settings.api.url.rstrip("/") + TOKEN_PATH)
        said = client_auth.checked(claims, system.id, audiences, self._hub.clock.now())
        fresh = await self._hub.db.write(
            lambda connection: assertions.use(connection, system.id, said.jti, said.expires_at)
        )
        if not fresh:
            await alarms.raise_alarm(self._hub, "assertion_replayed", system.id, caller.address)
            raise client_auth.refused("client_assertion: this jti was used before")

    def _token(self, system: System, mark: str, caller: _Caller, now: datetime) -> str:
        issued = int(now.timestamp())
        claims: dict[str, Any] = {
            "iss": self._hub.settings.hub.organ_id,
            "aud": AUDIENCE,
            "sub": system.id,
            "iat": issued,
            "exp": issued + self._hub.settings.api.token_seconds,
            "cred": mark,
        }
        shown = caller.certificate
        own = {key.thumbprint for key in system.keys_at(now, client_certificates.CERTIFICATE)}
        if shown is not None and shown.thumbprint in own:
            claims["cnf"] = _bound_to(shown.thumbprint)
        return jwt.encode({"alg": "HS256", "typ": "JWT"}, claims, self._key)

    def _refuse_invalid(self, request: web.Request, found: client_certificates.Shown) -> None:
        try:
            client_certificates.refuse_invalid(self._hub, request, found)
        except Refusal as refusal:
            if refusal.fault is Fault.REVOCATION_UNAVAILABLE:
                raise TokenError("temporarily_unavailable", refusal.detail, 503, {"Retry-After": "60"}) from refusal
            raise client_auth.refused(refusal.detail) from refusal

    async def _failed(self, system_id: str, address: str) -> None:
        locked = self._hub.lockout.failed(system_id, address, self._hub.clock.now())
        if locked and self._hub.system(system_id) is not None:
            await alarms.raise_alarm(self._hub, "locked_out", system_id, address)

    def _matching(self, system: System | None, given: str) -> bytes | None:
        """The wrapped secret that opens to what was given; the same work is done for an unknown system."""
        found = None
        offered = hashlib.sha256(given.encode("utf-8", "surrogatepass")).digest()
        known = system.secrets_at(self._hub.clock.now()) if system is not None else ()
        for wrapped in known or (self._no_secret,):
            try:
                secret = self._hub.keys.unwrap(wrapped)
            except KeyProblem:
                continue
            if hmac.compare_digest(hashlib.sha256(secret).digest(), offered):
                found = wrapped
        return found if known else None


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


def address_of(request: web.BaseRequest) -> str:
    """The peer's address; an IPv4 address seen through IPv6 is the IPv4 one."""
    text = request.remote or ""
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return text
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return str(mapped or address)


def _caller(request: web.Request, found: client_certificates.Shown | None) -> _Caller:
    return _Caller(address_of(request), found, _own_addresses(request), request.headers.get("Date", ""))


def _own_addresses(request: web.Request) -> frozenset[str]:
    """The token door's address as a caller on this machine knows it; never what a Host header says."""
    transport = request.transport
    place = transport.get_extra_info("sockname") if transport is not None else None
    if not place or not ipaddress.ip_address(place[0].partition("%")[0]).is_loopback:
        return frozenset()
    hosts = ("127.0.0.1", "localhost", "[::1]")
    return frozenset(f"{request.scheme}://{host}:{place[1]}{TOKEN_PATH}" for host in hosts)


def _bound_to(thumbprint: str) -> dict[str, str]:
    """The confirmation claim of RFC 8705 3.1."""
    return {"x5t#S256": base64.urlsafe_b64encode(bytes.fromhex(thumbprint)).rstrip(b"=").decode("ascii")}


def _mark(credential: bytes) -> str:
    """A short mark of one credential, that tells nothing about it."""
    return hashlib.sha256(b"truc credential\x00" + credential).hexdigest()[:16]


def _check_grant(form: dict[str, str]) -> None:
    given = form.get("grant_type")
    if given != "client_credentials":
        error = "unsupported_grant_type" if given else "invalid_request"
        raise TokenError(error, "grant_type must be client_credentials")


def challenge(request: web.BaseRequest) -> dict[str, str]:
    """The WWW-Authenticate header of a 401 (RFC 6750 3)."""
    sent = bool(request.headers.get("Authorization"))
    return {"WWW-Authenticate": CHALLENGE + (', error="invalid_token"' if sent else "")}
