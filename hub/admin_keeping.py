"""The admin commands of packages kept back: seen, stopped, opened, released, erased. `hub.admin` answers them."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

from hub.admin_registry import Answer, Args, CommandFunction, WrongArgumentError, operator
from hub.context import Hub
from hub.flow import legal_hold, officers, quarantine
from hub.flow.officers import Officers, Person


async def kept_list(hub: Hub, _args: Args) -> Answer:
    """Everything held or quarantined: ids, states and sizes."""
    return {"packages": [asdict(one) for one in await quarantine.kept_back(hub)]}


async def kept_show(hub: Hub, args: Args) -> Answer:
    """One package: where it is and why, who has it, who opened it; no word of it."""
    return asdict(await quarantine.trace(hub, args["package_id"]))


async def kept_stop(hub: Hub, args: Args) -> Answer:
    """Put a package under quarantine; one person is enough to stop."""
    status = await quarantine.add(hub, args["package_id"], operator(args), args["reason"])
    return {"package_id": args["package_id"], "status": status.value}


async def kept_open(hub: Hub, args: Args) -> Answer:
    """Two officers: the bytes into a new file."""
    target = Path(args["out"])
    if not target.is_absolute():
        raise WrongArgumentError(f"out: {target}")
    return await officers.open_content(hub, args["package_id"], await _two(hub, args), args["reason"], target)


async def kept_release(hub: Hub, args: Args) -> Answer:
    """Two officers: the package travels."""
    status = await officers.release(hub, args["package_id"], await _two(hub, args), args["reason"])
    return {"package_id": args["package_id"], "status": status.value}


async def kept_erase(hub: Hub, args: Args) -> Answer:
    """Two officers: the content is gone for good."""
    status = await officers.erase(hub, args["package_id"], await _two(hub, args), args["reason"])
    return {"package_id": args["package_id"], "status": status.value}


async def legal_hold_list(hub: Hub, _args: Args) -> Answer:
    """Everything under a legal hold."""
    return {"packages": await legal_hold.listed(hub)}


async def legal_hold_set(hub: Hub, args: Args) -> Answer:
    """Two officers: nothing erases the package any more."""
    since = await legal_hold.put(hub, args["package_id"], await _two(hub, args), args["reason"])
    return {"package_id": args["package_id"], "legal_hold_at": since}


async def legal_hold_clear(hub: Hub, args: Args) -> Answer:
    """Two officers: the hold is lifted; what everybody gave back meanwhile is erased now."""
    erased = await legal_hold.clear(hub, args["package_id"], await _two(hub, args), args["reason"])
    return {"package_id": args["package_id"], "legal_hold_at": None, "erased": erased}


async def _two(hub: Hub, args: Args) -> Officers:
    first = Person(str(args["officer"]), str(args["officer_password"]))
    return await officers.two(hub, first, Person(str(args["second"]), str(args["second_password"])))


COMMANDS: dict[str, CommandFunction] = {
    "kept.list": kept_list,
    "kept.show": kept_show,
    "kept.stop": kept_stop,
    "kept.open": kept_open,
    "kept.release": kept_release,
    "kept.erase": kept_erase,
    "legal_hold.list": legal_hold_list,
    "legal_hold.set": legal_hold_set,
    "legal_hold.clear": legal_hold_clear,
}
