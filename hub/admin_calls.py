"""The admin command that reads the log of calls of one system."""

from __future__ import annotations

from dataclasses import asdict

from edxml.faults import Fault, Refusal
from hub import clock
from hub.admin_registry import Answer, Args, CommandFunction
from hub.context import Hub
from hub.flow import calls


async def system_log(hub: Hub, args: Args) -> Answer:
    """The newest calls of a system; `before` goes on. Raises Refusal(NOT_FOUND)."""
    system = hub.directory.system(str(args["system_id"]))
    if system is None:
        raise Refusal(Fault.NOT_FOUND, where="system_id")
    before = args.get("before")
    wanted = calls.Wanted(
        system.id,
        package_id=args.get("package"),
        delivery_id=args.get("delivery"),
        only_faults=bool(args.get("faults")),
        before=None if before is None else int(before),
        limit=min(int(args.get("limit") or 50), 1000),
    )
    found, following = await calls.listed(hub, wanted)
    return {"calls": [{**asdict(one), "at": clock.local_text(one.at)} for one in found], "next": following}


COMMANDS: dict[str, CommandFunction] = {"system.log": system_log}
"""Their part of `hub.admin.COMMANDS`."""
