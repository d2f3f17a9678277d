"""The national list, taken over: fetched, compared, written down, filed for two persons, done when they agreed."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from agency_registry import edit
from connectors import base
from edxml import organ
from edxml.faults import Fault, Refusal
from hub.flow import confirming, registry, routing
from hub.flow.confirming import Asked, Asker
from hub.flow.national_list import filed, listing, reading
from hub.flow.national_list.comparing import Difference, Differences, compare
from hub.store import alarms, confirmations, state

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from connectors.vxp import Connector
    from connectors.vxp.lists import Unit
    from hub.context import Hub

SEEN = "national.version"
"""Name of the hub's own note: the highest version of the axis's list that is taken over."""

WAITS, UNLIKELY = "national_list", "national_list_unlikely"
"""Alarms to the operator: differences wait for two persons; a list that nobody should believe."""

SHARE_PERCENT, FEW = 10, 20
"""So many closings of all national agencies here, and at least so many, are believed only when they are named."""

_OLD = "superseded"


@dataclass(frozen=True, slots=True)
class Wish:
    """What a person wants of a synchronisation.

    full: compare every row, not only newer ones. closings: how many agencies are to be closed, when the person knows
    that the list shrank.
    """

    full: bool = False
    closings: int | None = None


async def run(hub: Hub, connector: Connector, wish: Wish, asker: Asker) -> dict[str, Any]:
    """Find the differences and file them; nothing of the registry changes.

    Raises Refusal: DEPENDENCY_DOWN when the axis gave no whole list, STATE_CONFLICT for a list nobody should believe.
    """
    try:
        told = await reading.read(connector)
    except base.PeerTroubleError as trouble:
        raise Refusal(Fault.DEPENDENCY_DOWN, str(trouble)) from trouble
    seen = int(await hub.db.read(lambda connection: state.get(connection, SEEN)) or 0)
    after = 0 if wish.full else seen
    codes = [organ.normalise(one.code) for one in told.units]
    retired = await hub.db.read(lambda connection: edit.retired(connection, codes))
    found = await hub.in_thread(
        partial(compare, told, hub.directory, is_ours=partial(_is_ours, hub), retired=retired, after=after)
    )
    if not told.units:
        raise _unlikely("the list is empty", "danh sách trống")
    _refuse_unlikely(found, seen, wish)
    path, digest = await hub.in_thread(partial(listing.write, hub.settings.folder / listing.FOLDER, found))
    answer = _answer(found, seen, path)
    if not found.changes:
        await hub.db.write(partial(_taken, hub, found.version))
        return answer | {"state": "same"}
    args = {
        "file": path.name,
        "sha256": digest,
        "version": found.version,
        "counts": found.counts,
        "reason": "getSynchronizeUnit",
    }
    waiting = await hub.db.read(lambda connection: confirmations.waiting(connection, filed.COMMAND))
    for row in waiting:
        if row.digest == digest:
            return answer | {"confirmation": row.id, "state": "waiting"}
        await confirming.set_aside(hub, row, _OLD)
    asked = await confirming.ask(hub, Asked(filed.COMMAND, args, []), asker, await filed.expected(hub, args))
    return answer | asked | {"state": "waiting"}


async def apply(hub: Hub, args: dict[str, Any]) -> dict[str, Any]:
    """Take the listed differences over, as one change. Raises RegistryError, Refusal(STATE_CONFLICT)."""
    why = edit.Why(
        actor=str(args.get("operator") or ""), reason=str(args["reason"]), decision=str(args.get("decision") or ""),
        at=hub.clock.now(),
    )  # fmt: skip
    changes = await hub.in_thread(partial(filed.changes, hub, args))
    version = int(args["version"])

    def work(connection: Connection) -> int:
        # law: R-025 HN Đ8.2: codes come from the list that the ministry keeps
        made = edit.synchronise(connection, changes, why=why)
        _taken(hub, version, connection)
        return made

    return {"version": await registry.change(hub, work), "counts": args["counts"], "seen": version}


def _taken(hub: Hub, version: int, connection: Connection) -> None:
    """Nothing waits any more up to this version of the list."""
    known = int(state.get(connection, SEEN) or 0)
    state.put(connection, SEEN, str(max(known, version)))
    alarms.clear(connection, hub.clock.now(), kinds=(WAITS, UNLIKELY))


def _is_ours(hub: Hub, unit: Unit) -> bool:
    axis = hub.settings.axis
    return routing.under_own_prefix(hub, unit.code) or (axis is not None and unit.center == axis.system_id)


def _refuse_unlikely(found: Differences, seen: int, wish: Wish) -> None:
    """A list that is older than the last one, or much shorter is not believed by itself (threat R-07)."""
    if found.version < seen and not wish.full:
        raise _unlikely(
            f"the list is older (version {found.version}) than the one taken over ({seen}); look at it with --full",
            f"danh sách cũ hơn (phiên bản {found.version}) bản đã nhận ({seen}); xem lại bằng --full",
        )
    gone = found.closings
    if gone > max(FEW, found.national * SHARE_PERCENT // 100) and wish.closings != gone:
        raise _unlikely(
            f"it would close {gone} of {found.national} agencies; if that is right: --closings {gone}",
            f"danh sách sẽ đóng {gone} trong {found.national} cơ quan; nếu đúng: --closings {gone}",
        )


def _unlikely(english: str, vietnamese: str) -> Refusal:
    return Refusal(Fault.STATE_CONFLICT, english, detail_vi=vietnamese)


def _answer(found: Differences, seen: int, path: Path) -> dict[str, Any]:
    left: dict[str, int] = {}
    for one in found.left:
        left[one.why] = left.get(one.why, 0) + 1
    return {
        "counts": found.counts,
        "left": dict(sorted(left.items())),
        "seen": seen,
        "version": found.version,
        "file": str(path),
        "first": [_shown(one) for one in found.changes[: filed.FIRST_LINES]],
    }


def _shown(one: Difference) -> dict[str, Any]:
    was = one.before
    return {
        "change": " ".join(one.kinds),
        "organ_id": one.after.organ_id,
        "name": one.after.name,
        "parent": one.after.parent,
        "was": None if was is None else {"organ_id": was.organ_id, "name": was.name, "parent": was.parent},
    }
