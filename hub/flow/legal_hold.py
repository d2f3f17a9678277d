"""Legal holds: a package frozen against every erasing, by order of a competent person; two officers set and clear it.

It is stronger than every timer and than a recall: recipients destroy their copies all the same, the hub's sealed copy
stays. Nobody can open it through the hold itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from edxml.faults import Fault, Refusal
from hub import clock
from hub.flow.recalls import tombstones
from hub.store import events, packages, recalls

if TYPE_CHECKING:
    from sqlalchemy import Connection, Row

    from hub.context import Hub
    from hub.flow.officers import Officers

_REASON_CHARACTERS = 500


async def put(hub: Hub, package_id: str, both: Officers, reason: str) -> str:
    """Freeze a package; since when. Raises Refusal: NOT_FOUND, REASON_REQUIRED, STATE_CONFLICT (erased, or held)."""
    # law: R-232 NĐ30 PL VI
    detail, now = both.detail(_reason(reason)), hub.clock.now()

    def work(connection: Connection) -> str:
        row = _known(connection, package_id)
        if row.key is None:
            raise Refusal(Fault.STATE_CONFLICT, "nothing is left to keep: its content was erased")
        if row.legal_hold_at is not None:
            raise Refusal(Fault.STATE_CONFLICT, "it is under a legal hold already")
        at = clock.to_text(now)
        recalls.hold(connection, package_id, at)
        event = events.Event("legal_hold.set", both.actor, package_id, detail={**detail, "sha256": row.sha256})
        hub.journal.record(connection, now, [event])
        return at

    return await hub.db.write(work)


async def clear(hub: Hub, package_id: str, both: Officers, reason: str) -> bool:
    """Lift a legal hold; whether the content went at once, because everybody had given the document back meanwhile.

    Raises Refusal: NOT_FOUND, REASON_REQUIRED, STATE_CONFLICT when there is none.
    """
    detail, now = both.detail(_reason(reason)), hub.clock.now()

    def work(connection: Connection) -> bool:
        if _known(connection, package_id).legal_hold_at is None:
            raise Refusal(Fault.STATE_CONFLICT, "it is under no legal hold")
        recalls.hold(connection, package_id, None)
        hub.journal.record(connection, now, [events.Event("legal_hold.cleared", both.actor, package_id, detail=detail)])
        return tombstones.settle(connection, hub, now, package_id)

    return await hub.db.write(work)


async def listed(hub: Hub) -> list[dict[str, Any]]:
    """Every package under a legal hold, oldest hold first: ids, sender, size and since when."""
    rows = await hub.db.read(recalls.held_by_law)
    names = ("id", "sender", "document_id", "status", "size", "sha256", "legal_hold_at")
    return [{("package_id" if name == "id" else name): getattr(row, name) for name in names} for row in rows]


def _known(connection: Connection, package_id: str) -> Row[Any]:
    row = packages.get(connection, package_id)
    if row is None:
        raise Refusal(Fault.NOT_FOUND)
    return row


def _reason(reason: str) -> str:
    reason = " ".join(reason.split())[:_REASON_CHARACTERS]
    if not reason:
        raise Refusal(Fault.REASON_REQUIRED, where="reason")
    return reason
