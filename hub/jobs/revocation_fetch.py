"""Asks authorities whether certificates are revoked, and nobody else (`authority_calls` is the single call).

Only hosts that a trusted certificate names (or `[revocation] hosts`), over plain HTTP as RFC 5280 and RFC 6960 have it.
An authority that does not answer is left in peace for a while, and no document waits for it meanwhile.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from prometheus_client import Counter, Gauge

from edxml.trust import answer_names, revocation_questions
from edxml.verdict import Need
from hub import clock, log
from hub.flow import outward
from hub.jobs import authority_addresses
from hub.jobs.authority_addresses import Place
from hub.jobs.authority_calls import AuthorityCalls, NoAnswerError
from hub.jobs.revocation_rests import Rests
from hub.store import answers
from hub.store.answer_files import AnswerFiles
from hub.store.database import StorageDownError, StorageFullError

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from hub.context import Hub

MOST_NEEDS = 32
"""Questions asked for one document; a file with more of them waits for its re-check."""

MOST_ADDRESSES = 3
MOST_UNANSWERED = 1000
"""Questions to come back to; what goes beyond is asked when its document is looked at again."""

AT_ONCE = 4
"""Calls to one host at the same time."""

STILL_NEW_SECONDS = 30.0
"""How long an answer counts as new to a document whose verification may have begun before it came."""

RESTING = "resting"

_FETCHES = Counter("hub_revocation_fetches", "Calls to certification authorities", ["kind", "outcome"])
_RESTING = Gauge("hub_revocation_resting", "Authorities and questions left in peace after a failure")


class RevocationFetcher:
    """The one who asks, for one running hub. `close` when the hub stops.

    recovered: set when an authority answers that had not; whoever waits for such answers clears it.
    """

    def __init__(self, hub: Hub) -> None:
        settings = hub.settings
        self._hub = hub
        self._settings = settings.revocation
        self._calls = AuthorityCalls(outward.guard(settings), settings.revocation)
        self._files = AnswerFiles(settings.answers_folder)
        self._tasks: dict[str, asyncio.Task[bool]] = {}
        self._slots: dict[str, asyncio.Semaphore] = {}
        self._tried: set[str] = set()
        self._unanswered: dict[str, Need] = {}
        self._new: dict[str, float] = {}
        self._authorities: tuple[tuple[str, ...] | None, frozenset[str]] = None, frozenset()
        self.rests = Rests(hub.clock.now)
        self.refused_hosts: dict[str, None] = {}
        self.recovered = asyncio.Event()
        _RESTING.set_function(lambda: len(self.rests.resting()))

    async def fetch(self, needs: Sequence[Need], seconds: float) -> bool:
        """Ask what is needed, at most so long; whether something came that was not there before.

        A question under way is shared, but nobody waits for the try of another at an authority that failed last time.
        """
        waited: list[asyncio.Task[bool]] = []
        lately = False
        for need in needs[:MOST_NEEDS]:
            try:
                name = _name(need, need.urls[0])
            except (ValueError, IndexError):
                continue  # a question that cannot be asked
            running = self._tasks.get(name)
            if running is not None:
                waited += [] if self._is_ailing(need, name) else [running]
            elif self._is_new(name):
                lately = True
            elif not self.rests.is_resting(name):
                waited.append(self._begin(need, name))
        if not waited:
            return lately
        done, _ = await asyncio.wait(waited, timeout=seconds)
        return lately or any(task.result() for task in done if not task.cancelled())

    async def retry(self) -> None:
        """Ask those that failed once more when their rest is over, so that it shows soon when they are back."""
        due = [need for name, need in self._unanswered.items() if not self.rests.is_resting(name)]
        if due:
            await self.fetch(due[:AT_ONCE], self._settings.timeout_seconds)

    def silent(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Hosts that do not answer now, and hosts that were not asked because nothing trusted names them."""
        return tuple(name for name in self.rests.resting() if ":" in name), tuple(self.refused_hosts)

    async def close(self) -> None:
        """Break off what is under way and let go of the connections."""
        for task in list(self._tasks.values()):
            task.cancel()
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)
        await self._calls.close()

    def _is_new(self, name: str) -> bool:
        now = asyncio.get_running_loop().time()
        self._new = {one: until for one, until in self._new.items() if until > now}
        return name in self._new

    def _is_ailing(self, need: Need, name: str) -> bool:
        places = [place for place in map(authority_addresses.read, need.urls) if place is not None]
        return self.rests.is_ailing(name) or any(self.rests.is_ailing(place.host) for place in places)

    def _begin(self, need: Need, name: str) -> asyncio.Task[bool]:
        task = asyncio.create_task(self._ask(need, name))
        self._tasks[name] = task
        task.add_done_callback(lambda _: self._tasks.pop(name, None))
        return task

    async def _ask(self, need: Need, name: str) -> bool:
        """One address after the other; True when something new was kept."""
        asked = False
        allowed = [place for url in need.urls[:MOST_ADDRESSES] if (place := self._allowed(need, url)) is not None]
        for place in allowed:
            if self.rests.is_resting(place.host):
                continue
            try:
                data = await self._call(need, place)
                asked = True
                new = await self._keep(need, place, data)
            except NoAnswerError as trouble:
                asked |= trouble.outcome != RESTING
                self._failed(need, place, trouble)
                continue
            except (OSError, StorageDownError, StorageFullError) as error:  # our own disk
                log.get().exception("revocation answer not kept", kind=need.kind, error=type(error).__name__)
                continue
            self._answered(need, name, place, new=new)
            if new:
                return True
            break
        if allowed and len(self._unanswered) < MOST_UNANSWERED:
            self._unanswered[name] = need
        if asked:
            self.rests.failed(name)  # nothing, or nothing new: there is no point in asking again at once
        return False

    def _answered(self, need: Need, name: str, place: Place, *, new: bool) -> None:
        _FETCHES.labels(need.kind, "stored" if new else "unchanged").inc()
        recovered = self.rests.answered(place.host)
        if new:
            self.rests.answered(name)
            recovered |= self._unanswered.pop(name, None) is not None
            self._new[name] = asyncio.get_running_loop().time() + STILL_NEW_SECONDS
        if recovered:
            self.recovered.set()

    def _failed(self, need: Need, place: Place, trouble: NoAnswerError) -> None:
        _FETCHES.labels(need.kind, trouble.outcome).inc()
        if trouble.outcome == RESTING:
            return
        if trouble.host:
            self.rests.failed(place.host)
        log.get().warning(
            "revocation answer missing", kind=need.kind, host=place.host, outcome=trouble.outcome, reason=str(trouble)
        )

    def _allowed(self, need: Need, url: str) -> Place | None:
        """The address as one that may be called."""
        place = authority_addresses.read(url)
        if place is None:
            _FETCHES.labels(need.kind, "address_refused").inc()
            return None
        if place.host not in self._may_ask():
            _FETCHES.labels(need.kind, "host_refused").inc()
            if place.host not in self.refused_hosts and len(self.refused_hosts) < MOST_NEEDS:
                self.refused_hosts[place.host] = None
                log.get().warning("authority not asked", host=place.host, remedy="list it under [revocation] hosts")
            return None
        return place

    def _may_ask(self) -> frozenset[str]:
        """The hosts that trusted certificates or the settings name."""
        urls = self._hub.authorities
        if urls is not self._authorities[0]:
            self._authorities = urls, authority_addresses.hosts(urls) | authority_addresses.listed(self._settings.hosts)
        return self._authorities[1]

    async def _call(self, need: Need, place: Place) -> bytes:
        slot = self._slots.setdefault(place.host, asyncio.Semaphore(AT_ONCE))
        async with slot:
            ailing = self.rests.is_ailing(place.host)
            if self.rests.is_resting(place.host) or (ailing and place.host in self._tried):
                raise NoAnswerError(RESTING, host=False)  # it failed meanwhile, or one try is enough to find out
            if ailing:
                self._tried.add(place.host)
            try:
                return await self._calls.ask(need, place)
            finally:
                if ailing:
                    self._tried.discard(place.host)

    async def _keep(self, need: Need, place: Place, data: bytes) -> bool:
        """Keep a usable answer; False when it says nothing new."""
        now = self._hub.clock.now()
        name = _name(need, place.url)

        def judge() -> revocation_questions.Answer | None:
            answer = revocation_questions.check(need, data, now)
            if not _is_newer(need, answer, self._files.current(name), now):
                return None
            self._files.keep(data)
            return answer

        try:
            answer = await self._hub.in_thread(judge)
        except ValueError as error:
            raise NoAnswerError("unusable", str(error)[:200], host=False) from error
        if answer is None:
            return False
        row = answers.NewAnswer(
            answer.sha256, need.kind, place.url, clock.to_text(answer.as_of),
            clock.to_text(answer.next_at) if answer.next_at else None, clock.to_text(now), len(data),
        )  # fmt: skip

        def write(connection: Connection) -> None:
            answers.add(connection, row)

        await self._hub.db.write(write)
        await self._hub.in_thread(lambda: self._files.make_current(name, answer.sha256))
        log.get().info("revocation answer kept", kind=need.kind, host=place.host, size=len(data), as_of=row.as_of)
        return True


def _name(need: Need, url: str) -> str:
    """The place of the answer that this address gives to a question. Raises ValueError for what is no certificate."""
    if need.kind == "ocsp":
        return answer_names.answer_name_ocsp(need.certificate, need.issuer)
    return answer_names.answer_name_crl(url)


def _is_newer(need: Need, answer: revocation_questions.Answer, known: bytes | None, at: datetime) -> bool:
    """Whether an answer says more than the one that is kept. An older one is a replay and never takes its place."""
    if known is None:
        return True
    try:
        before = revocation_questions.check(need, known, at)
    except ValueError:
        return True
    return answer.as_of >= before.as_of and answer.sha256 != before.sha256
