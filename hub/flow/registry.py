"""Changing the registry of a running hub: the change, its line in the journal, and the hub's picture of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from agency_registry import edit
from hub.flow import rehearsal, rerouting
from hub.store import endpoints, events

if TYPE_CHECKING:
    from collections.abc import Callable

    from agency_registry.directory import Directory
    from agency_registry.edit import Connection
    from hub.context import Hub

T = TypeVar("T")


async def change(hub: Hub, work: Callable[[Connection], T]) -> T:
    """Run one change of the registry; each version it opened is an event `registry.changed`, signed, with its person.

    What the event tells is what the registry itself keeps of a change: no secret is among it.  law: R-193 CB Đ5.4
    """
    now = hub.clock.now()
    watcher = rehearsal.watcher.get()

    def write(connection: Connection) -> tuple[T, list[edit.Version]]:
        before = edit.current_version(connection)
        if watcher is not None:
            watcher.before(connection)
        done = work(connection)
        if watcher is not None:
            watcher.after(connection)
        changes = edit.versions_after(connection, before)
        hub.journal.record(connection, now, [_event(one) for one in changes])
        return done, changes

    former = hub.directory
    done, changes = await hub.db.write(write)
    if changes:
        await hub.reload()
        await _call_anew(hub, former)
        await rerouting.follow(hub)
    return done


async def turn(hub: Hub) -> None:
    """Let begin what was decided earlier for today; what waits follows. A second call changes nothing.

    law: R-026 QĐ28 Đ16.1
    """
    at = hub.clock.now()
    await change(hub, lambda connection: edit.turn(connection, edit.Why(rerouting.ACTOR, at=at)))
    await hub.reload()
    if await rerouting.behind(hub):
        await rerouting.follow(hub)


async def _call_anew(hub: Hub, former: Directory) -> None:
    """Systems that are reached another way than before are called at once: their rest belonged to the old way."""
    anew = []
    for system in hub.directory.systems():
        known = former.system(system.id)
        if known is not None and (known.connector, known.settings) != (system.connector, system.settings):
            anew.append(system.id)
    if not anew:
        return
    now = hub.clock.now()

    def work(connection: Connection) -> None:
        for system_id in anew:
            endpoints.try_now(connection, system_id, now)

    await hub.db.write(work)
    hub.bell.call()


def _event(one: edit.Version) -> events.Event:
    named = one.actor == rerouting.ACTOR or one.actor.startswith("system:")
    actor = one.actor if named else f"user:{one.actor}"
    detail = {"version": one.version, "change": one.change, "of": one.subject}
    decided = one.decided_on.isoformat() if one.decided_on is not None else ""
    told = {"reason": one.reason, "decision": one.decision, "decided_on": decided}
    return events.Event("registry.changed", actor[:80], detail=detail | {k: v for k, v in told.items() if v})
