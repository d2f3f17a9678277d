"""Erasing one package: its key is forgotten, its words are forgotten, what was to leave stays; the record remains."""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING, Any

from hub.flow.recalls import stop
from hub.states import MOVES, DeliveryStatus, Hold, Move, PackageMove
from hub.store import deliveries, events, keeping

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sqlalchemy import Connection, Row

    from hub.context import Hub
    from hub.store.events import Journal

_ENDED = (DeliveryStatus.DELIVERED, DeliveryStatus.FAILED, DeliveryStatus.CANCELLED, DeliveryStatus.NOT_CONNECTED)


def erase(
    connection: Connection, journal: Journal, now: datetime, row: Row[Any], actor: str, detail: Mapping[str, Any]
) -> bool:
    """Erase the content of a package, unless a legal hold keeps it; whether it was erased.

    Ids, digests and times stay, no subject and no file name. Copies no byte of which left are cancelled, the others
    given up. Raises StaleStatusError.
    """
    # law: R-009 HN Đ1.2
    if row.legal_hold_at is not None:
        return False  # law: R-232 NĐ30 PL VI
    for one in deliveries.of_package(connection, row.id):
        if one.status not in _ENDED:
            _end(connection, journal, now, one, actor)
    facts = {"sha256": row.sha256, "document_id": row.document_id, "sender": row.sender, **detail}
    values = {**_without_words(row), "held_for": row.held_for or Hold.ERASED.value}
    change = events.PackageChange(row.id, PackageMove.ERASE, actor, values, facts)
    events.change_package(connection, journal, now, change)
    return True


async def remove_files(hub: Hub) -> int:
    """Remove the sealed files of erased packages from the disk; how many there were."""
    ids = await hub.db.read(keeping.erased_with_file)
    for package_id in ids:
        await hub.in_thread(partial(hub.blobs.delete, package_id))
        await hub.db.write(partial(keeping.set_reasons, package_id=package_id, reasons=()))
    return len(ids)


def _end(connection: Connection, journal: Journal, now: datetime, row: Row[Any], actor: str) -> None:
    unexposed = row.exposed_at is None and DeliveryStatus(row.status) in MOVES[Move.CANCEL]
    move = Move.CANCEL if unexposed else Move.GIVE_UP
    told = {"reason": "erased"}
    if DeliveryStatus(row.status) in MOVES[move]:
        change = events.Change(row.id, move, actor, {**told, "due_at": None, "lease": None}, told, unexposed=unexposed)
        events.change_status(connection, journal, now, change)
    if row.item_id is not None:
        stop.settle_item(connection, row.item_id, now)


def _without_words(row: Row[Any]) -> dict[str, str]:
    """Columns without what a person wrote: subject and file names, also where findings repeat them."""
    return {
        "subject": "",
        "attachments": json.dumps([{**one, "name": ""} for one in json.loads(row.attachments)]),
        "warnings": json.dumps([{**one, "where": ""} for one in json.loads(row.warnings)], ensure_ascii=False),
        "checks": json.dumps(
            [{"check": one["check"], "outcome": one["outcome"], "detail": ""} for one in json.loads(row.checks)]
        ),
        "verdicts": "{}",
    }
