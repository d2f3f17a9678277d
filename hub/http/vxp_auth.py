"""Who calls at the VXP door: the header signature, and what makes up for its weaknesses.

The HMAC binds neither method nor body and has no nonce. So a `timestamp` value belongs to the first
address that used it, a system may be held to its networks, and wrong secrets lock out the (system, address) that
offers them, never the system for others. There is no freshness window: an SDK object keeps one timestamp for days.
"""

from __future__ import annotations

import hmac
import json
import secrets
from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from edxml.faults import Fault, Refusal
from hub import log
from hub.flow import alarms, quotas
from hub.http import auth, client_certificates
from hub.http import vxp_replies as replies
from hub.http.vxp_replies import Failure
from hub.store import vxp_clocks

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from aiohttp import web
    from sqlalchemy import Connection

    from agency_registry.agency import System
    from hub.context import Hub

PREFIX = "xroadvnpt-"
REMEMBERED = 50_000
"""Most lines of each table in memory; the oldest is forgotten (of the time bindings the database keeps all)."""

_TIMESTAMP_LENGTH = 40
_SYSTEM_ID_LENGTH = 64


@dataclass(frozen=True, slots=True)
class Call:
    """One verified call. fields: the signed values by lower-case name without prefix; nothing unsigned is in it."""

    system: System
    fields: Mapping[str, str]
    address: str

    def get(self, name: str, default: str = "") -> str:
        """A signed value, trimmed."""
        return self.fields.get(name.lower(), default).strip()


class Gate:
    """Verifies calls; keeps what it must remember between them."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._log = log.get()
        self._secrets: OrderedDict[bytes, bytes] = OrderedDict()
        self._clocks: OrderedDict[tuple[str, str], tuple[str, date]] = OrderedDict()
        self._nobody = secrets.token_bytes(32)

    async def admit(self, request: web.Request) -> Call:
        """The call behind a request. Raises Refusal(AUTH_REQUIRED, FORBIDDEN) or Failure."""
        headers = _headers(request)
        address = auth.address_of(request)
        system_id = _one(headers, "systemid").decode("utf-8", "replace")[:_SYSTEM_ID_LENGTH]
        self._refuse_locked(system_id, address)
        signed = _one(headers, "sign-header")
        _refuse_damaged(headers, signed)
        system = self._hub.system(system_id)
        if not self._verifies(system, signed, _one(headers, "hash-header")) or system is None:
            await self._failed(system_id, address)
            raise _mismatch(headers)
        fields = _fields(signed, headers)
        if fields.get("systemid") != system.id:
            raise Refusal(Fault.AUTH_REQUIRED, "the signed systemid is not the one that signed")
        self._hub.lockout.succeeded(system_id, address)
        _refuse_idle(system)
        await self._refuse_elsewhere(request, system, address)
        quotas.call(self._hub, system, "vxp")
        await self._bind(system, fields.get("timestamp", ""), address)
        return Call(system, fields, address)

    def _verifies(self, system: System | None, signed: bytes, given: bytes) -> bool:
        now = self._hub.clock.now()
        known = [self._secret(one) for one in system.secrets_at(now)] if system is not None else []
        told = given.lower()
        good = False
        for secret in known or [self._nobody]:  # an unknown system takes as long as a known one
            good |= hmac.compare_digest(hmac.digest(secret, signed, "sha256").hex().encode(), told)
        return good and bool(known)

    def _secret(self, wrapped: bytes) -> bytes:
        secret = self._secrets.get(wrapped)
        if secret is None:
            secret = self._hub.keys.unwrap(wrapped)
            _remember(self._secrets, wrapped, secret)
        return secret

    def _refuse_locked(self, system_id: str, address: str) -> None:
        waits = self._hub.lockout.remaining(system_id, address, self._hub.clock.now())
        if waits:
            failures = self._hub.lockout.failures
            raise Failure("15", f"Sai khóa bí mật quá {failures} lần từ địa chỉ này; thử lại sau {waits} giây.")

    async def _failed(self, system_id: str, address: str) -> None:
        if self._hub.lockout.failed(system_id, address, self._hub.clock.now()):
            self._log.warning("vxp caller locked out", system=system_id, address=address)
            if self._hub.system(system_id) is not None:
                await alarms.raise_alarm(self._hub, "vxp_locked_out", system_id, address)

    async def _refuse_elsewhere(self, request: web.Request, system: System, address: str) -> None:
        """The system's own networks, when it has some, and its own client certificate, when one is shown."""
        if not auth.allowed_from(system, address):
            await alarms.raise_alarm(self._hub, "foreign_network", system.id, address)
            raise Refusal(Fault.FORBIDDEN, f"system {system.id} may not call from {address}")
        shown = client_certificates.shown(request)
        if shown is not None:
            client_certificates.refuse_invalid(self._hub, request, shown)
            await client_certificates.refuse_foreign(self._hub, system, shown, address)

    async def _bind(self, system: System, timestamp: str, address: str) -> None:
        if not timestamp or len(timestamp) > _TIMESTAMP_LENGTH:
            raise Refusal(Fault.AUTH_REQUIRED, "the signed timestamp is missing or too long")
        now = self._hub.clock.now()
        owner, day = self._clocks.get((system.id, timestamp), (None, now.date()))
        if owner is None or day != now.date():

            def work(connection: Connection) -> str:
                return vxp_clocks.bind(connection, system.id, timestamp, address, now)

            owner = await self._hub.db.write(work)
            _remember(self._clocks, (system.id, timestamp), (owner, now.date()))
        if owner != address:
            self._log.warning("vxp timestamp from another address", system=system.id, address=address, first=owner)
            facts = {"timestamp": timestamp, "first": owner}
            await alarms.raise_alarm(self._hub, "vxp_timestamp_from_other_address", system.id, address, **facts)
            raise Failure(
                "15",
                "Giá trị timestamp này đã được dùng từ một địa chỉ khác. Khởi động lại phần mềm để lấy timestamp mới; "
                "nếu không phải hệ thống của bạn gọi, hãy đổi khóa bí mật ngay.",
            )


