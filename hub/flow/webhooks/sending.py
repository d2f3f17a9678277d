"""The loop of the web hooks: each hook by itself, one event after the other, from its cursor."""

from __future__ import annotations

import asyncio
import json
import time
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from connectors.calling import posting, signing
from hub import clock, log
from hub.flow import alarms, backoff, feed
from hub.flow.webhooks import message, secrets
from hub.keys import KeyProblem
from hub.states import Audience
from hub.store import alarms as store
from hub.store import webhooks
from hub.store.calls import Call
from hub.store.database import StorageDownError, StorageFullError

if TYPE_CHECKING:
    from sqlalchemy import Connection, Row

    from agency_registry.agency import System
    from connectors import base
    from connectors.calling.answers import Answer
    from hub.context import Hub
    from hub.flow.feed import FeedEvent

LOOK_SECONDS: Final = 1.0
BATCH: Final = 20
"""Events of one reading; the cursor is written once for all of them."""

STEPS: Final = (5, 30, 120, 600, 1800, 3600, 7200)
"""Seconds to wait after failures in a row; the last one repeats."""

BEHIND: Final = 5000
"""Lines of the journal that do not concern a hook are written down as seen only once in so many."""

GONE: Final = 410


class Sender:
    """The hooks that are being called now. At most one call of a hook is under way."""

    def __init__(self, hub: Hub, tools: base.Tools) -> None:
        self._hub = hub
        self._tools = tools
        self._running: dict[str, asyncio.Task[None]] = {}
        self._seen: dict[str, int] = {}

    async def run(self) -> None:
        """Look every second; never returns."""
        try:
            while True:
                try:
                    await self.turn()
                except (StorageDownError, StorageFullError) as error:
                    log.get().error("web hooks cannot use the database", reason=str(error))
                await asyncio.sleep(LOOK_SECONDS)
        finally:
            await self.close()

    async def turn(self) -> None:
        """Begin to call every hook that has something to be told and does not rest."""
        now = clock.to_text(self._hub.clock.now())
        rows, newest = await self._hub.db.read(
            lambda connection: (webhooks.active(connection), webhooks.newest(connection))
        )
        for row in rows:
            resting = row.retry_at is not None and row.retry_at > now
            if resting or row.id in self._running or self._cursor(row) >= newest:
                continue
            task = asyncio.create_task(self._go_on(row.id, newest), name=f"web hook {row.id}")
            self._running[row.id] = task
            task.add_done_callback(partial(self._finished, row.id))

    async def idle(self) -> None:
        """Wait until no call is under way."""
        while self._running:
            await asyncio.wait(list(self._running.values()))

    async def close(self) -> None:
        """Stop; what nobody has confirmed is told again."""
        tasks = list(self._running.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _cursor(self, row: Row[Any]) -> int:
        return max(int(row.cursor), self._seen.get(row.id, 0))

    def _finished(self, hook_id: str, task: asyncio.Task[None]) -> None:
        self._running.pop(hook_id, None)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.get().error("web hook failed", hook=hook_id, error=repr(error))

    async def _go_on(self, hook_id: str, newest: int) -> None:
        """Tell one hook everything up to the journal's line `newest`, or up to its first failure."""
        hub = self._hub
        while True:
            row = await hub.db.read(lambda connection: webhooks.get(connection, hook_id))
            system = None if row is None else hub.directory.system(row.system_id)
            if row is None or row.state != webhooks.ACTIVE or system is None or system.state != "active":
                return
            after = self._cursor(row)
            found, following = await feed.own(hub, system, after=after, limit=BATCH)
            if not await self._tell(row, system, found, following or max(newest, after)):
                return
            if following is None:
                return

    async def _tell(self, row: Row[Any], system: System, found: tuple[FeedEvent, ...], end: int) -> bool:
        """Call the hook for each of the events, then note how far it got; False when it failed."""
        wanted = frozenset(json.loads(row.events))
        told, reached = False, self._cursor(row)
        try:
            known = secrets.opened(self._hub.keys, row.id, row.secret)
            for one in found:
                if not wanted or one.event.type in wanted:
                    answer, reason = await self._call(row, system, known, one)
                    if reason:
                        await self._failed(row, reached, answer, reason)
                        return False
                    told = True
                reached = one.event.seq
            reached = max(reached, end)
        except KeyProblem as problem:
            await self._failed(row, reached, None, str(problem))
            return False
        except asyncio.CancelledError:
            await asyncio.shield(self._reached(row, reached, told=told))
            raise
        await self._reached(row, reached, told=told)
        return True

    async def _reached(self, row: Row[Any], cursor: int, *, told: bool) -> None:
        self._seen[row.id] = cursor
        if told or cursor - row.cursor >= BEHIND:
            work = lambda connection: webhooks.reached(connection, row.id, cursor, healthy=told)  # noqa: E731
            await self._hub.db.write(work)

    async def _call(
        self, row: Row[Any], system: System, known: tuple[secrets.Secret, ...], one: FeedEvent
    ) -> tuple[Answer | None, str]:
        """One event to one hook: the answer if there was one, and why it does not count as told."""
        now = self._hub.clock.now()
        content = message.body(one)
        signed = signing.headers(secrets.valid(known, now), message.message_id(one), now, content)
        headers = {"Content-Type": "application/json", **signed}
        seconds = float(self._hub.settings.webhooks.timeout_seconds)
        began, answer, reason = time.monotonic(), None, ""
        try:
            answer = await posting.post(self._tools.http, row.url, headers, content, now=now, seconds=seconds)
        except posting.NoAnswerError as cause:
            reason = str(cause)
        if answer is not None and not answer.is_success:
            reason = f"HTTP {answer.status}"
        self._hub.calls.note(
            Call(
                system.id,
                now,
                "webhook",
                one.event.type,
                status=0 if answer is None else answer.status,
                package_id=one.package_id,
                delivery_id=one.delivery_id,
                ms=round(1000 * (time.monotonic() - began)),
                size=len(content),
                detail=" ".join(part for part in (row.id[:8], message.message_id(one), reason) if part)[:300],
            )
        )
        return answer, reason

    async def _failed(self, row: Row[Any], reached: int, answer: Answer | None, reason: str) -> None:
        """Note the failure and when to call again; stop a hook that is gone or has failed for too long."""
        hub, now = self._hub, self._hub.clock.now()
        self._seen[row.id] = reached
        rest = timedelta(seconds=(answer.rest_seconds if answer is not None else None) or 0)
        retry_at = max(now + rest, backoff.next_due(row.failures + 1, now, STEPS))
        since = clock.from_text(row.failing_since) if row.failing_since else now
        gone = answer is not None and answer.status == GONE
        over = gone or now - since >= timedelta(hours=hub.settings.webhooks.stop_after_hours)

        def work(connection: Connection) -> None:
            webhooks.reached(connection, row.id, reached, healthy=False)
            webhooks.failed(connection, row, now, retry_at, reason[:500])
            if over and webhooks.stop(connection, row.id):
                facts = {"system": row.system_id, "webhook": row.id, "reason": reason[:300]}
                mark = alarms.mark(clock.to_text(now), row.id)
                told = store.Alarm("webhook_stopped", Audience.OPERATOR, mark=mark, detail=facts)
                store.raise_(connection, hub.journal, now, told)

        await hub.db.write(work)
        log.get().warning("web hook not told", system=row.system_id, hook=row.id, reason=reason, stopped=over)
