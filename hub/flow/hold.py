"""Packages held before anybody saw them: the sender's clerk declares, a scanner answers at last, two officers decide.

A held package is ours (the sender has its receipt) and does not exist for its recipients. Each reason in `held_for`
goes by itself; with the last one the package is released and its deliveries are offered.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from edxml.faults import Fault, Refusal
from hub.flow import visibility
from hub.flow.recalls import replacing, sequels
from hub.flow.thread import links
from hub.states import Hold, PackageMove, PackageStatus
from hub.store import deliveries, events, keeping, packages

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection

    from agency_registry.agency import System
    from hub.context import Hub

NOT_SECRET = "not_secret"  # noqa: S105 - a declaration
_DECLARATION_CHARACTERS = 200


async def declare(hub: Hub, system: System, package_id: str, declared_by: str) -> PackageStatus:
    """The sender's side declares that a held document is no state secret; where the package is then.

    declared_by: the clerk who answers for it. A repeat changes nothing.
    Raises Refusal: NOT_FOUND (also for everybody but the sender), REASON_REQUIRED, STATE_CONFLICT (not held for this).
    """
    # law: R-011 R-012 NĐ30 PL VI
    name = " ".join(declared_by.split())[:_DECLARATION_CHARACTERS]
    if not name:
        raise Refusal(Fault.REASON_REQUIRED, where="declared_by")
    detail = {"declaration": NOT_SECRET, "declared_by": name}

    def work(connection: Connection) -> tuple[PackageStatus, list[str]]:
        row = visibility.sent_package(connection, system, package_id)
        if row.fault is not None:
            raise Refusal(Fault.NOT_FOUND)
        if row.status != PackageStatus.HELD or Hold.STAMP not in keeping.words(row.held_for):
            if row.status in (PackageStatus.ACCEPTED, PackageStatus.HELD) and _declared(connection, package_id):
                return PackageStatus(row.status), []
            raise Refusal(Fault.STATE_CONFLICT, f"the package is {row.status} and waits for no declaration")
        return lift(hub, connection, package_id, Hold.STAMP, f"system:{system.id}", detail)

    status, woken = await hub.db.write(work)
    wake(hub, woken)
    return status


def lift(
    hub: Hub, connection: Connection, package_id: str, reason: Hold, actor: str, detail: Mapping[str, Any]
) -> tuple[PackageStatus, list[str]]:
    """Take one reason off a held package; where it is then, and which systems to wake.

    Raises StaleStatusError when it is not held for that reason any more.
    """
    now = hub.clock.now()
    row = packages.get(connection, package_id)
    if row is None or row.status != PackageStatus.HELD or reason not in keeping.words(row.held_for):
        message = f"{package_id} is not held for {reason}"
        raise events.StaleStatusError(message)
    left = tuple(word for word in keeping.words(row.held_for) if word is not reason)
    told = {"held_for": reason.value, **detail}
    if left:
        keeping.set_reasons(connection, row.id, left)
        still = events.Event("package.held", actor, row.id, detail={**told, "lifted": True, "left": " ".join(left)})
        hub.journal.record(connection, now, [still])
        return PackageStatus.HELD, []
    release(hub, connection, row.id, actor, told)
    return PackageStatus.ACCEPTED, waiting_systems(connection, row.id)


def add(hub: Hub, connection: Connection, package_id: str, reason: Hold, actor: str, detail: Mapping[str, Any]) -> None:
    """One more reason to keep a held package back. Raises StaleStatusError when it is not held any more."""
    row = packages.get(connection, package_id)
    if row is None or row.status != PackageStatus.HELD:
        message = f"{package_id} is not held"
        raise events.StaleStatusError(message)
    words = keeping.words(row.held_for)
    if reason not in words:
        keeping.set_reasons(connection, row.id, (*words, reason))
        told = {"held_for": reason.value, **detail}
        hub.journal.record(connection, hub.clock.now(), [events.Event("package.held", actor, row.id, detail=told)])


def release(hub: Hub, connection: Connection, package_id: str, actor: str, detail: Mapping[str, Any]) -> None:
    """Let a package travel. Raises StaleStatusError."""
    now = hub.clock.now()
    change = events.PackageChange(package_id, PackageMove.RELEASE, actor, {"held_for": None}, detail)
    events.change_package(connection, hub.journal, now, change)
    links.released(connection, hub, now, actor, package_id)
    replacing.released(connection, hub, now, actor, package_id)
    sequels.arrange(connection, hub, package_id)


def waiting_systems(connection: Connection, package_id: str) -> list[str]:
    """The systems that wait for a package's deliveries."""
    return [row.system_id for row in deliveries.of_package(connection, package_id) if row.system_id]


def wake(hub: Hub, systems: list[str]) -> None:
    """After the commit of a release: long polls and the dispatcher look again."""
    if systems:
        hub.bell.ring(systems)
        hub.bell.call()


def _declared(connection: Connection, package_id: str) -> bool:
    """Whether the sender declared this package before."""
    return any(
        row.type in ("package.released", "package.held") and NOT_SECRET in row.detail
        for row in events.of_package(connection, package_id)
    )
