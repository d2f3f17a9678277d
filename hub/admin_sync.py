"""The admin commands of the national list: find the differences, take them over. `hub.admin` answers them."""

from __future__ import annotations

from hub.admin_registry import Answer, Args, CommandFunction, WrongArgumentError, operator
from hub.context import Hub
from hub.flow.confirming import Asker
from hub.flow.national_list import asking, syncing
from hub.flow.national_list.syncing import Wish


async def sync(hub: Hub, args: Args) -> Answer:
    """Compare the national list with the national agencies here, and file the differences for two persons."""
    closings = args.get("closings")
    if closings is not None and not isinstance(closings, int):
        raise WrongArgumentError(f"closings: {closings}")
    wish = Wish(full=bool(args.get("full")), closings=closings)
    return await asking.once(hub, wish, Asker(f"user:{operator(args)}", None))


COMMANDS: dict[str, CommandFunction] = {"agency.sync": sync, "agency.sync.apply": syncing.apply}
"""Their part of `hub.admin.COMMANDS`."""
