"""Signing in and out. An unknown name costs as much time as a wrong password, and both get the same sentence."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from aiohttp import web

from hub import log, passwords
from hub.context import Hub
from hub.store import users
from hub.web import guard, pages, sessions
from hub.web.attempts import Attempts
from hub.web.pages import Visit

LONGEST_NAME, LONGEST_PASSWORD = 64, 1024
_WAITING = 16
"""Most sign-ins under way at once: each takes 0.1 s and 64 MiB."""

START = {"operator": "/console", "office": "/statistics", "clerk": "/mailbox"}
"""Where each role begins."""


class Door:
    """The sign-in of one hub: it remembers wrong passwords."""

    def __init__(self) -> None:
        self.attempts = Attempts()
        self._turns = asyncio.Semaphore(2)
        self._under_way = 0

    async def show(self, visit: Visit) -> web.StreamResponse:
        """The empty form; who is signed in already goes on."""
        following = visit.request.query.get("next", "")
        if visit.person is not None and visit.request.query.get("lang") is None:
            return visit.go(pages.local_path(following, START[visit.person.role]))
        return visit.page("login.html", following=following, name="", problem="")

    async def enter(self, visit: Visit) -> web.StreamResponse:
        """Check name and password; begin a session."""
        name, password = visit.form.get("name", "").strip(), visit.form.get("password", "")
        following = visit.form.get("next", "")
        address = visit.request.remote or ""
        now = visit.hub.clock.now()
        wait = self.attempts.wait(name, address, now)
        if wait is not None:
            seconds = int(wait.total_seconds()) + 1
            again = self._again(visit, following, name, 429, visit.say(
                f"Sai mật khẩu quá nhiều lần. Thử lại sau {seconds} giây.",
                f"Too many wrong passwords. Try again in {seconds} seconds.",
            ))  # fmt: skip
            again.headers["Retry-After"] = str(seconds)
            return again
        if self._under_way >= _WAITING:
            return self._again(visit, following, name, 503, visit.say(
                "Đang có quá nhiều người đăng nhập. Thử lại sau ít giây.", "Too many sign-ins. Try again shortly."
            ))  # fmt: skip
        person = await self._right(visit.hub, name, password)
        if person is None:
            self.attempts.failed(name, address, now)
            log.get().warning("sign-in refused", user=name[:LONGEST_NAME], address=address)
            return self._again(visit, following, name, 401, visit.say(
                "Tên hoặc mật khẩu không đúng.", "The name or the password is wrong."
            ))  # fmt: skip
        self.attempts.succeeded(name, address)
        response = visit.go(pages.local_path(following, START[person]))
        await sessions.begin(visit.hub, visit.request, response, name)
        log.get().info("signed in", user=name, role=person, address=address)
        return response

    async def leave(self, visit: Visit) -> web.StreamResponse:
        """End the session."""
        response = visit.go(guard.LOGIN)
        await sessions.end(visit.hub, visit.request, response)
        return response

    async def _right(self, hub: Hub, name: str, password: str) -> str | None:
        """The role of the person with this name and password, else None, after the same work."""
        readable = 0 < len(name) <= LONGEST_NAME and len(password) <= LONGEST_PASSWORD
        row = await hub.db.read(lambda connection: users.get(connection, name)) if readable else None
        known = row is not None and row.state == "active" and row.role in START
        stored = row.password if row is not None and known else None
        offered = password[:LONGEST_PASSWORD]
        self._under_way += 1
        try:
            async with self._turns:
                right = await hub.in_thread(lambda: passwords.is_right(stored or passwords.nobodys(), offered))
        finally:
            self._under_way -= 1
        return str(row.role) if right and row is not None and known else None

    def _again(self, visit: Visit, following: str, name: str, status: int, problem: str) -> web.Response:
        return visit.page("login.html", status=status, following=following, name=name, problem=problem)


def routes(hub: Hub) -> Iterable[web.AbstractRouteDef]:
    """Signing in and out, and the static files of all pages."""
    door = Door()
    yield web.get(guard.LOGIN, guard.guarded(hub, door.show, roles=None))
    yield web.post(guard.LOGIN, guard.guarded(hub, door.enter, roles=None))
    yield web.post("/console/logout", guard.guarded(hub, door.leave, roles=tuple(START)))
    for address in pages.STATIC:
        yield web.get(address, pages.static)
