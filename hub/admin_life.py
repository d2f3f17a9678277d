"""The admin commands of what a decision makes of agencies, each from a day on, and of the registry as it stood.

law: R-026 QĐ28 Đ16.1
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from agency_registry import edit
from hub import clock
from hub.admin_registry import Answer, Args, CommandFunction, WrongArgumentError, day, why
from hub.flow import registry

if TYPE_CHECKING:
    from hub.context import Hub


async def rename(hub: Hub, args: Args) -> Answer:
    """Give an agency a new name."""
    return await _change(hub, edit.rename_agency, args, args["organ_id"], args["name"])


async def recode(hub: Hub, args: Args) -> Answer:
    """Give an agency a new identity code; the old one answers until its last day."""
    return await _change(hub, edit.recode_agency, args, args["organ_id"], args["to"], until=day(args.get("until")))


async def move(hub: Hub, args: Args) -> Answer:
    """Put an agency below another one."""
    return await _change(hub, edit.move_agency, args, args["organ_id"], args["below"] or "", level=args.get("level"))


async def merge(hub: Hub, args: Args) -> Answer:
    """Close agencies in favour of another one."""
    return await _change(hub, edit.merge_agencies, args, args["organ_ids"], args["into"])


async def split(hub: Hub, args: Args) -> Answer:
    """Close an agency whose work several others share."""
    return await _change(hub, edit.split_agency, args, args["organ_id"], args["into"])


async def close(hub: Hub, args: Args) -> Answer:
    """Close an agency and name its successors."""
    return await _change(hub, edit.close_agency, args, args["organ_id"], successors=tuple(args.get("successors") or ()))


async def reopen(hub: Hub, args: Args) -> Answer:
    """Let a closed agency take part again."""
    return await _change(hub, edit.reopen_agency, args, args["organ_id"])


async def show(hub: Hub, args: Args) -> Answer:
    """One agency with its systems, periods, succession and history; or as it stood on a day."""
    on, code = day(args.get("on")), args["organ_id"]
    if on is None:
        return await hub.db.read(lambda connection: edit.show_agency(connection, code))
    found = await hub.db.read(
        lambda connection: (edit.agency_as_of(connection, code, on), edit.successors_of(connection, code, on))
    )
    if found[0] is None and not found[1]:
        raise edit.RegistryError("agency_unknown", code=code)
    paths = [[link.as_json() for link in path] for path in found[1]]
    return {"on": on.isoformat(), "agency": found[0], "succession": paths}


async def structure(hub: Hub, args: Args) -> Answer:
    """The tree of a day, and the levels there were."""
    on = day(args.get("on")) or clock.local(hub.clock.now()).date()
    tree, levels = await hub.db.read(
        lambda connection: (edit.structure_of(connection, on), edit.list_levels(connection, on))
    )
    return {"on": on.isoformat(), "levels": levels, "agencies": tree}


async def level_list(hub: Hub, args: Args) -> Answer:
    """All levels, or those of a day."""
    on = day(args.get("on"))
    return {"levels": await hub.db.read(lambda connection: edit.list_levels(connection, on))}


async def level_set(hub: Hub, args: Args) -> Answer:
    """Name a level and the days on which there is such a level."""
    try:
        rank = int(args.get("rank") or 9)
    except ValueError as cause:
        raise WrongArgumentError(str(args["rank"])) from cause
    return await registry.change(
        hub,
        lambda connection: edit.set_level(
            connection,
            args["level"],
            name_vi=args["name"],
            name_en=args.get("name_en") or args["name"],
            rank=rank,
            first_day=day(args.get("first")),
            last_day=day(args.get("last")),
            why=why(args),
        ),
    )


async def _change(hub: Hub, change: Any, args: Args, *values: Any, **more: Any) -> Answer:
    work = partial(_apply, change, values, {**more, "on": day(args.get("on")), "why": why(args, hub)})
    return await registry.change(hub, work)


def _apply(change: Any, values: tuple[Any, ...], more: dict[str, Any], connection: edit.Connection) -> Answer:
    done: Answer = change(connection, *values, **more)
    return done


COMMANDS: dict[str, CommandFunction] = {
    "agency.show": show,
    "agency.rename": rename,
    "agency.recode": recode,
    "agency.move": move,
    "agency.merge": merge,
    "agency.split": split,
    "agency.close": close,
    "agency.reopen": reopen,
    "agency.history": show,
    "agency.structure": structure,
    "agency.level.list": level_list,
    "agency.level.set": level_set,
}
"""Their part of `hub.admin.COMMANDS`."""
