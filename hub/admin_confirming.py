"""The admin commands of two persons, and the gate that every other command passes. `hub.admin` answers them."""

from __future__ import annotations

from edxml.faults import Fault, Refusal
from hub import admin_settings
from hub.admin_registry import Answer, Args, CommandFunction, WrongArgumentError, operator
from hub.context import Hub
from hub.flow import confirming, deciding, foreseeing, trust, two_persons
from hub.flow.confirming import Asked, Asker
from hub.flow.officers import Person
from hub.store import users


async def run(hub: Hub, name: str, args: Args, proven: str | None = None) -> Answer:
    """Do a command, or file it when two persons are needed. Raises what the command raises, KeyError without one.

    proven: who asks, where a session of the console has proven it; else a password in the arguments may.
    """
    if name not in two_persons.ACTS:
        return await hub.commands[name](hub, args)
    args = admin_settings.prepared(hub, name, args)
    password = args.pop("operator_password", None)
    if not await _needs_two(hub, name, args):
        return await hub.commands[name](hub, args)
    asker = operator(args)
    first = proven if password is None else await confirming.prove(hub, Person(asker, str(password)))
    try:
        foreseen = await foreseeing.change(hub, name, args)
        undo = await foreseeing.undo_of(hub, name, args)
    except trust.TrustProblem as cause:
        raise WrongArgumentError(str(cause)) from cause
    if not foreseen.total:
        return await hub.commands[name](hub, args)  # it changes nothing: its own answer says so
    asked, who = Asked(name, args, undo), Asker(f"user:{asker}", first)
    if undo and not str(args.get("reason") or "").strip():
        raise Refusal(Fault.REASON_REQUIRED, where="reason")
    return await (confirming.do_at_once if undo else confirming.ask)(hub, asked, who, foreseen)


async def _needs_two(hub: Hub, name: str, args: Args) -> bool:
    act = two_persons.ACTS[name]
    if not two_persons.are_needed(hub):
        return False
    if not act.roles:
        return True
    people = await hub.db.read(users.all_people)
    if sum(one["role"] in two_persons.CONFIRMERS for one in people) < 2:
        return False  # there must be two before there can be a second; none of them ever goes out of this count
    known = next((one["role"] for one in people if one["name"] == args["name"]), "")
    return bool({known, args.get("role")} & set(act.roles))


async def confirm_list(hub: Hub, args: Args) -> Answer:
    """What waits for a yes: commands, and what systems proposed; with `all`, what was decided too."""
    return {"confirmations": await deciding.listed(hub, everything=bool(args.get("all")))}


async def confirm_show(hub: Hub, args: Args) -> Answer:
    """One of them, with what it would change now."""
    return await deciding.show(hub, str(args["id"]))


async def confirm_approve(hub: Hub, args: Args) -> Answer:
    """A person's yes; the second person's carries it out."""
    return await deciding.approve(hub, str(args["id"]), await _person(hub, args))


async def confirm_refuse(hub: Hub, args: Args) -> Answer:
    """A person's no, with the reason."""
    return await deciding.refuse(hub, str(args["id"]), await _person(hub, args), str(args.get("reason") or ""))


COMMANDS: dict[str, CommandFunction] = {
    "confirm.list": confirm_list,
    "confirm.show": confirm_show,
    "confirm.approve": confirm_approve,
    "confirm.refuse": confirm_refuse,
}
"""Their part of `hub.admin.COMMANDS`."""


async def _person(hub: Hub, args: Args) -> str:
    """Who decides: proven by a password, or, where one person is enough, as named."""
    if not two_persons.are_needed(hub):
        return operator(args)
    return await confirming.prove(hub, Person(operator(args), str(args.get("operator_password") or "")))
