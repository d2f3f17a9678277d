"""What a system does with its web hooks: make, look at, try, replay an event, change the secret, resume, remove."""

from __future__ import annotations

import asyncio
import json
import socket
import time
import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from connectors import outgoing
from connectors.calling import addresses, posting, signing
from edxml.faults import Fault, Refusal
from hub import clock, states
from hub.flow import feed, outward
from hub.flow.webhooks import message, secrets
from hub.limits import Rate, TooManyError
from hub.store import webhooks
from hub.store.calls import Call

if TYPE_CHECKING:
    from sqlalchemy import Connection, Row

    from agency_registry.agency import System
    from hub.context import Hub

PINGS: Final = Rate(10, 60)
RESOLVE_SECONDS: Final = 5.0


@dataclass(frozen=True, slots=True)
class HookView:
    """One hook as its system sees it. cursor: number of the last event it has; events: types, () = all."""

    id: str
    url: str
    events: tuple[str, ...]
    state: str
    created_at: datetime
    cursor: int
    failures: int
    failing_since: datetime | None
    retry_at: datetime | None
    last_error: str | None


@dataclass(frozen=True, slots=True)
class Tried:
    """What came of a trial call. status: of HTTP, 0 = there was no answer; reason: what went wrong, '' = nothing."""

    status: int
    ms: int
    reason: str


async def create(
    hub: Hub, system: System, url: str, events: tuple[str, ...], after: int | None
) -> tuple[HookView, str]:
    """A new hook and its secret, told this once. after: the event behind which it begins; None = now.

    Raises Refusal: SCHEMA_INVALID (an address that may not be called, an unknown type), STATE_CONFLICT (too many).
    """
    unknown = sorted(set(events) - states.JOURNAL)
    if unknown:
        raise Refusal(Fault.SCHEMA_INVALID, f"no event is called {unknown[0]!r}"[:200], where="events")
    place = await _permitted(hub, url)
    hook_id, made = str(uuid.uuid4()), secrets.fresh()
    values = {
        "id": hook_id,
        "system_id": system.id,
        "url": place.url,
        "events": json.dumps(sorted(set(events))),
        "secret": secrets.wrapped(hub.keys, hook_id, made),
        "created_at": clock.to_text(hub.clock.now()),
    }
    most = hub.settings.webhooks.hooks

    def work(connection: Connection) -> Row[Any]:
        if len(webhooks.of_system(connection, system.id)) >= most:
            english = f"a system has at most {most} web hooks; remove one first"
            vietnamese = f"mỗi hệ thống có nhiều nhất {most} web hook; hãy bỏ bớt một"
            raise Refusal(Fault.STATE_CONFLICT, english, detail_vi=vietnamese)
        newest = webhooks.newest(connection)
        webhooks.add(connection, {**values, "cursor": newest if after is None else min(after, newest)})
        return _own(connection, system, hook_id)

    return _view(await hub.db.write(work)), made[0].text


async def listed(hub: Hub, system: System) -> tuple[HookView, ...]:
    """All of the system's hooks, oldest first."""
    rows = await hub.db.read(lambda connection: webhooks.of_system(connection, system.id))
    return tuple(map(_view, rows))


async def one(hub: Hub, system: System, hook_id: str) -> HookView:
    """One of them. Raises Refusal(NOT_FOUND), also for another system's."""
    return _view(await hub.db.read(lambda connection: _own(connection, system, hook_id)))


async def remove(hub: Hub, system: System, hook_id: str) -> None:
    """Tell it nothing more. Raises Refusal(NOT_FOUND)."""

    def work(connection: Connection) -> None:
        webhooks.remove(connection, _own(connection, system, hook_id).id)

    await hub.db.write(work)


async def rotate(hub: Hub, system: System, hook_id: str) -> tuple[HookView, str]:
    """A new secret, told this once; the one before it signs beside it for a while. Raises Refusal(NOT_FOUND)."""
    now = hub.clock.now()

    def work(connection: Connection) -> tuple[Row[Any], str]:
        row = _own(connection, system, hook_id)
        known = secrets.opened(hub.keys, hook_id, row.secret)
        made = secrets.rotated(known, now, hub.settings.webhooks.rotation_hours)
        webhooks.put_secret(connection, hook_id, secrets.wrapped(hub.keys, hook_id, made))
        return row, made[0].text

    row, secret = await hub.db.write(work)
    return _view(row), secret


async def resume(hub: Hub, system: System, hook_id: str) -> HookView:
    """Call a stopped or resting hook again at once, from where it stands. Raises Refusal(NOT_FOUND)."""

    def work(connection: Connection) -> Row[Any]:
        _own(connection, system, hook_id)
        webhooks.resume(connection, hook_id)
        return _own(connection, system, hook_id)

    return _view(await hub.db.write(work))