def _headers(request: web.Request) -> dict[str, list[bytes]]:
    """The protocol's headers as they came: lower-case name without prefix -> raw values."""
    found: dict[str, list[bytes]] = {}
    for raw_name, value in request.raw_headers:
        name = raw_name.decode("ascii", "replace").lower()
        if name.startswith(PREFIX):
            found.setdefault(name.removeprefix(PREFIX), []).append(value)
    return found


def _one(headers: Mapping[str, list[bytes]], name: str) -> bytes:
    values = headers.get(name, [])
    if len(values) != 1 or not values[0]:
        how = "missing" if not values or not values[0] else "repeated"
        raise Refusal(Fault.AUTH_REQUIRED, f"header XroadVnpt-{name} is {how}")
    return values[0]


def _damaged(headers: Mapping[str, list[bytes]]) -> list[str]:
    """Headers that lost letters on the way: old HttpClients cut them to a byte, newer ones write a question mark."""
    return sorted(
        name
        for name, values in headers.items()
        if name != "sign-header" and any(not value.isascii() or b"?" in value for value in values)
    )


def _refuse_damaged(headers: Mapping[str, list[bytes]], signed: bytes) -> None:
    """The SDK cuts letters beyond ASCII to one byte after signing: such a call can never verify, so say why."""
    try:
        signed.decode("utf-8")
    except UnicodeDecodeError:
        raise _not_ascii(_damaged(headers)) from None


def _mismatch(headers: Mapping[str, list[bytes]]) -> Exception:
    damaged = _damaged(headers)
    return _not_ascii(damaged) if damaged else Refusal(Fault.AUTH_REQUIRED)


def _not_ascii(names: list[str]) -> Failure:
    return replies.not_ascii(", ".join(f"XroadVnpt-{name}" for name in names) or "XroadVnpt-sign-header")


def _fields(signed: bytes, headers: Mapping[str, list[bytes]]) -> dict[str, str]:
    """The signed values, each the same as the real header of its name."""
    try:
        pairs = json.loads(signed, object_pairs_hook=_Pairs)
    except (ValueError, RecursionError):
        raise Refusal(Fault.AUTH_REQUIRED, "XroadVnpt-sign-header is not a JSON object") from None
    if not isinstance(pairs, _Pairs):
        raise Refusal(Fault.AUTH_REQUIRED, "XroadVnpt-sign-header is not a JSON object")
    fields: dict[str, str] = {}
    for whole, value in pairs:
        name = whole.lower()
        if not name.startswith(PREFIX) or not isinstance(value, str):
            raise Refusal(Fault.AUTH_REQUIRED, "XroadVnpt-sign-header holds something that is not a header")
        name = name.removeprefix(PREFIX)
        if name in fields:
            raise Refusal(Fault.AUTH_REQUIRED, f"XroadVnpt-{name[:40]} is signed twice")
        if [one.strip() for one in headers.get(name, [])] != [value.encode("utf-8", "surrogatepass").strip()]:
            raise Refusal(Fault.AUTH_REQUIRED, f"header XroadVnpt-{name[:40]} differs from its signed value")
        fields[name] = value
    return fields


class _Pairs(list[tuple[str, Any]]):
    """A JSON object as its pairs, duplicates and all."""


def _refuse_idle(system: System) -> None:
    if system.state != "active":
        raise Refusal(Fault.FORBIDDEN, f"system {system.id} is {system.state}")


def _remember(table: OrderedDict[Any, Any], key: Any, value: Any) -> None:
    table[key] = value
    table.move_to_end(key)
    while len(table) > REMEMBERED:
        table.popitem(last=False)
