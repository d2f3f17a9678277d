"""Who is looking: a session is an opaque token in a cookie; the database knows only its SHA-256."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from aiohttp import web

from hub.context import Hub
from hub.store import sessions


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody signed in. form_token: must come back with every form of this session."""

    name: str
    role: str
    organ_id: str | None
    form_token: str = field(repr=False)


def cookie_name(request: web.Request) -> str:
    """The cookie's name; over TLS the browser itself keeps others from setting it (`__Host-`)."""
    return "__Host-truc" if request.secure else "truc"


async def begin(hub: Hub, request: web.Request, response: web.Response, name: str) -> None:
    """Begin a session of a person who has proven to be one; an earlier one of this browser ends."""
    await end(hub, request, response)
    token, form_token = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
    now = hub.clock.now()
    lasting = timedelta(hours=hub.settings.console.session_hours)  # law: S-07
    await hub.db.write(
        lambda connection: sessions.add(
            connection, token, name, form_token=form_token, now=now, expires_at=now + lasting
        )
    )
    response.set_cookie(
        cookie_name(request),
        token,
        max_age=int(lasting.total_seconds()),
        path="/",
        secure=request.secure,
        httponly=True,
        samesite="Lax",
    )


async def find(hub: Hub, request: web.Request) -> Person | None:
    """The person whose session this request carries, None when there is none or it has run out."""
    token = _token(request)
    if token is None:
        return None
    now: datetime = hub.clock.now()
    row = await hub.db.read(lambda connection: sessions.find(connection, token, now))
    return None if row is None else Person(row.name, row.role, row.organ_id, row.form_token)


async def end(hub: Hub, request: web.Request, response: web.Response) -> None:
    """End the session this request carries, if any."""
    token = _token(request)
    if token is not None:
        await hub.db.write(lambda connection: sessions.end(connection, token))
    response.del_cookie(cookie_name(request), path="/", secure=request.secure, httponly=True, samesite="Lax")


def _token(request: web.Request) -> str | None:
    token = request.cookies.get(cookie_name(request), "")
    return token if 20 <= len(token) <= 100 and token.isascii() else None
