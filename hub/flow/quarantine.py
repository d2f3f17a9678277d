"""Quarantine: infected packages refused and sealed away, and packages stopped by name after they had travelled.

Nobody reaches the content but two officers together (`hub/flow/officers.py`). What was refused for a virus is erased
after a while; what was stopped by name stays until the officers release or erase it.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from edxml.faults import Refusal
from hub.flow import entries
from hub.states import Hold, PackageStatus
from hub.store import events, packages

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from hub.context import Hub
    from hub.flow.arrival import Arrival
    from hub.flow.checks import Judgement
    from hub.flow.entries import Submission


async def seal_away(hub: Hub, arrival: Arrival, submission: Submission, judged: Judgement) -> Refusal:
    """Keep the bytes of a package that is refused for a virus, once; the refusal its sender gets."""
    # law: R-178 TT Đ5.1 BD Đ2.4
    finding = judged.quarantined
    assert finding is not None, "asked only for what a check wants sealed away"
    refusal = Refusal(finding.fault, finding.detail, where=finding.where or None, detail_vi=finding.detail_vi)
    now = hub.clock.now()
    plain = entries.refused(arrival, submission, refusal, now)
    identity = hashlib.sha256(f"quarantined {plain.sender} {plain.sha256}".encode()).digest()
    if await hub.db.read(lambda connection: packages.by_identity(connection, identity)) is not None:
        return refusal  # sealed away before; this one is an ordinary refusal
    await hub.in_thread(partial(arrival.seal, plain.id))
    row = replace(
        plain,
        identity=identity,
        status=PackageStatus.QUARANTINED.value,
        key=hub.keys.wrap(arrival.key, plain.id.encode()),
        held_for=Hold.VIRUS.value,
        checks=json.dumps(judged.records, ensure_ascii=False),
    )

    def record(connection: Connection) -> bool:
        if packages.by_identity(connection, identity) is not None:
            return False
        packages.add(connection, row)
        told = {"held_for": Hold.VIRUS.value, "reason": finding.detail}
        sealed = events.Event("package.quarantined", "hub", row.id, detail=told)
        hub.journal.record(connection, now, [entries.rejection(row, submission), sealed])
        return True

    kept = False
    try:
        kept = await hub.db.write(record)
    finally:
        if not kept and not await hub.db.read(lambda connection: packages.known_ids(connection, [row.id])):
            await hub.in_thread(partial(hub.blobs.delete, row.id))
    if kept:
        refusal.instance = row.id
    return refusal