async def ping(hub: Hub, system: System, hook_id: str) -> Tried:
    """Call the hook with a trial event now. Raises Refusal(NOT_FOUND), TooManyError."""
    row = await _to_try(hub, system, hook_id)
    content = message.written(message.PING, hub.clock.now(), {"webhook_id": hook_id})
    return await _tried(hub, row, f"ping_{uuid.uuid4()}", content)


async def replay(hub: Hub, system: System, hook_id: str, seq: int) -> Tried:
    """Tell the hook one event again now, under the id it had; its cursor stays where it is.

    Raises Refusal(NOT_FOUND), also for an event that is not told to this system; TooManyError.
    """
    row = await _to_try(hub, system, hook_id)
    found, _ = await feed.own(hub, system, after=seq - 1, limit=1)
    if not found or found[0].event.seq != seq:
        raise Refusal(Fault.NOT_FOUND, "no event of yours has this number", where="seq")
    one = found[0]
    tried = await _tried(hub, row, message.message_id(one), message.body(one))
    said = " ".join(part for part in (hook_id[:8], message.message_id(one), "replay", tried.reason) if part)
    hub.calls.note(
        Call(
            system.id,
            hub.clock.now(),
            "webhook",
            one.event.type,
            status=tried.status,
            package_id=one.package_id,
            delivery_id=one.delivery_id,
            ms=tried.ms,
            detail=said[:300],
        )
    )
    return tried


async def _to_try(hub: Hub, system: System, hook_id: str) -> Row[Any]:
    row = await hub.db.read(lambda connection: _own(connection, system, hook_id))
    if wait := hub.limiter.wait(("webhook pings", system.id), PINGS):
        raise TooManyError("webhook_pings", PINGS, wait)
    return row


async def _tried(hub: Hub, row: Row[Any], message_id: str, content: bytes) -> Tried:
    now, seconds = hub.clock.now(), float(hub.settings.webhooks.timeout_seconds)
    known = secrets.valid(secrets.opened(hub.keys, row.id, row.secret), now)
    headers = {"Content-Type": "application/json", **signing.headers(known, message_id, now, content)}
    began = time.monotonic()
    status, reason = 0, ""
    async with outgoing.session(outward.guard(hub.settings), timeout_seconds=seconds) as http:
        try:
            answer = await posting.post(http, row.url, headers, content, now=now, seconds=seconds)
        except posting.NoAnswerError as cause:
            reason = str(cause)
        else:
            status, reason = answer.status, "" if answer.is_success else f"HTTP {answer.status}"
    return Tried(status, round(1000 * (time.monotonic() - began)), reason)


async def _permitted(hub: Hub, url: str) -> addresses.Place:
    """The place, if it may be called as the name stands now. Raises Refusal(SCHEMA_INVALID)."""
    try:
        place = addresses.read(url)
    except addresses.AddressError as cause:
        raise Refusal(Fault.SCHEMA_INVALID, str(cause), where="url", detail_vi=cause.vietnamese) from cause
    guard = outward.guard(hub.settings)
    found = [place.host] if place.literal else await _resolved(place)
    if not found or not all(guard.permits(address, place.port) for address in found):
        what = ("leads to a network that is not called", "dẫn tới mạng mà trục không gọi")
        if not found:
            what = ("has a name that is not known", "có tên máy không tìm thấy")
        raise Refusal(Fault.SCHEMA_INVALID, f"the address {what[0]}", where="url", detail_vi=f"địa chỉ {what[1]}")
    return place


async def _resolved(place: addresses.Place) -> list[str]:
    asking = asyncio.get_running_loop().getaddrinfo(place.host, place.port, type=socket.SOCK_STREAM)
    try:
        async with asyncio.timeout(RESOLVE_SECONDS):
            return [str(info[4][0]) for info in await asking]
    except (OSError, UnicodeError):  # OSError includes TimeoutError
        return []


def _own(connection: Connection, system: System, hook_id: str) -> Row[Any]:
    row = webhooks.get(connection, hook_id)
    if row is None or row.system_id != system.id:
        raise Refusal(Fault.NOT_FOUND)
    return row


def _view(row: Row[Any]) -> HookView:
    return HookView(
        row.id,
        row.url,
        tuple(json.loads(row.events)),
        row.state,
        clock.from_text(row.created_at),
        row.cursor,
        row.failures,
        clock.from_text(row.failing_since) if row.failing_since else None,
        clock.from_text(row.retry_at) if row.retry_at else None,
        row.last_error,
    )
