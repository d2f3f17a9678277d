"""The differences of the national list as they were filed for two persons."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from edxml.faults import Fault, Refusal
from hub.flow.national_list import listing
from hub.flow.rehearsal import Change, Line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from agency_registry.edit import NationalChange
    from hub.context import Hub

COMMAND = "agency.sync.apply"
FIRST_LINES = 20


async def expected(hub: Hub, args: dict[str, Any]) -> Change:
    """What a filed list would change: what its file says. Raises Refusal(STATE_CONFLICT)."""
    return foreseen(await hub.in_thread(partial(changes, hub, args)), str(args["sha256"]))


def foreseen(found: Sequence[NationalChange], digest: str) -> Change:
    """What these changes are, for people; the first lines, the file has all of them."""
    lines = [
        Line(
            "agency",
            one.was or one.organ_id,
            {"organ_id": one.was, "name": one.was_name} if one.was else {},
            {"change": " ".join(one.kinds), "organ_id": one.organ_id, "name": one.name, "parent": one.parent},
        )
        for one in found[:FIRST_LINES]
    ]
    return Change(tuple(lines), len(found), digest)


def changes(hub: Hub, args: dict[str, Any]) -> list[NationalChange]:
    """The changes of a filed list. Reads a file. Raises Refusal(STATE_CONFLICT) when it is not what was filed."""
    path = hub.settings.folder / listing.FOLDER / Path(str(args["file"])).name
    try:
        return listing.read(path, str(args["sha256"]))
    except (OSError, ValueError, KeyError) as cause:
        raise Refusal(
            Fault.STATE_CONFLICT,
            f"{path.name} is not the list that was filed: refuse it, and synchronise again",
            detail_vi=f"{path.name} không còn là danh sách đã đề nghị: từ chối rồi đồng bộ lại",
        ) from cause
