"""Everything that leaves: one loop claims what is due and hands it to connectors, each endpoint by itself.

How a delivery leaves
---------------------
Claim: one transaction takes the most urgent due items of every endpoint with a free slot. It already writes the
attempt and the moment when somebody else may take the item, so a worker that dies needs no reaper. All deliveries of
one package for one system are one item and leave together, once.

Hand-over: the database is given back; a connector works under a hard timeout in a task of its own. Exposure is
committed when it pulls the first byte. A dead endpoint holds only its own slots, so it delays nobody else.

Outcome: `events.change_status` writes it. Trouble and doubt go back to the queue.

Endpoints
---------
Health and back-off belong to the endpoint and are stored. After a failure nothing is tried there until its back-off
is over; then one delivery goes as a probe. An answer, or any call the peer makes by itself (`heard`), clears it. One
slot beyond the endpoint's own serves urgent packages only. An answer that a connector hears when the attempt is over
has its item offered again at once.
"""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from connectors import base
from edxml.faults import Fault
from hub import clock, log
from hub.context import Hub
from hub.flow import backoff, peers, routing
from hub.flow.handover import Handover, storable
from hub.flow.pacing import Pace
from hub.flow.peers import Peer, PeerSettingsError
from hub.flow.watch import non_delivery
from hub.flow.watch.facts import Reason
from hub.flow.watch.hands import Hands
from hub.store import calls, endpoints, events
from hub.store.database import StorageDownError, StorageFullError

if TYPE_CHECKING:
    from sqlalchemy import Connection, Row

AGED = timedelta(minutes=30)
"""What has waited this long goes with the most urgent: a normal document does not wait for ever (R-085)."""

MOST_CLAIMS = 64
"""Items claimed in one transaction; the next turn follows at once."""

MOST_ANSWERED = 1000
"""Late answers noted in one turn; an item beyond them waits for its own time."""

LONGEST_SLEEP_SECONDS = 5.0
SWEEP_SECONDS = 60.0
GRACE_SECONDS = 10.0
"""How long attempts under way may finish when the hub stops."""

SENT_BELL = "axis sent"
"""Rung after something was handed to the axis: the collector asks it at once for what came back."""


async def run(hub: Hub, tools: base.Tools, stop: asyncio.Event) -> None:
    """Hand over until `stop` is set; cancelled attempts go back to the queue."""
    dispatcher = Dispatcher(hub, tools)
    try:
        await dispatcher.serve(stop)
    finally:
        await asyncio.shield(dispatcher.close())


async def heard(hub: Hub, system_id: str) -> None:
    """A system called by itself: it is alive, so nothing more is held back from it. Cheap when nothing was."""
    row = await hub.db.read(lambda connection: endpoints.get(connection, system_id))
    if row is not None and row.failures:
        now = hub.clock.now()
        await hub.db.write(lambda connection: endpoints.heard(connection, system_id, now))
        hub.bell.call()


@dataclass(frozen=True, slots=True)
class _Wish:
    """What may be claimed for one endpoint now."""

    peer: Peer
    limit: int
    least_urgency: int = 0


