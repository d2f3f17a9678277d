"""Sealed bytes that are not what was sealed: nothing more of the package leaves until they are whole again.

Whoever comes upon the damage keeps the package back and raises the alarm, once. An operator puts the file back from a
backup; the hub reads it whole, compares the digest with the receipt's, and lets the package go on by itself.
"""

from __future__ import annotations

import hashlib
from functools import partial
from typing import TYPE_CHECKING, Any

from hub import log
from hub.flow import hold, quarantine
from hub.keys import KeyProblem
from hub.states import Hold, PackageStatus
from hub.store import events, keeping, packages
from hub.store.blobs import BlobDamaged

if TYPE_CHECKING:
    from sqlalchemy import Connection, Row

    from hub.context import Hub


async def found(hub: Hub, package_id: str, trouble: Exception) -> None:
    """Keep a package back whose bytes cannot be given as they were sealed. One that is kept back by order stays so."""
    reason = type(trouble).__name__
    if await hub.db.write(partial(_keep_back, hub, package_id, reason)):
        log.get().error("sealed bytes damaged", package=package_id, reason=str(trouble))


async def mended(hub: Hub) -> int:
    """Let packages go on whose bytes are whole again; how many."""

    def look(connection: Connection) -> list[Row[Any]]:
        rows = [*keeping.kept(connection, PackageStatus.HELD), *keeping.kept(connection, PackageStatus.QUARANTINED)]
        return [row for row in rows if Hold.DAMAGED in keeping.words(row.held_for)]

    whole = 0
    for row in await hub.db.read(look):
        if not await hub.in_thread(partial(_is_whole, hub, row)):
            continue
        try:
            hold.wake(hub, await hub.db.write(partial(_settle, hub, row.id)))
        except events.StaleStatusError:
            continue  # erased or released meanwhile
        whole += 1
    return whole


def _keep_back(hub: Hub, package_id: str, reason: str, connection: Connection) -> bool:
    row = packages.get(connection, package_id)
    if row is None or row.key is None or Hold.DAMAGED in keeping.words(row.held_for):
        return False  # its content went lawfully while somebody read
    now = hub.clock.now()
    if row.status == PackageStatus.HELD:
        hold.add(hub, connection, package_id, Hold.DAMAGED, "hub", {"reason": reason})
        quarantine.alarm(hub, connection, now, package_id, Hold.DAMAGED, reason)
    elif row.status == PackageStatus.ACCEPTED:
        quarantine.stop(hub, connection, now, row, Hold.DAMAGED, "hub", reason)
    else:
        return False
    return True


def _is_whole(hub: Hub, row: Row[Any]) -> bool:
    """Whether the sealed file gives the very bytes of the receipt.  law: R-231 HN Đ7.1"""
    digest = hashlib.sha256()
    try:
        key = hub.keys.unwrap(row.key, row.id.encode())
        with hub.blobs.open(row.id, key, row.size) as reader:
            for piece in reader.read():
                digest.update(piece)
    except (BlobDamaged, KeyProblem, OSError):
        return False
    return digest.hexdigest() == str(row.sha256)


def _settle(hub: Hub, package_id: str, connection: Connection) -> list[str]:
    row = packages.get(connection, package_id)
    told = {"restored": "whole"}
    if row is not None and row.status == PackageStatus.HELD:
        return hold.lift(hub, connection, package_id, Hold.DAMAGED, "hub", told)[1]
    return quarantine.lift_damage(hub, connection, package_id, told)
