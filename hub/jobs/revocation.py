"""Lists of trusted authorities are fetched before they run out; answers that are evidence of nothing are removed."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from prometheus_client import Gauge

from edxml.trust import revocation_questions, trust_folder
from edxml.verdict import Need
from hub import clock, log
from hub.store import answers, rechecks
from hub.store.answer_files import AnswerFiles

if TYPE_CHECKING:
    from sqlalchemy import Row

    from hub.context import Hub

LOOK_SECONDS = 60.0
RETRY_SECONDS = 2.0
"""How often it is seen whether the rest of an authority that failed is over."""

AHEAD = 0.2
"""Share of a list's life before its end in which the next one is fetched."""

LEAST_PAUSE = timedelta(minutes=5)
PAUSE = 0.02
"""Share of a list's life between two calls for the next one."""

KEPT = timedelta(days=1)
"""How long an answer no package names, and nobody would look up any more, stays: a package may be just arriving."""

_OUTDATED = Gauge("hub_revocation_outdated_lists", "Known revocation lists past their nextUpdate")


async def run(hub: Hub) -> None:
    """Look once a minute, and at those that failed more often; never returns."""
    async with asyncio.TaskGroup() as group:
        group.create_task(_keep(hub))
        group.create_task(_retry(hub))


async def _keep(hub: Hub) -> None:
    keeper = Keeper(hub)
    while True:
        if hub.settings.revocation.refresh:
            await keeper.refresh()
        await keeper.sweep()
        await asyncio.sleep(LOOK_SECONDS)


async def _retry(hub: Hub) -> None:
    """While a document waits for an answer, those that failed are asked again."""
    while hub.fetcher is not None:
        await asyncio.sleep(RETRY_SECONDS)
        if await hub.db.read(rechecks.waiting):
            await hub.fetcher.retry()


class Keeper:
    """Keeps the answers of one hub in order."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._files = AnswerFiles(hub.settings.answers_folder)
        self._asked: dict[str, datetime] = {}
        self._swept: datetime | None = None

    async def refresh(self) -> bool:
        """Fetch the lists that are missing or about to run out; whether something new came."""
        hub = self._hub
        if hub.fetcher is None:
            return False
        now = hub.clock.now()
        rows = {row.url: row for row in await hub.db.read(answers.newest_lists)}
        _OUTDATED.set(sum(row.next_at is not None and row.next_at <= clock.to_text(now) for row in rows.values()))
        named = await hub.in_thread(self._named)
        due = [url for url in {**named, **rows} if self._is_time(url, rows.get(url), now)]
        wanted = await hub.in_thread(lambda: self._needs(due, named, rows))
        self._asked.update(dict.fromkeys(due, now))
        return bool(wanted) and await hub.fetcher.fetch(wanted, hub.settings.revocation.timeout_seconds)

    async def sweep(self) -> int:
        """Once an hour: remove answers that no package names and that are not the current ones; how many."""
        hub, now = self._hub, self._hub.clock.now()
        if self._swept is not None and timedelta() <= now - self._swept < timedelta(hours=1):
            return 0
        self._swept = now
        recent = await hub.in_thread(self._recent)
        before = clock.to_text(now - KEPT)
        gone = await hub.db.write(lambda connection: answers.forget_unnamed(connection, recent, before))
        await hub.in_thread(lambda: self._files.forget(gone))
        if gone:
            log.get().info("revocation answers removed", answers=len(gone))
        return len(gone)

    def _recent(self) -> set[str]:
        """Current answers, and those that were current not long ago."""
        old = self._files.digests(older_than_seconds=KEPT.total_seconds())
        return self._files.current_digests() | (self._files.digests() - old)

    def _named(self) -> dict[str, Need]:
        """The lists that trusted certificates name, by address."""
        certificates = [entry.der for entry in trust_folder.entries(self._hub.settings.trust_folder)]
        return {need.urls[0]: need for need in revocation_questions.list_needs(certificates)}

    def _needs(self, urls: Sequence[str], named: Mapping[str, Need], rows: Mapping[str, Row[Any]]) -> list[Need]:
        """What to ask for at these addresses; a list that documents once asked for has its issuer in the trust list."""
        needs = [named[url] for url in urls if url in named]
        others = [url for url in urls if url not in named]
        certificates = [entry.der for entry in trust_folder.entries(self._hub.settings.trust_folder)] if others else []
        for url in others:
            issuer = revocation_questions.issuer_of(self._files.path(rows[url].sha256).read_bytes(), certificates)
            if issuer is not None:
                needs.append(Need("crl", (url,), issuer, issuer))
        return needs

    def _is_time(self, url: str, row: Row[Any] | None, now: datetime) -> bool:
        """Whether a list is to be asked for now."""
        asked = self._asked.get(url)
        if row is None or row.next_at is None:
            return asked is None or not timedelta() <= now - asked < LEAST_PAUSE
        begins, ends = clock.from_text(row.as_of), clock.from_text(row.next_at)
        pause = max(LEAST_PAUSE, (ends - begins) * PAUSE)
        if asked is not None and timedelta() <= now - asked < pause:
            return False
        return now >= ends - (ends - begins) * AHEAD