class Dispatcher:
    """The loop and its attempts under way."""

    def __init__(self, hub: Hub, tools: base.Tools) -> None:
        self._hub = hub
        self._connections = peers.Connections(hub, dataclasses.replace(tools, answered=self._heard_of))
        self._answered: set[str] = set()
        self._running: dict[str, dict[asyncio.Task[None], int]] = {}
        self._done = asyncio.Event()
        self._swept: datetime | None = None
        self._hands = Hands(hub.clock.now(), hub.clock.running())
        axis = hub.settings.axis
        self._pace = Pace(axis.packages_per_minute, hub.clock.running) if axis is not None else None
        self._log = log.get()

    async def serve(self, stop: asyncio.Event) -> None:
        """Claim and hand over until `stop`, then let attempts finish for a while."""
        with self._hub.bell.listening() as rung:
            while not stop.is_set():
                rung.clear()
                self._done.clear()
                pause = LONGEST_SLEEP_SECONDS
                try:
                    pause = await self.turn()
                except (StorageDownError, StorageFullError) as error:
                    self._log.error("dispatch cannot use the database", reason=str(error))
                except Exception as error:  # noqa: BLE001 - the loop outlives any one turn
                    self._log.error("dispatch turn failed", error=repr(error), exc_info=True)
                await _first(pause, rung, self._done, stop)
        tasks = self._tasks()
        if tasks:
            await asyncio.wait(tasks, timeout=GRACE_SECONDS)

    async def close(self) -> None:
        """Stop what is under way; each goes back to the queue."""
        tasks = self._tasks()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._connections.close()

    async def idle(self) -> None:
        """Wait until nothing is under way."""
        while tasks := self._tasks():
            await asyncio.wait(tasks)

    async def turn(self) -> float:
        """Claim everything that may leave now and start it; the seconds until the next thing is due."""
        now = self._hub.clock.now()
        await self._sweep(now)
        if self._answered:
            answered, self._answered = self._answered, set()
            self._answered |= await self._hub.db.write(lambda connection: endpoints.answered(connection, answered, now))
        queues, health = await self._hub.db.read(
            lambda connection: (endpoints.queues(connection, now), endpoints.all_of(connection))
        )
        wishes: list[_Wish] = []
        wake: list[str] = []
        for queue in queues:
            peer = peers.find(self._hub, queue.system_id) if queue.system_id else None
            if peer is None:
                continue  # unknown or suspended: it waits, an operator sees it by its age
            known = health.get(peer.system.id)
            if known is not None and known.retry_at is not None and known.retry_at > clock.to_text(now):
                wake.append(known.retry_at)
            elif queue.due_at > clock.to_text(now):
                wake.append(queue.due_at)
            else:
                wishes += self._wishes(peer, queue.urgency, unhealthy=known is not None and bool(known.failures))
        chosen = await self._hub.db.read(lambda connection: _choose(connection, now, wishes)) if wishes else []
        if chosen:
            claims = await self._hub.db.write(lambda connection: self._claim(connection, now, chosen[:MOST_CLAIMS]))
            for peer, claim in claims:
                self._start(peer, claim, now)
            if claims:
                self._paced(claims)
                return 0.0
        until = min((clock.from_text(at) - now for at in wake), default=timedelta(seconds=LONGEST_SLEEP_SECONDS))
        pause = min(until.total_seconds(), LONGEST_SLEEP_SECONDS)
        if self._pace is not None and any(wish.peer.is_axis for wish in wishes):
            pause = min(pause, max(0.0, self._pace.seconds()))
        return max(0.05, pause)

    def _heard_of(self, item_id: str) -> None:
        """A connector knows the outcome of an item whose attempt is over: it is offered again at once."""
        if len(self._answered) < MOST_ANSWERED:
            self._answered.add(item_id)
        self._done.set()

    def _wishes(self, peer: Peer, urgency: int, *, unhealthy: bool) -> list[_Wish]:
        """urgency: the highest of what is due there; a full endpoint is only asked for what is urgent."""
        running = self._running.get(peer.system.id, {})
        if unhealthy:
            return [] if running else [_Wish(peer, 1)]
        free = peer.slots - len(running)
        if free > 0 and peer.is_axis and self._pace is not None:
            ordinary = min(free, self._pace.free())
            urgent = [_Wish(peer, 1, least_urgency=1)] if urgency > 0 else []
            return urgent + ([_Wish(peer, ordinary)] if ordinary else [])  # law: R-085 HN Đ7.2
        if free > 0:
            return [_Wish(peer, free)]
        if free == 0 and urgency > 0:
            return [_Wish(peer, 1, least_urgency=1)]  # law: R-085 HN Đ7.2
        return []

    def _paced(self, claims: list[tuple[Peer, endpoints.Claim]]) -> None:
        if self._pace is not None:
            self._pace.spend(sum(peer.is_axis for peer, _ in claims))

    def _claim(
        self, connection: Connection, now: datetime, chosen: list[tuple[Peer, str]]
    ) -> list[tuple[Peer, endpoints.Claim]]:
        """Claim what was chosen, unless something came between."""
        settings = self._hub.settings.dispatch

        def until(attempts: int, size: int) -> datetime:
            return backoff.claim_until(attempts, size, now, settings.backoff_seconds, settings.timeout_seconds)

        kept_back = endpoints.stuck(connection, [item_id for _, item_id in chosen], now)
        found = []
        for peer, item_id in chosen:
            if item_id in kept_back:
                continue
            token = str(uuid.uuid4())
            claim = endpoints.claim(connection, self._hub.journal, now, item_id, token=token, due=until)
            if claim is not None:
                found.append((peer, claim))
        return found

    def _start(self, peer: Peer, claim: endpoints.Claim, now: datetime) -> None:
        task = asyncio.create_task(self._hand_over(peer, claim, now), name=f"deliver {claim.rows[0].item_id}")
        running = self._running.setdefault(peer.system.id, {})
        running[task] = max(row.urgency for row in claim.rows)
        task.add_done_callback(lambda done: self._finished(peer.system.id, done))

    def _finished(self, system_id: str, task: asyncio.Task[None]) -> None:
        running = self._running.get(system_id, {})
        running.pop(task, None)
        if not running:
            self._running.pop(system_id, None)
        if not task.cancelled() and (error := task.exception()) is not None:
            self._log.error("hand-over failed", system=system_id, error=repr(error))
        self._done.set()

    async def _hand_over(self, peer: Peer, claim: endpoints.Claim, began: datetime) -> None:
        handover = Handover(self._hub, peer, claim, began)
        try:
            connector = await self._connections.connector(peer)
            outcome = await handover.attempt(connector)
        except asyncio.CancelledError:
            handover.stopped = True
            await asyncio.shield(self._settle(handover, base.Deferred("the hub was stopped", peer=False)))
            raise
        except PeerSettingsError as error:
            outcome = base.Deferred(str(error), untouched=True)
        except Exception as error:  # noqa: BLE001 - a connector's mistake is trouble, never a lost delivery
            self._log.error("connector failed", kind=peer.kind, system=peer.system.id, exc_info=True)
            outcome = base.Deferred(f"connector {peer.kind}: {type(error).__name__}", peer=False)
        await asyncio.shield(self._settle(handover, outcome))

    async def _settle(self, handover: Handover, outcome: base.Outcome) -> None:
        outcome = storable(outcome)
        await self._hub.db.write(lambda connection: handover.settle(connection, outcome))
        facts: dict[str, Any] = {
            "system": handover.peer.system.id,
            "package": handover.claim.package.id,
            "recipients": len(handover.claim.rows),
            "attempt": handover.claim.rows[0].attempts,
        }
        if isinstance(outcome, base.Delivered):
            self._log.info("delivery delivered", remote_id=outcome.remote_id, **facts)
        elif isinstance(outcome, base.Parked):
            self._log.info("delivery parked", **facts)
        else:
            name = "delivery refused" if isinstance(outcome, base.Refused) else "delivery deferred"
            self._log.warning(name, reason=outcome.reason, **facts)
        self._note(handover, outcome)
        if handover.peer.is_axis and isinstance(outcome, base.Delivered):
            self._hub.bell.ring([SENT_BELL])

    def _note(self, handover: Handover, outcome: base.Outcome) -> None:
        """A line in the system's log of calls for each delivery that was to be handed over."""
        now, package = self._hub.clock.now(), handover.claim.package
        code, detail = _told(outcome)
        for row in handover.claim.rows:
            self._hub.calls.note(
                calls.Call(
                    handover.peer.system.id,
                    now,
                    "connector",
                    f"{handover.peer.kind}.deliver",
                    code=code,
                    package_id=package.id,
                    delivery_id=row.id,
                    ms=max(0, round((now - handover.began).total_seconds() * 1000)),
                    size=package.size,
                    detail=f"attempt {row.attempts}: {detail}",
                )
            )

    async def _sweep(self, now: datetime) -> None:
        """Give up what never succeeded in `give_up_hours`, with a signed proof of non-delivery."""
        if self._swept is not None and timedelta() <= now - self._swept < timedelta(seconds=SWEEP_SECONDS):
            return
        self._swept = now
        if self._hands.moved(now, self._hub.clock.running()):
            return  # nothing ends by a clock that somebody has just put forward
        before = now - timedelta(hours=self._hub.settings.dispatch.give_up_hours)
        while await self._hub.db.write(lambda connection: self._give_up(connection, now, before)):
            pass

    def _give_up(self, connection: Connection, now: datetime, before: datetime) -> int:
        relayed: dict[str, dict[str, Any]] = {}
        given_up = 0
        for row in endpoints.expired(connection, before):
            values = {"fault": Fault.DEPENDENCY_DOWN.slug, "lease": None}
            words = row.reason or "no attempt was possible"
            ending = non_delivery.Ending(self._why(row), words, values=values)
            with contextlib.suppress(events.StaleStatusError):
                statement = non_delivery.end(self._hub, connection, now, row, row, ending)
                given_up += 1
                if row.system_id == routing.AXIS:
                    facts = relayed.setdefault(row.package_id, {**statement, "recipients": []})
                    facts["recipients"].append(row.recipient)
        made = [events.Event("relay.failed", "hub", one, detail=facts) for one, facts in relayed.items()]
        self._hub.journal.record(connection, now, made)
        return given_up

    def _why(self, row: Row[Any]) -> Reason:
        agency = self._hub.directory.agency(row.recipient)
        if agency is not None and agency.state == "suspended":
            return Reason.SUSPENDED
        found = peers.find(self._hub, row.system_id) if row.system_id else None
        return Reason.NO_SYSTEM if found is None else Reason.NOT_REACHED

    def _tasks(self) -> list[asyncio.Task[None]]:
        return [task for running in self._running.values() for task in running]


def _told(outcome: base.Outcome) -> tuple[str, str]:
    """The code and the words of an outcome in the log of calls."""
    if isinstance(outcome, base.Delivered):
        return "", " ".join(part for part in ("delivered", outcome.remote_id[:100]) if part)
    if isinstance(outcome, base.Parked):
        return "", "parked"
    if isinstance(outcome, base.Refused):
        return "refused", " ".join(part for part in (outcome.code, outcome.reason) if part)
    return "deferred", outcome.reason


def _choose(connection: Connection, now: datetime, wishes: list[_Wish]) -> list[tuple[Peer, str]]:
    """The items to claim, by reading alone: the one writer is not kept busy with searching a long queue."""
    return [
        (wish.peer, item_id)
        for wish in wishes
        for item_id in endpoints.candidates(
            connection, wish.peer.system.id, now, now - AGED, wish.limit, least_urgency=wish.least_urgency
        )
    ]


async def _first(seconds: float, *signs: asyncio.Event) -> None:
    """Sleep until one of the signs is set, at most `seconds`."""
    if any(sign.is_set() for sign in signs):
        return
    waits = [asyncio.ensure_future(sign.wait()) for sign in signs]
    try:
        await asyncio.wait(waits, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for wait in waits:
            wait.cancel()
